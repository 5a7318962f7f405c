import type { Dataset } from "../data/dataset.ts";
import type { Ensemble } from "../layers/ensemble.ts";
import { exp } from "../mathematics/exponential.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The mix is fitted on at most this number of rows. */
const mostRows = 20_000;
/**
 * A prior: the number of further rows that each kind is credited with. With few rows the first kind, the simplest, gets the most weight;
 * with many rows the weights of the others become a little more equal.
 */
const priorRows = (kind: number, rows: number): number => (kind === 0 ? 4 : 1) + 0.005 * rows;

/**
 * Sets the weight of each kind of members of an ensemble, from their outputs for rows that the members were not trained on: the weights, at
 * least 0 and with sum 1, with the least loss. They are unchanged for other targets than classes or numbers.
 */
export function fitMix(ensemble: Ensemble, answers: readonly Tensor[], { labels, targets }: Dataset): void {
  if (answers.length < 2 || (targets && targets.kind !== "numbers")) return;
  const width = answers[0].shape[1];
  const rows = Math.min(labels.length, mostRows);
  /** for each kind the probability of the right class, or the error of each number */
  const found = answers.map(({ data }) => {
    if (!targets) return Float64Array.from({ length: rows }, (_, row) => data[row * width + labels[row]]);
    return Float64Array.from({ length: rows * width }, (_, i) => data[i] - targets.values[i]);
  });
  ensemble.mix.data.set(targets ? mixOfNumbers(found) : mixOfProbabilities(found));
}

/**
 * The weights w with the largest Σ log Σₖ wₖ·p[k] and a prior, by expectation maximization from the prior:
 * wₖ ← (Σ wₖ·p[k]/Σⱼ wⱼ·p[j] + prior[k])/(rows + Σ prior).
 */
export function mixOfProbabilities(p: readonly Float64Array[]): Float64Array {
  const kinds = p.length;
  const rows = p[0].length;
  const prior = priorOf(kinds, rows);
  let w = prior.weights;
  for (let iteration = 0; iteration < 1000; iteration++) {
    const next = prior.weights.map((share) => share * prior.rows);
    for (let i = 0; i < rows; i++) {
      let sum = 1e-12;
      for (let k = 0; k < kinds; k++) sum += w[k] * p[k][i];
      for (let k = 0; k < kinds; k++) next[k] += (w[k] * p[k][i]) / sum;
    }
    const total = next.reduce((sum, value) => sum + value, 0);
    const change = next.reduce((most, value, k) => Math.max(most, Math.abs(value / total - w[k])), 0);
    w = next.map((value) => value / total);
    if (change < 1e-4) break;
  }
  return w;
}

/**
 * The weights w with the least Σᵢ (Σₖ wₖ·e[k][i])² + ridge·Σ (w − prior)², e the errors, by exponentiated gradients from the prior.
 * Kivinen & Warmuth 1997.
 */
export function mixOfNumbers(e: readonly Float64Array[]): Float64Array {
  const products = e.map((a) => e.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0)));
  const largest = Math.max(...products.map((row, k) => row[k]));
  const prior = priorOf(e.length, e[0].length);
  const ridge = (prior.rows * largest) / Math.max(1, e[0].length);
  let w = prior.weights;
  if (!(largest > 0)) return w;
  for (let iteration = 0; iteration < 2000; iteration++) {
    const next = w.map((value, k) => {
      const slope = products[k].reduce((sum, product, j) => sum + product * w[j], ridge * (value - prior.weights[k]));
      return value * exp(-slope / largest);
    });
    const total = next.reduce((sum, value) => sum + value, 0);
    w = next.map((value) => value / total);
  }
  return w;
}

function priorOf(kinds: number, answers: number): { readonly rows: number; readonly weights: Float64Array } {
  const each = Float64Array.from({ length: kinds }, (_, kind) => priorRows(kind, answers));
  const rows = each.reduce((sum, value) => sum + value, 0);
  return { rows, weights: each.map((value) => value / rows) };
}
