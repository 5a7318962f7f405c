import type { DType, Numbers } from "../tensor/tensor.ts";

/** The element-wise functions that kernels know; `activations` in scalar.ts states value and derivative of each. */
export type ActivationName = "gelu" | "geluExact" | "relu" | "leakyRelu" | "tanh" | "sigmoid" | "silu";

/** What Adam's update needs beside the buffers; `step` counts from 1. */
export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly step: number;
}

/**
 * The hot loops, as a contract with several implementations. `scalar` is the slow twin that defines every result; the others
 * agree with it to 1e-12 (float64) or 1e-5 (float32) relative to the size of the terms summed.
 *
 * - Matrices are contiguous and row-major; all arrays of one call share one numeric type.
 * - Kernels write into the arrays they are given and return nothing. Outputs must not overlap inputs, except where said.
 * - Any typed array works; those from `allocate` are reached without a copy.
 * - Each output is one sum in a fixed order, so the bits do not depend on the number of threads.
 * - Lengths are checked on entry (a few comparisons); sizes below 1 are refused with a ShapeError.
 */
export interface Kernels {
  readonly name: string;
  readonly threads: number;

  /** Zeros in memory that these kernels reach without a copy; freed when the returned array is garbage-collected. */
  allocate(dtype: DType, length: number): Numbers;
  /** The same for the bytes of a data set. */
  allocateBytes(length: number): Uint8Array;

  /** C = A·B            a (m, k), b (k, n), c (m, n) */
  matmul(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /** C = Aᵀ·B           a (k, m), b (k, n), c (m, n): the weight gradient */
  matmulTransposeA(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /** C = A·Bᵀ           a (m, k), b (n, k), c (m, n): the input gradient */
  matmulTransposeB(c: Numbers, a: Numbers, b: Numbers, m: number, k: number, n: number): void;
  /** Y = X·W + b        x (rows, inputs), w (inputs, outputs), b (outputs), y (rows, outputs) */
  linear(y: Numbers, x: Numbers, w: Numbers, b: Numbers, rows: number, inputs: number, outputs: number): void;
  /** out[j] = Σ_i x[i, j]        x (rows, columns): the bias gradient */
  sumRows(out: Numbers, x: Numbers, rows: number, columns: number): void;

  /** y = f(x) and, where `slope` is given, slope = f′(x); `negativeSlope` is leakyRelu's. */
  activate(name: ActivationName, y: Numbers, slope: Numbers | undefined, x: Numbers, negativeSlope?: number): void;
  /** out = a ⊙ b; out may be a or b. */
  multiply(out: Numbers, a: Numbers, b: Numbers): void;

  /** p[i] = softmax(logits[i]), shifted by the row's maximum. */
  softmax(p: Numbers, logits: Numbers, rows: number, classes: number): void;
  /**
   * losses[i] = −log softmax(logits[i])[labels[i]] and dlogits[i] = scale·(softmax(logits[i]) − onehot(labels[i])).
   * losses (rows), dlogits and logits (rows, classes); labels lie in 0 … classes − 1 (the caller has checked).
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

  /**
   * out[r, j] = table[(j mod channels)·256 + source[indices[r]·rowLength + j]]: a batch, gathered straight from the bytes of
   * the data set and normalized by a table of 256 values a channel; channels = table.length / 256.
   */
  gather(out: Numbers, source: Uint8Array, indices: Int32Array, rowLength: number, table: Numbers): void;

  /** Ends threads and gives memory back; arrays from `allocate` must not be used afterwards. */
  close(): void;
}
