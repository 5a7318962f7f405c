import * as v from "valibot";
import { finite } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** Beyond all numbers: a column without edges is not limited. */
const unlimited = 3e38;

/**
 * Each number as several, one for each bin between its edges e₀ < e₁ < …, which an interval of its values turns on:
 * yₜ = max(−1, min(1, 2·(x − eₜ₋₁)/(eₜ − eₜ₋₁) − 1)). What is a step or a bend in x is nearly linear in y. A column without edges stays
 * as it is. x (batch, columns) → y (batch, Σ bins). Gorishniy et al. 2022, arXiv:2203.05556, section 3.2, here limited beyond the
 * outer edges. Throws SettingsError for edges that do not grow, ShapeError for other inputs.
 */
export class PiecewiseLinear extends Layer {
  readonly kind = "piecewiseLinear";
  readonly edges: readonly (readonly number[])[];
  /** y = max(low, min(high, scale·x[source] + shift)) for each output */
  readonly source: Int32Array;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  readonly high: Float64Array;
  private x: Tensor | undefined;

  constructor(edges: PiecewiseLinear["edges"]) {
    super();
    this.edges = edges;
    const outputs = edges.flatMap((places, source) => {
      if (places.length === 0) return [{ source, scale: 1, shift: 0, high: unlimited }];
      return places.slice(1).map((edge, t) => {
        const width = edge - places[t];
        if (!(width > 0)) throw new SettingsError(`PiecewiseLinear: edges[${source}]: expected growing numbers`);
        return { source, scale: 2 / width, shift: (-2 * places[t]) / width - 1, high: 1 };
      });
    });
    if (outputs.length === 0 || edges.some(({ length }) => length === 1))
      throw new SettingsError("PiecewiseLinear: expected a list for each column, of no edges or of at least 2");
    this.source = Int32Array.from(outputs, ({ source }) => source);
    [this.scale, this.shift, this.high] = (["scale", "shift", "high"] as const).map((key) =>
      Float64Array.from(outputs, (output) => output[key]),
    );
  }

  override options() {
    return { edges: this.edges };
  }

  outputShape(shape: Shape): Shape {
    const { length } = this.edges;
    this.expectShape("input", shape, `(batch, ${length})`, shape.length === 2 && shape[1] === length);
    return [shape[0], this.source.length];
  }

  // y = max(−high, min(high, scale·x[source] + shift))
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    const { source, scale, shift, high } = this;
    const [rows, columns] = x.shape;
    for (let row = 0, to = 0; row < rows; row++) {
      for (let i = 0; i < source.length; i++, to++) {
        const value = scale[i] * x.data[row * columns + source[i]] + shift[i];
        y.data[to] = value > high[i] ? high[i] : value < -high[i] ? -high[i] : value;
      }
    }
    this.x = x;
    return y;
  }

  // dx[j] = Σ scale·dy over the outputs of column j that are within their limits
  backward(dy: Tensor): Tensor {
    const x = this.saved(this.x);
    const { source, scale, shift, high } = this;
    const [rows, columns] = x.shape;
    const fits = dy.shape.length === 2 && dy.shape[0] === rows && dy.shape[1] === source.length;
    this.expectShape("dy", dy.shape, `(${rows}, ${source.length})`, fits);
    const dx = this.workspace.tensor(x.shape, dy.dtype);
    dx.data.fill(0);
    for (let row = 0, from = 0; row < rows; row++) {
      for (let i = 0; i < source.length; i++, from++) {
        const place = row * columns + source[i];
        if (Math.abs(scale[i] * x.data[place] + shift[i]) <= high[i]) dx.data[place] += scale[i] * dy.data[from];
      }
    }
    return dx;
  }

  override describe(): string {
    return `${this.name || "piecewiseLinear"} (${this.edges.length} columns as ${this.source.length} numbers)`;
  }
}

export const piecewiseLinear = layerKind({
  schema: v.strictObject({
    edges: v.pipe(v.array(v.pipe(v.array(finite), v.maxLength(1000))), v.minLength(1), v.maxLength(1_000_000)),
  }),
  create: ({ edges }) => new PiecewiseLinear(edges),
});
