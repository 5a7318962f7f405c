import type { DType, Numbers } from "../tensor/tensor.ts";
import type { ActivationName } from "./activations.ts";
import type { AttentionKernels } from "./attentionKernels.ts";
import type { ImageKernels } from "./imageKernels.ts";

export type { ActivationName };

/** The precision of the factors in products of float32 arrays; sums are always float32. */
export const precisions = ["float32", "bfloat16"] as const;
export type Precision = (typeof precisions)[number];

/** The largest inner dimension of `matmulTransposeAShards`. */
export const shardDepth = 256;

/** The options of Adam's update; `step` counts from 1. */
export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly step: number;
}

/** In all of these, each step subtracts `weightDecay`·θ; the learning rate is already included. */
export interface MomentumStep {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

export interface RmspropStep {
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export interface AdagradStep {
  readonly learningRate: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export interface LionStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

/** `ofGradient` and `ofMoment` are the learning rate times NAdam's weights of g and m; `step` counts from 1. */
export interface NadamStep extends Omit<AdamStep, "learningRate"> {
  readonly ofGradient: number;
  readonly ofMoment: number;
}

/** The updates other than sgd and adam, and the operations on whole gradients. `scalarUpdates` is the plain implementation. */
export interface UpdateKernels {
  /** u ← μu + g, θ ← θ − η·u − λ·θ; with `nesterov` θ ← θ − η·(g + μu) − λ·θ */
  momentum(values: Numbers, gradients: Numbers, velocity: Numbers, options: MomentumStep): void;
  /** v ← αv + (1−α)g², θ ← θ − η·g/(√v + ε) − λ·θ */
  rmsprop(values: Numbers, gradients: Numbers, v: Numbers, options: RmspropStep): void;
  /** s ← s + g², θ ← θ − η·g/(√s + ε) − λ·θ */
  adagrad(values: Numbers, gradients: Numbers, sum: Numbers, options: AdagradStep): void;
  /** θ ← θ − η·sign(β₁m + (1−β₁)g) − λ·θ, then m ← β₂m + (1−β₂)g */
  lion(values: Numbers, gradients: Numbers, m: Numbers, options: LionStep): void;
  /** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← max(w, v), θ ← θ − η·m̂/(√ŵ + ε) − λ·θ, m̂ = m/(1−β₁ᵗ), ŵ = w/(1−β₂ᵗ) */
  amsgrad(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, largest: Numbers, options: AdamStep): void;
  /** m and v as for adam, θ ← θ − (ofGradient·g + ofMoment·m)/(√v̂ + ε) − λ·θ */
  nadam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: NadamStep): void;
  /** a ← a + share·(θ − a)      (a moving average) */
  blend(average: Numbers, values: Numbers, share: number): void;
  /** x ← factor·x */
  scale(x: Numbers, factor: number): void;
  /** x ← max(−limit, min(limit, x)); NaN stays NaN */
  clamp(x: Numbers, limit: number): void;
  /** out[0] = Σ x² */
  sumSquares(out: Float64Array, x: Numbers): void;
}

/** Normalization layers; x, y, dx, dy are (rows, columns). `scalarNorms` is the plain implementation. */
export interface NormKernels {
  /**
   * Per column: mean and (population) variance of x, y = w·(x − mean)/√(variance + ε) + b. mean, variance, w, b (columns).
   */
  batchNorm(
    y: Numbers,
    mean: Numbers,
    variance: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void;
  /** The same with mean and variance given: y = w·(x − mean)/√(variance + ε) + b */
  batchNormEvaluate(
    y: Numbers,
    mean: Numbers,
    variance: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void;
  /** dw = Σ dy·x̂, db = Σ dy, dx = w/√(variance + ε)·(dy − db/rows − x̂·dw/rows), per column */
  batchNormBackward(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dy: Numbers,
    x: Numbers,
    mean: Numbers,
    variance: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void;
  /**
   * `batchNorm`, and `activate` of its results, with the same bits in fewer passes over memory: y = f(w·(x − mean)/√(variance + ε) + b)
   * and derivative = f′. Kernels without a faster version leave it out.
   */
  batchNormActivate?(
    activation: ActivationName,
    y: Numbers,
    derivative: Numbers,
    mean: Numbers,
    variance: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
    parameter: number,
  ): void;
  /** `batchNormBackward` with dy = dz ⊙ derivative. */
  batchNormActivateBackward?(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dz: Numbers,
    derivative: Numbers,
    x: Numbers,
    mean: Numbers,
    variance: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void;
  /** Per row: mean, inverse = 1/√(variance + ε), y = w·(x − mean)·inverse + b. mean, inverse (rows); w, b (columns). */
  layerNorm(
    y: Numbers,
    mean: Numbers,
    inverse: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void;
  /** With g = dy ⊙ w and means over each row: dx = inverse·(g − mean g − x̂·mean(g ⊙ x̂)); dw = Σ dy·x̂, db = Σ dy over rows */
  layerNormBackward(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dy: Numbers,
    x: Numbers,
    mean: Numbers,
    inverse: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
  ): void;
}

/**
 * The time-critical loops, as a contract with several implementations. `scalar` is the slow implementation that defines every
 * result. The others agree with it to 1e-12 (float64) or 1e-5 (float32), relative to the size of the summed terms (with
 * Winograd's method, for 3×3 convolutions in float32: the terms of the surrounding 6×6 pixels).
 *
 * - Matrices are contiguous and row-major; all arrays of one call share one numeric type.
 * - Kernels write into the arrays they are given and return nothing. Outputs must not overlap inputs, except where said.
 * - Any typed array works; arrays from `allocate` are used without a copy.
 * - Each output is one sum in a fixed order, so the bits do not depend on the number of threads.
 * - Lengths are checked on entry (a few comparisons); sizes below 1 throw ShapeError.
 */
export interface Kernels {
  readonly name: string;
  readonly threads: number;
  /** "bfloat16": products and convolutions round float32 operands to bfloat16. The default is float32. */
  readonly precision?: Precision;
  /** with the precision bfloat16: the same kernels in float32, for products that rounding would ruin; their threads start at the first use */
  readonly inFloat32?: Kernels | undefined;
  /** for kernels of a batch that several processes share: their number; all have the same number of rows (`shardedKernels`) */
  readonly ranks?: number;

  /** Zeros in memory that these kernels use without a copy. The memory is freed when the returned array is garbage-collected. */
  allocate(dtype: DType, length: number): Numbers;
  /** Like `allocate`, for the bytes of a data set. */
  allocateBytes(length: number): Uint8Array;

  /** C = A·B            a (m, k), b (k, n), c (m, n) */
  matmul(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /** C = Aᵀ·B           a (k, m), b (k, n), c (m, n): the weight gradient */
  matmulTransposeA(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /**
   * matmulTransposeA with k divided into `shards` equal parts, a power of two, whose products are added in pairs, as in ShardSum.
   * If it is missing, or k exceeds `shardDepth`, ShardSum calls matmulTransposeA for each shard, with the same bits. The rows of
   * A are `stride` numbers apart, m by default. With a larger stride, C is computed from m neighbouring columns of a wider
   * matrix.
   */
  matmulTransposeAShards?(
    c: Numbers,
    a: Numbers,
    b: Numbers,
    m: number,
    k: number,
    n: number,
    shards: number,
    stride?: number,
  ): void;
  /** C = A·Bᵀ           a (m, k), b (n, k), c (m, n): the input gradient */
  matmulTransposeB(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /** Y = X·W + b        x (rows, inputs), w (inputs, outputs), b (outputs), y (rows, outputs) */
  linear(y: Numbers, x: Numbers, w: Numbers, b: Numbers, rows: number, inputs: number, outputs: number): void;
  /**
   * Only in kernels of shards: out = the sum of the results of `ofShard` for the equal shards of this process, added in the tree
   * of the shards. For sums over rows for which there is no kernel.
   */
  sumShards?(out: Numbers, ofShard: (shard: number, shards: number, out: Numbers) => void): void;
  /** out[j] = Σ_i x[i, j]        x (rows, columns): the bias gradient */
  sumRows(out: Numbers, x: Numbers, rows: number, columns: number): void;

  /**
   * y = f(x) and, where `derivative` is given, derivative = f′(x); `activations` says what `parameter` is. Every entry of `activations` works;
   * one that an implementation does not have itself is computed from the table.
   */
  activate(name: ActivationName, y: Numbers, derivative: Numbers | undefined, x: Numbers, parameter?: number): void;
  /** out = a ⊙ b; out may be a or b. */
  multiply(out: Numbers, a: Numbers, b: Numbers): void;

  /**
   * out[n, j, i, k] = x[n, i, j, k]        x (batch, rows, columns, inner), out (batch, columns, rows, inner): with inner = 1 the matrices
   * transposed, with batch = 1 and inner > 1 blocks of numbers in another order
   */
  swapAxes(out: Numbers, x: Numbers, batch: number, rows: number, columns: number, inner: number): void;

  /** p[i] = softmax(logits[i]), shifted by the row's maximum. */
  softmax(p: Numbers, logits: Numbers, rows: number, classes: number): void;
  /**
   * losses[i] = −log softmax(logits[i])[labels[i]] and dlogits[i] = scale·(softmax(logits[i]) − onehot(labels[i])). losses
   * (rows), dlogits and logits (rows, classes); labels are in 0 … classes − 1 (checked by the caller).
   */
  crossEntropy(
    losses: Numbers,
    dlogits: Numbers,
    logits: Numbers,
    labels: Int32Array,
    rows: number,
    classes: number,
    scale: number,
  ): void;

  /** y ← y + factor·x          (the gradient of L2) */
  addScaled(y: Numbers, x: Numbers, factor: number): void;
  /** y ← y + factor·sign(x), sign(±0) = 0; x may be y   (the gradient of L1) */
  addSign(y: Numbers, x: Numbers, factor: number): void;
  /** θ ← θ − η·g − λ·θ */
  sgd(values: Numbers, gradients: Numbers, learningRate: number, weightDecay: number): void;
  /** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε) − λ·θ, m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ) */
  adam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: AdamStep): void;

  /** Less common loops, in groups, so that an implementation can use the plain ones with one line each. */
  readonly updates: UpdateKernels;
  readonly norms: NormKernels;
  readonly images: ImageKernels;
  readonly attention: AttentionKernels;

  /**
   * out[r, j] = table[(j mod channels)·256 + source[indices[r]·rowLength + j]]: a batch, gathered directly from the bytes of the
   * data set and normalized with a table of 256 values for each channel; channels = table.length / 256.
   */
  gather(out: Numbers, source: Uint8Array, indices: Int32Array, rowLength: number, table: Numbers): void;

  /** Ends threads and frees memory; arrays from `allocate` must not be used afterwards. */
  close(): void;
}
