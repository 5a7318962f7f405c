import type { Kernels } from "../kernels/kernels.ts";
import { log } from "../mathematics/logarithm.ts";
import { lbfgs, type Objective } from "./lbfgs.ts";

/** Inputs and targets of some rows in float64, in memory for kernels: x (rows, inputs) and y (rows, outputs), one-hot for classes. */
export interface LinearData {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  /** softmax and cross-entropy, or squares */
  readonly classes: boolean;
}

/** W (inputs, outputs) and b (outputs), one after the other. */
export type LinearWeights = Float64Array;

/**
 * The linear model with the least mean loss + penalty/(2·rows)·Σ W²: cross-entropy of the softmax for classes, half the squared error for
 * numbers; b is not penalized. Penalty 1 is the default of scikit-learn's LogisticRegression and Ridge. `start` is changed and returned.
 */
export function fitLinear(
  data: LinearData,
  penalty: number,
  kernels: Kernels,
  start: LinearWeights = new Float64Array((data.inputs + 1) * data.outputs),
  iterations = 300,
): LinearWeights {
  const { rows, inputs, outputs } = data;
  const size = inputs * outputs;
  const unpenalized = linearGradient(data, kernels);
  const objective: Objective = (weights, gradient) => {
    const { loss, derivatives } = unpenalized(weights);
    let squares = 0;
    for (let i = 0; i < size; i++) {
      squares += weights[i] * weights[i];
      gradient[i] = (derivatives[i] + penalty * weights[i]) / rows;
    }
    for (let j = size; j < derivatives.length; j++) gradient[j] = derivatives[j] / rows;
    return (loss + (penalty / 2) * squares) / rows;
  };
  lbfgs(objective, start, { iterations });
  return start;
}

/** A function from weights to the loss summed over the rows and its derivatives; `derivatives` is written over by the next call. */
export function linearGradient(
  { x, y, rows, inputs, outputs, classes }: LinearData,
  kernels: Kernels,
): (weights: LinearWeights) => { readonly loss: number; readonly derivatives: Float64Array } {
  const size = inputs * outputs;
  const allocate = (length: number) => kernels.allocate("float64", length) as Float64Array;
  const [w, b, dw, db] = [allocate(size), allocate(outputs), allocate(size), allocate(outputs)];
  const [z, p] = [allocate(rows * outputs), allocate(rows * outputs)];
  const derivatives = new Float64Array(size + outputs);
  return (weights) => {
    w.set(weights.subarray(0, size));
    b.set(weights.subarray(size));
    kernels.linear(z, x, w, b, rows, inputs, outputs);
    const loss = classes ? crossEntropies(p, z, y, rows, outputs, kernels) : halfSquares(p, z, y);
    kernels.matmulTransposeA(dw, x, p, inputs, rows, outputs);
    kernels.sumRows(db, p, rows, outputs);
    derivatives.set(dw);
    derivatives.set(db, size);
    return { loss, derivatives };
  };
}

/** Σ −log softmax(z)[label], and p ← softmax(z) − y. */
function crossEntropies(
  p: Float64Array,
  z: Float64Array,
  y: Float64Array,
  rows: number,
  outputs: number,
  kernels: Kernels,
): number {
  kernels.softmax(p, z, rows, outputs);
  let loss = 0;
  for (let i = 0; i < p.length; i++) {
    if (y[i] > 0) loss -= y[i] * log(Math.max(p[i], 1e-300));
    p[i] -= y[i];
  }
  return loss;
}

/** Σ ½(z − y)², and p ← z − y. */
function halfSquares(p: Float64Array, z: Float64Array, y: Float64Array): number {
  let loss = 0;
  for (let i = 0; i < p.length; i++) {
    p[i] = z[i] - y[i];
    loss += 0.5 * p[i] * p[i];
  }
  return loss;
}

/** The mean loss of a linear model on data, without the penalty. */
export function linearLoss(
  { x, y, rows, inputs, outputs, classes }: LinearData,
  weights: LinearWeights,
  kernels: Kernels,
): number {
  const [z, p] = [new Float64Array(rows * outputs), new Float64Array(rows * outputs)];
  kernels.linear(z, x, weights.slice(0, inputs * outputs), weights.slice(inputs * outputs), rows, inputs, outputs);
  return (classes ? crossEntropies(p, z, y, rows, outputs, kernels) : halfSquares(p, z, y)) / rows;
}
