import * as v from "valibot";
import type { RandomState } from "../random/randomState.ts";
import { count, notNegative } from "../schema.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import { type DType, type Numbers, type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import { checkCounts } from "./checkCounts.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { checkParameters } from "./parameterMemory.ts";

export interface EmbeddingOptions {
  readonly name?: string;
  /** draws the rows, initScale · N(0, 1); without it they start as 0 and are loaded or assigned */
  readonly random?: RandomState | undefined;
  /** default: 0.02 */
  readonly initScale?: number | undefined;
  readonly dtype?: DType;
}

/** The default `initScale` of trained tables of vectors, as in GPT-2. */
export const defaultTableScale = 0.02;

/** float32 holds every whole number up to this. */
const mostFloat32 = 2 ** 24;

/**
 * A table with a trained row for each symbol: x (batch, …) of whole numbers 0 … rows − 1 → (batch, …, columns), y = w[x]. It has no
 * gradient with respect to x, so `backward` gives zeros. Throws DataError, with row and position, for any other number in x, SettingsError
 * for sizes below 1 and for more rows than float32 can number.
 */
export class Embedding extends Layer {
  readonly kind = "embedding";
  readonly rows: number;
  readonly columns: number;
  readonly w: Parameter;
  override readonly parameters: readonly Parameter[];
  private readonly initScale: number | undefined;
  private x?: Tensor;

  constructor(
    rows: number,
    columns: number,
    { name = "", random, initScale, dtype = "float32" }: EmbeddingOptions = {},
  ) {
    super();
    checkCounts("Embedding", { rows, columns });
    if (dtype === "float32" && rows > mostFloat32) {
      throw new SettingsError(
        `Embedding: rows: expected at most ${mostFloat32} in float32, which holds no larger whole numbers exactly, found ${rows}; use float64`,
      );
    }
    checkParameters(name || "Embedding", rows * columns, dtype);
    this.name = name;
    this.rows = rows;
    this.columns = columns;
    this.initScale = initScale;
    this.w = { ...zeroParameter("w", [rows, columns], dtype), isTable: true };
    this.parameters = [this.w];
    random?.fillRandn(this.w.value.data, initScale ?? defaultTableScale);
  }

  override options() {
    const { rows, columns, initScale } = this;
    return { rows, columns, ...(initScale !== undefined && { initScale }) };
  }

  override get prefix(): string {
    return "emb";
  }

  override get discreteInput(): boolean {
    return true;
  }

  outputShape(shape: Shape): Shape {
    this.expectShape("input", shape, "(batch, …)", shape.length > 0);
    return [...shape, this.columns];
  }

  // y[n, …, j] = w[x[n, …], j]
  forward(x: Tensor): Tensor {
    this.checkRows(x);
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    const { columns, w } = this;
    for (let i = 0; i < x.size; i++) {
      const from = x.data[i] * columns;
      for (let j = 0; j < columns; j++) y.data[i * columns + j] = w.value.data[from + j];
    }
    this.x = x;
    return y;
  }

  // dw[r] = Σ dy over all places where x is r
  override backwardParameters(dy: Tensor): void {
    const x = this.saved(this.x);
    this.expectGradient(dy, this.outputShape(x.shape));
    const { columns } = this;
    const { kernels } = this.workspace;
    const ofShard = (shard: number, shards: number, dw: Numbers): void => {
      dw.fill(0);
      const places = x.size / shards;
      for (let i = shard * places; i < (shard + 1) * places; i++) {
        const to = x.data[i] * columns;
        for (let j = 0; j < columns; j++) dw[to + j] += dy.data[i * columns + j];
      }
    };
    const dw = this.w.gradient.data;
    if (kernels.sumShards) kernels.sumShards(dw, ofShard);
    else ofShard(0, 1, dw);
  }

  // dx = 0: x only chooses rows
  backward(dy: Tensor): Tensor {
    this.backwardParameters(dy);
    const dx = this.workspace.tensor(this.saved(this.x).shape, dy.dtype);
    dx.data.fill(0);
    return dx;
  }

  private checkRows({ data, shape }: Tensor): void {
    const { rows } = this;
    for (let i = 0; i < data.length; i++) {
      const value = data[i];
      if (value >= 0 && value < rows && Number.isInteger(value)) continue;
      const length = sizeOf(shape.slice(1));
      throw new DataError(
        `${this.describe()}: input row ${Math.floor(i / length)}, position ${i % length}: expected a whole number from 0 to ${rows - 1}, found ${value}`,
      );
    }
  }

  override describe(): string {
    return `${this.name || this.kind} (embedding ${this.rows}→${this.columns})`;
  }
}

export const embedding = layerKind({
  schema: v.strictObject({ rows: count, columns: count, initScale: v.optional(notNegative) }),
  create({ rows, columns, initScale }, { name, random, dtype, claim }) {
    claim(rows * columns);
    return new Embedding(rows, columns, { name, random, initScale, dtype });
  },
});
