import { normalDistribution } from "../kernels/activations.ts";
import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";

/** The target: a class or a number for each row. */
export type RowTarget =
  | { readonly kind: "category"; readonly labels: ArrayLike<number>; readonly classes: number }
  | { readonly kind: "number"; readonly values: ArrayLike<number> };

/** The expected fraction of the selected words that have no relation to the target. */
const falseDiscoveryRate = 0.2;

/**
 * The words that are significantly related to the target, the most significant first. The test is Fisher's exact test for each
 * class, or the rank-sum test for numbers, followed by the procedure of Benjamini and Hochberg (1995), because many words are
 * tested. `rowsOf` has the positions of each word's rows in the target.
 */
export function relatedWords(
  rowsOf: ReadonlyMap<string, readonly number[]>,
  target: RowTarget,
  rate: number = falseDiscoveryRate,
): string[] {
  const test = target.kind === "category" ? exactTest(target) : rankSumTest(target);
  const tested = Array.from(rowsOf, ([word, rows]) => ({ word, p: test(rows) }));
  tested.sort((a, b) => a.p - b.p || (a.word < b.word ? -1 : 1));
  const last = tested.findLastIndex(({ p }, i) => p <= (rate * (i + 1)) / tested.length);
  return tested.slice(0, last + 1).map(({ word }) => word);
}

/** The p-value of Fisher's exact test: for each class, twice the smaller tail, with Bonferroni's correction for the number of classes. */
export function exactTest({ labels, classes }: Extract<RowTarget, { kind: "category" }>) {
  const total = labels.length;
  const logFactorial = new Float64Array(total + 1);
  const sizes = new Float64Array(classes);
  for (let n = 1; n <= total; n++) {
    logFactorial[n] = logFactorial[n - 1] + log(n);
    sizes[labels[n - 1]]++;
  }
  const logChoose = (n: number, k: number) => logFactorial[n] - logFactorial[k] - logFactorial[n - k];
  // The tail of the hypergeometric distribution, from `found` away from the mean; K of `drawn` rows are among the `size` rows of a class
  const tail = (size: number, drawn: number, found: number): number => {
    const step = found * total >= drawn * size ? 1 : -1;
    const end = step > 0 ? Math.min(drawn, size) : Math.max(0, drawn + size - total);
    const all = logChoose(total, drawn);
    let [sum, term] = [0, 1];
    for (let k = found; step * (end - k) >= 0 && term > sum * Number.EPSILON; k += step) {
      term = exp(logChoose(size, k) + logChoose(total - size, drawn - k) - all);
      sum += term;
    }
    return sum;
  };
  const counts = new Float64Array(classes);
  const tests = classes === 2 ? 1 : classes; // with two classes, both tests are the same
  return (rows: readonly number[]): number => {
    counts.fill(0);
    for (const row of rows) counts[labels[row]]++;
    let p = 1;
    for (let label = 0; label < tests; label++)
      p = Math.min(p, 2 * tests * tail(sizes[label], rows.length, counts[label]));
    return p;
  };
}

/** The p-value of the rank-sum test, with the normal approximation. Wilcoxon 1945. */
export function rankSumTest({ values }: Extract<RowTarget, { kind: "number" }>) {
  const total = values.length;
  const order = Uint32Array.from({ length: total }, (_, row) => row).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(total); // centred at 0; equal values have their mean rank
  let variance = 0;
  for (let first = 0, end = 0; first < total; first = end) {
    while (end < total && values[order[end]] === values[order[first]]) end++;
    const rank = (first + end - total) / 2;
    for (let i = first; i < end; i++) ranks[order[i]] = rank;
    variance += ((end - first) * rank ** 2) / total;
  }
  return (rows: readonly number[]): number => {
    const drawn = rows.length;
    const mean = rows.reduce((sum, row) => sum + ranks[row] / drawn, 0);
    const deviation = Math.sqrt((variance / drawn) * ((total - drawn) / (total - 1))); // without replacement
    return deviation > 0 ? 2 * normalDistribution(-Math.abs(mean) / deviation) : 1;
  };
}
