import { BatchReader } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import { Ensemble } from "../layers/ensemble.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

/** How many rows are answered together, and how many at most the mix is fitted on. */
const together = 1000;
const mostRows = 20_000;
/** As if so many further rows had been answered equally well by all kinds: with few rows the kinds count nearly alike. */
const priorRows = 4;

/**
 * Sets what each kind of members of an ensemble counts, from their answers on data that none of the members that answer has seen
 * (validation rows, or training rows with folds): the weights, at least 0 and together 1, with the least loss. Nothing is done for
 * a network without an ensemble, with one kind of members, or for other targets than classes or numbers.
 */
export async function fitMix(network: Sequential, data: Dataset, options: EvaluateOptions = {}): Promise<void> {
  const ensemble = network.layers.find((layer): layer is Ensemble => layer instanceof Ensemble);
  if (!ensemble || ensemble.children.length < 2 || (data.targets && data.targets.kind !== "numbers")) return;
  const { labels, targets } = data;
  const kinds = ensemble.children.length;
  const width = targets?.width ?? 1;
  const rows = Math.min(labels.length, mostRows);
  /** for each kind the probability of the right class, or the error of each number */
  const found = Array.from({ length: kinds }, () => new Float64Array(rows * width));
  const { workspace, dtype } = network;
  const reader = new BatchReader(data, { dtype, normalization: options.normalization });
  const yieldToEvents = yieldsToEvents();
  for (let start = 0; start < rows; start += together) {
    await yieldToEvents();
    options.signal?.throwIfAborted();
    const chosen = Int32Array.from({ length: Math.min(together, rows - start) }, (_, i) => start + i);
    workspace.step(() => {
      const { inputs, folds } = reader.read(chosen, workspace);
      network.forward(inputs, { mode: "evaluate", folds });
      const { data: answers, shape } = ensemble.answersOfKinds ?? inputs;
      const outputs = shape[2];
      for (let k = 0; k < kinds; k++) {
        for (let i = 0; i < chosen.length; i++) {
          const at = (k * chosen.length + i) * outputs;
          if (!targets) found[k][start + i] = answers[at + labels[start + i]];
          else
            for (let j = 0; j < width; j++) {
              const place = (start + i) * width + j;
              found[k][place] = answers[at + j] - targets.values[place];
            }
        }
      }
    });
  }
  ensemble.mix.data.set(targets ? mixOfNumbers(found) : mixOfProbabilities(found));
}

/**
 * The weights w with the largest Σ log Σₖ wₖ·p[k] and a prior, by expectation maximization, from equal weights:
 * wₖ ← (Σ wₖ·p[k]/Σⱼ wⱼ·p[j] + prior)/(rows + kinds·prior).
 */
export function mixOfProbabilities(p: readonly Float64Array[]): Float64Array {
  const kinds = p.length;
  const rows = p[0].length;
  let w = new Float64Array(kinds).fill(1 / kinds);
  for (let iteration = 0; iteration < 100; iteration++) {
    const next = new Float64Array(kinds).fill(priorRows);
    for (let i = 0; i < rows; i++) {
      let sum = 1e-12;
      for (let k = 0; k < kinds; k++) sum += w[k] * p[k][i];
      for (let k = 0; k < kinds; k++) next[k] += (w[k] * p[k][i]) / sum;
    }
    const total = next.reduce((sum, value) => sum + value, 0);
    w = next.map((value) => value / total);
  }
  return w;
}

/**
 * The weights w with the least Σᵢ (Σₖ wₖ·e[k][i])² + ridge·Σ w², e the errors, by exponentiated gradients from equal weights.
 * Kivinen & Warmuth 1997.
 */
export function mixOfNumbers(e: readonly Float64Array[]): Float64Array {
  const kinds = e.length;
  const products = e.map((a) => e.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0)));
  const largest = Math.max(...products.map((row, k) => row[k]));
  const ridge = (largest * priorRows) / Math.max(1, e[0].length);
  let w = new Float64Array(kinds).fill(1 / kinds);
  if (!(largest > 0)) return w;
  for (let iteration = 0; iteration < 1000; iteration++) {
    const next = w.map((value, k) => {
      const slope = products[k].reduce((sum, product, j) => sum + product * w[j], ridge * value);
      return value * Math.exp((-0.5 * slope) / largest);
    });
    const total = next.reduce((sum, value) => sum + value, 0);
    w = next.map((value) => value / total);
  }
  return w;
}
