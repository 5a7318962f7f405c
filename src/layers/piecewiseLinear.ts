import * as v from "valibot";
import { finite } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * Replaces each number by several, one for each bin between its edges e₀ < e₁ < …:
 * yₜ = max(−1, min(1, 2·(x − eₜ)/(eₜ₊₁ − eₜ) − 1)). Steps and bends in x are nearly linear in y. A column without edges is unchanged.
 * x (batch, columns) → y (batch, Σ bins). Gorishniy et al. 2022, arXiv:2203.05556, section 3.2, here limited beyond the
 * outer edges. Throws SettingsError for edges that do not grow, ShapeError for other inputs.
 */
export class PiecewiseLinear extends Layer {
  readonly kind = "piecewiseLinear";
  readonly edges: readonly (readonly number[])[];
  /** for each output its column, and y = limit(scale·x + shift); scale 0 for a column as it is */
  readonly bins: readonly { readonly column: number; readonly scale: number; readonly shift: number }[];
  private x: Tensor | undefined;

  constructor(edges: PiecewiseLinear["edges"]) {
    super();
    this.edges = edges;
    this.bins = edges.flatMap((places, column) => {
      if (places.length === 0) return [{ column, scale: 0, shift: 0 }];
      return places.slice(1).map((edge, t) => {
        const scale = 2 / (edge - places[t]);
        if (!(scale > 0)) throw new SettingsError(`PiecewiseLinear: edges[${column}]: expected growing numbers`);
        return { column, scale, shift: -scale * places[t] - 1 };
      });
    });
  }

  override options() {
    return { edges: this.edges };
  }

  outputShape(shape: Shape): Shape {
    const { length } = this.edges;
    this.expectShape("input", shape, `(batch, ${length})`, shape.length === 2 && shape[1] === length);
    return [shape[0], this.bins.length];
  }

  // y = max(−1, min(1, scale·x + shift))
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.x = x;
    this.each(y, (to, from, scale, shift) => {
      const value = scale * x.data[from] + shift;
      y.data[to] = scale === 0 ? x.data[from] : value > 1 ? 1 : value < -1 ? -1 : value;
    });
    return y;
  }

  // dx = Σ scale·dy over the bins of the column that x is in
  backward(dy: Tensor): Tensor {
    const x = this.saved(this.x);
    const [rows, outputs] = this.outputShape(x.shape);
    this.expectGradient(dy, [rows, outputs]);
    const dx = this.workspace.tensor(x.shape, dy.dtype);
    dx.data.fill(0);
    this.each(dy, (to, from, scale, shift) => {
      if (scale === 0) dx.data[from] += dy.data[to];
      else if (Math.abs(scale * x.data[from] + shift) <= 1) dx.data[from] += scale * dy.data[to];
    });
    return dx;
  }

  private each({ shape }: Tensor, visit: (to: number, from: number, scale: number, shift: number) => void): void {
    for (let row = 0, to = 0; row < shape[0]; row++) {
      for (const { column, scale, shift } of this.bins) visit(to++, row * this.edges.length + column, scale, shift);
    }
  }
}

export const piecewiseLinear = layerKind({
  schema: v.strictObject({ edges: v.array(v.array(finite)) }),
  create: ({ edges }) => new PiecewiseLinear(edges),
});
