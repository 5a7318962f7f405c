import * as v from "valibot";
import { pow } from "../mathematics/power.ts";
import { cos, sin } from "../mathematics/trigonometric.ts";
import type { RandomState } from "../random/randomState.ts";
import { count, notNegative } from "../schema.ts";
import { ShapeError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import type { DType, Shape, Tensor } from "../tensor/tensor.ts";
import { checkCounts } from "./checkCounts.ts";
import { defaultTableScale } from "./embedding.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { checkParameters } from "./parameterMemory.ts";

const tables = ["trained", "sinusoidal"] as const;

export interface PositionEmbeddingOptions {
  /** a trained row for each position, or fixed sines and cosines (default: trained) */
  readonly table?: (typeof tables)[number] | undefined;
  readonly name?: string;
  /** draws a trained table, initScale · N(0, 1); without it it starts as 0 and is loaded or assigned */
  readonly random?: RandomState | undefined;
  /** default: 0.02 */
  readonly initScale?: number | undefined;
  readonly dtype?: DType;
}

/**
 * Adds a vector for its position to each token: x (batch, tokens, columns) with up to `length` tokens, y[n, i] = x[n, i] + w[i]. The
 * vectors are trained, or, with table "sinusoidal", sin(i/10000^(2j/columns)) and cos of the same in columns 2j and 2j + 1 (Vaswani et al.
 * 2017, arXiv:1706.03762). Throws SettingsError for sizes below 1, ShapeError for other inputs and for more tokens.
 */
export class PositionEmbedding extends Layer {
  readonly kind = "positionEmbedding";
  readonly length: number;
  readonly columns: number;
  readonly table: "trained" | "sinusoidal";
  /** (length, columns) */
  readonly w: Parameter;
  override readonly parameters: readonly Parameter[];
  private readonly initScale: number | undefined;
  private inputShape?: Shape;

  constructor(
    length: number,
    columns: number,
    { table = "trained", name = "", random, initScale, dtype = "float32" }: PositionEmbeddingOptions = {},
  ) {
    super();
    checkCounts("PositionEmbedding", { length, columns });
    checkParameters(name || "PositionEmbedding", length * columns, dtype);
    this.name = name;
    this.length = length;
    this.columns = columns;
    this.table = table;
    this.initScale = initScale;
    this.w = { ...zeroParameter("w", [length, columns], dtype), isTable: true };
    this.parameters = table === "trained" ? [this.w] : [];
    if (table === "sinusoidal") fillSinusoids(this.w.value);
    else random?.fillRandn(this.w.value.data, initScale ?? defaultTableScale);
  }

  override options() {
    const { length, table, initScale } = this;
    return { length, ...(table !== "trained" && { table }), ...(initScale !== undefined && { initScale }) };
  }

  override get prefix(): string {
    return "pos";
  }

  outputShape(shape: Shape): Shape {
    const { length, columns } = this;
    const fits = shape.length === 3 && shape[1] <= length && shape[2] === columns;
    this.expectShape("input", shape, `(batch, up to ${length}, ${columns})`, fits);
    return shape;
  }

  // y[n, i] = x[n, i] + w[i]
  forward(x: Tensor): Tensor {
    const [batch, tokens, columns] = this.outputShape(x.shape);
    const { workspace, w } = this;
    const y = workspace.tensor(x.shape, x.dtype);
    y.data.set(x.data);
    const each = tokens * columns;
    const added = w.value.data.subarray(0, each);
    for (let n = 0; n < batch; n++) workspace.kernels.addScaled(y.data.subarray(n * each, (n + 1) * each), added, 1);
    this.inputShape = x.shape;
    return y;
  }

  // dw[i] = Σ_batch dy[n, i], 0 for positions behind the last token
  override backwardParameters(dy: Tensor): void {
    const inputShape = this.saved(this.inputShape);
    this.expectGradient(dy, inputShape);
    if (this.parameters.length === 0) return;
    const [batch, tokens, columns] = inputShape;
    const dw = this.w.gradient.data;
    this.workspace.kernels.sumRows(dw.subarray(0, tokens * columns), dy.data, batch, tokens * columns);
    dw.fill(0, tokens * columns);
  }

  // dx = dy
  backward(dy: Tensor): Tensor {
    this.backwardParameters(dy);
    return dy;
  }

  override describe(): string {
    const fixed = this.table === "trained" ? "" : `, ${this.table}`;
    return `${this.name || this.kind} (positionEmbedding ${this.length}, ${this.columns}${fixed})`;
  }
}

/** sin(i/10000^(2j/columns)) in column 2j, cos in column 2j + 1: wavelengths from 2π to 10000 · 2π */
function fillSinusoids({ shape, data }: Tensor): void {
  const [length, columns] = shape;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < columns; j++) {
      const angle = i / pow(10_000, (j - (j % 2)) / columns);
      data[i * columns + j] = j % 2 === 0 ? sin(angle) : cos(angle);
    }
  }
}

export const positionEmbedding = layerKind({
  schema: v.strictObject({
    length: v.optional(count),
    table: v.optional(v.picklist(tables)),
    initScale: v.optional(notNegative),
  }),
  create({ length, ...options }, { name, inputShape, random, dtype, claim }) {
    if (inputShape.length !== 2) throw new ShapeError("expected inputs of shape (batch, tokens, columns)");
    const [tokens, columns] = inputShape;
    if (options.table !== "sinusoidal") claim((length ?? tokens) * columns);
    return new PositionEmbedding(length ?? tokens, columns, { name, random, dtype, ...options });
  },
});
