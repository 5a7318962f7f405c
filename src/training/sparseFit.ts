import type { Kernels } from "../kernels/kernels.ts";
import { type LinearData, type LinearWeights, linearGradient } from "./linearFit.ts";

/** The largest number of times that inputs are added to the active ones. */
const mostRounds = 4;
/** Inputs are active at the start if their derivative is at least this part of the penalty: most of those that get a weight. */
const likely = 0.7;
const iterations = 100;
/** The tolerance of the derivatives, as a part of the penalty. */
const tolerance = 0.01;

/**
 * The linear model with the least mean loss + penalty/rows·Σ |W| (loss as in `fitLinear`, b is not penalized), in which most inputs have no
 * weight: the lasso, Tibshirani 1996. Solved for the inputs that have a weight in `start` or are likely to get one, by accelerated proximal
 * gradients (Beck & Teboulle 2009) that restart where they overshoot (O'Donoghue & Candès 2015); then inputs are added that violate
 * |∂loss/∂w| ≤ penalty. A penalty of Infinity gives only b. `start` is unchanged.
 */
export function fitSparse(
  data: LinearData,
  penalty: number,
  kernels: Kernels,
  start?: LinearWeights | undefined,
  precision = tolerance,
): LinearWeights {
  const { inputs, outputs } = data;
  const weights = start?.slice() ?? new Float64Array((inputs + 1) * outputs);
  const active = new Uint8Array(inputs);
  const gradient = linearGradient(data, kernels);
  const join = (joins: (place: number) => boolean): boolean => {
    let joined = false;
    for (let place = 0; place < inputs * outputs; place++) {
      const input = Math.floor(place / outputs);
      if (active[input] === 1 || !joins(place)) continue;
      active[input] = 1;
      joined = true;
    }
    return joined;
  };
  const { derivatives } = gradient(weights);
  join((place) => weights[place] !== 0 || Math.abs(derivatives[place]) > likely * penalty);
  for (let round = 0; round < mostRounds; round++) {
    const chosen = Int32Array.from({ length: inputs }, (_, input) => input).filter((input) => active[input] === 1);
    solve(data, chosen, weights, penalty, kernels, precision);
    const { derivatives } = gradient(weights);
    if (!join((place) => Math.abs(derivatives[place]) > penalty * (1 + precision))) break;
  }
  return weights;
}

/** The least penalty with which no input has a weight. */
export function largestPenalty(data: LinearData, kernels: Kernels): number {
  const { derivatives } = linearGradient(data, kernels)(fitSparse(data, Infinity, kernels));
  let largest = 0;
  for (let place = 0; place < data.inputs * data.outputs; place++)
    largest = Math.max(largest, Math.abs(derivatives[place]));
  return largest;
}

/** Solves for the weights of the chosen inputs and b; the others stay 0. */
function solve(
  data: LinearData,
  chosen: Int32Array,
  weights: LinearWeights,
  penalty: number,
  kernels: Kernels,
  precision: number,
): void {
  const { rows, outputs, classes } = data;
  const some = columnsAndOnes(data, chosen);
  const penalized = chosen.length * outputs;
  const gradient = linearGradient(some, kernels);
  // The second derivative of the softmax's loss is at most ½ (Böhning 1992)
  const curvature = largestEigenvalue(some, kernels) * (classes ? 0.5 : 1);
  // The weights of the chosen inputs, of the ones, and a b that stays 0
  let x: Float64Array = new Float64Array(penalized + 2 * outputs);
  chosen.forEach((input, i) => {
    x.set(weights.subarray(input * outputs, (input + 1) * outputs), i * outputs);
  });
  x.set(weights.subarray(data.inputs * outputs), penalized);
  let [y, momentum] = [x.slice(), 1];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const { derivatives } = gradient(y);
    const next = new Float64Array(x.length);
    let [overshoot, change] = [0, 0];
    for (let i = 0; i < penalized + outputs; i++) {
      const moved = y[i] - derivatives[i] / curvature;
      next[i] = i < penalized ? Math.sign(moved) * Math.max(0, Math.abs(moved) - penalty / curvature) : moved;
      overshoot += (y[i] - next[i]) * (next[i] - x[i]);
      change = Math.max(change, Math.abs(next[i] - y[i]) * curvature);
    }
    const following = overshoot > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const carry = overshoot > 0 ? 0 : (momentum - 1) / following;
    const from = x;
    y = next.map((value, i) => value + carry * (value - from[i]));
    [x, momentum] = [next, following];
    if (change < precision * Math.min(penalty, rows)) break;
  }
  chosen.forEach((input, i) => {
    weights.set(x.subarray(i * outputs, (i + 1) * outputs), input * outputs);
  });
  weights.set(x.subarray(penalized, penalized + outputs), data.inputs * outputs);
}

/** The chosen columns and one of ones, so that there is at least one. */
function columnsAndOnes(data: LinearData, chosen: Int32Array): LinearData {
  const inputs = chosen.length + 1;
  const x = new Float64Array(data.rows * inputs).fill(1);
  for (let row = 0; row < data.rows; row++) {
    chosen.forEach((column, i) => {
      x[row * inputs + i] = data.x[row * data.inputs + column];
    });
  }
  return { ...data, x, inputs };
}

/** The largest eigenvalue of XᵀX by the power method, and a twentieth more, because the method ends below it. */
function largestEigenvalue({ x, rows, inputs }: LinearData, kernels: Kernels): number {
  const [zero, z, v] = [new Float64Array(1), new Float64Array(rows), new Float64Array(inputs).fill(1)];
  const product = new Float64Array(inputs);
  let value = 0;
  for (let iteration = 0; iteration < 50; iteration++) {
    const length = norm(v);
    for (let i = 0; i < inputs; i++) v[i] /= length;
    kernels.linear(z, x, v, zero, rows, inputs, 1);
    kernels.matmulTransposeA(product, x, z, inputs, rows, 1);
    const before = value;
    value = norm(product);
    v.set(product);
    if (value - before < 1e-3 * value) break;
  }
  return 1.05 * value;
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, each) => sum + each * each, 0));
