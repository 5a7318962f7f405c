import * as v from "valibot";
import { positive, share } from "../schema.ts";
import { SettingsError, ShapeError } from "../tensor/errors.ts";
import { type Buffer, type Parameter, zeroParameter } from "../tensor/parameter.ts";
import { type DType, formatShape, type Shape, Tensor } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

export interface NormOptions {
  readonly name?: string;
  /** added to the variance, so that nothing is divided by 0 */
  readonly epsilon?: number;
  readonly dtype?: DType;
}

export interface BatchNormOptions extends NormOptions {
  /** the share that each batch has in the running mean and variance */
  readonly momentum?: number;
}

export const defaultEpsilon = 1e-5;
const defaultMomentum = 0.1;

/** A batch, the number of its rows on all ranks, and its statistics. */
export interface KeptBatch {
  readonly x: Tensor;
  readonly rows: number;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * y = w ⊙ (x − μ)/√(σ² + ε) + b for x (batch, …, features), μ and σ² of each feature. In training they are those of the batch
 * (σ² with divisor n), and the running ones follow: r ← (1 − momentum)·r + momentum·(batch's), σ² with divisor n − 1; in
 * evaluation they are the running ones, which are saved with the model. Ioffe & Szegedy 2015, arXiv:1502.03167.
 * Throws ShapeError for other inputs, and in training for a single row, which has no variance.
 */
export class BatchNorm extends Layer {
  readonly kind = "batchNorm";
  readonly features: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly w: Parameter;
  readonly b: Parameter;
  override readonly parameters: readonly Parameter[];
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  override readonly buffers: readonly Buffer[];
  /** the last batch of training */
  kept?: KeptBatch | undefined;

  constructor(features: number, options: BatchNormOptions = {}) {
    super();
    const { name = "", epsilon = defaultEpsilon, momentum = defaultMomentum, dtype = "float32" } = options;
    checkNorm("BatchNorm", features, epsilon);
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new SettingsError(`BatchNorm: momentum must lie between 0 and 1, got ${momentum}`);
    }
    this.name = name;
    this.features = features;
    this.epsilon = epsilon;
    this.momentum = momentum;
    [this.w, this.b] = scaleAndShift(features, dtype);
    this.parameters = [this.w, this.b];
    this.runningMean = Tensor.zeros([features], dtype);
    this.runningVariance = filled(features, dtype, 1);
    this.buffers = [
      { key: "mean", value: this.runningMean },
      { key: "variance", value: this.runningVariance },
    ];
  }

  override options() {
    const { epsilon, momentum } = this;
    return { ...(epsilon !== defaultEpsilon && { epsilon }), ...(momentum !== defaultMomentum && { momentum }) };
  }

  override get prefix(): string {
    return "bn";
  }

  outputShape(shape: Shape): Shape {
    this.expectShape(
      "input",
      shape,
      `(batch, …, ${this.features})`,
      shape.length > 1 && shape.at(-1) === this.features,
    );
    return shape;
  }

  // x̂ = (x − μ)/√(σ² + ε)   y = w ⊙ x̂ + b
  forward(x: Tensor, pass: Pass): Tensor {
    this.outputShape(x.shape);
    const { workspace, features, epsilon } = this;
    const rows = x.size / features;
    const y = workspace.tensor(x.shape, x.dtype);
    const [w, b] = [this.w.value.data, this.b.value.data];
    const share = pass.mode === "train" ? this.momentum : pass.share;
    if (share === undefined) {
      this.kept = undefined;
      const [mean, variance] = [this.runningMean.data, this.runningVariance.data];
      workspace.kernels.norms.batchNormEvaluate(y.data, mean, variance, x.data, w, b, rows, features, epsilon);
      return y;
    }
    const { mean, variance } = this.keep(x);
    workspace.kernels.norms.batchNorm(y.data, mean.data, variance.data, x.data, w, b, rows, features, epsilon);
    this.follow(share);
    return y;
  }

  // dw = Σ dy ⊙ x̂   db = Σ dy   dx = w/√(σ² + ε) ⊙ (dy − mean(dy) − x̂ ⊙ mean(dy ⊙ x̂)): μ and σ² depend on x as well
  backward(dy: Tensor): Tensor {
    const { x, mean, variance } = this.saved(this.kept);
    this.expectGradient(dy, x.shape);
    const { workspace, features, epsilon } = this;
    const dx = workspace.tensor(x.shape, x.dtype);
    workspace.kernels.norms.batchNormBackward(
      dx.data,
      this.w.gradient.data,
      this.b.gradient.data,
      dy.data,
      x.data,
      mean.data,
      variance.data,
      this.w.value.data,
      x.size / features,
      features,
      epsilon,
    );
    return dx;
  }

  /** Keeps a batch for `backward`, with memory for its mean and variance. Throws ShapeError for a single row, which has no variance. */
  keep(x: Tensor): KeptBatch {
    const { workspace, features } = this;
    const rows = (x.size / features) * (workspace.kernels.ranks ?? 1);
    if (rows < 2) {
      throw new ShapeError(
        `${this.describe()}: expected a training batch of at least 2 rows (one row has no variance), found ${formatShape(x.shape)}; use larger batches, or layer normalization`,
      );
    }
    const vector = () => workspace.tensor([features], x.dtype);
    this.kept = { x, rows, mean: vector(), variance: vector() };
    return this.kept;
  }

  /** Moves the running statistics towards those of the last batch. The running variance estimates that of all data, hence n − 1. */
  follow(share: number): void {
    const { rows, mean, variance } = this.saved(this.kept);
    const [means, variances] = [this.runningMean.data, this.runningVariance.data];
    const unbiased = rows / (rows - 1);
    for (let j = 0; j < this.features; j++) {
      means[j] += share * (mean.data[j] - means[j]);
      variances[j] += share * (variance.data[j] * unbiased - variances[j]);
    }
  }

  override describe(): string {
    return `${this.name || "batchNorm"} (batchNorm ${this.features})`;
  }
}

/** w = 1 and b = 0: at the start, the layer only normalizes. */
export function scaleAndShift(features: number, dtype: DType): [Parameter, Parameter] {
  const [w, b] = [zeroParameter("w", [features], dtype), zeroParameter("b", [features], dtype)];
  w.value.data.fill(1);
  return [w, b];
}

function filled(features: number, dtype: DType, value: number): Tensor {
  const tensor = Tensor.zeros([features], dtype);
  tensor.data.fill(value);
  return tensor;
}

export function checkNorm(kind: string, features: number, epsilon: number): void {
  if (!Number.isInteger(features) || features < 1) {
    throw new SettingsError(`${kind}: features must be a whole number of at least 1, got ${features}`);
  }
  if (!(epsilon > 0 && epsilon < Infinity)) {
    throw new SettingsError(`${kind}: epsilon must be a number above 0, got ${epsilon}`);
  }
}

export const batchNorm = layerKind({
  schema: v.strictObject({ epsilon: v.optional(positive), momentum: v.optional(share) }),
  create: (options, { name, inputShape, dtype }) =>
    new BatchNorm(inputShape[inputShape.length - 1], { name, dtype, ...options }),
});
