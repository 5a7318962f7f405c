import { RandomState } from "../../random/randomState.ts";
import type { TestMetrics } from "../testScores.ts";
import type { RegressionEvaluation } from "./runEvaluation.ts";

const mostPoints = 2000;
const bars = 30;

/** The part of a report about a regression, from true and predicted values in the units of the target. */
export function regressionSummary(
  target: string,
  metrics: Extract<TestMetrics, { kind: "regression" }>,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): RegressionEvaluation {
  const {
    rows: total,
    kind: _,
    meanAbsoluteErrorInterval: [low, high],
    ...scores
  } = metrics;
  const rows = Math.min(total, mostPoints);
  const chosen =
    rows < total
      ? new RandomState(1).permutation(total).slice(0, rows)
      : Int32Array.from({ length: rows }, (_, i) => i);
  const pick = (values: ArrayLike<number>) => Array.from(chosen, (row) => Number(values[row].toPrecision(6)));
  const points = { rows, truth: pick(truth), predicted: pick(predicted) };
  const residuals = Float64Array.from({ length: total }, (_, row) => predicted[row] - truth[row]);
  return { target, ...scores, meanAbsoluteErrorInterval: [low, high], points, residuals: histogramOf(residuals) };
}

/**
 * Counts in equal parts of a range around 0 that contains 99 % of the values, or ends at three times the range of 90 % of them; the rest is
 * counted in the first and last part, so that a few distant rows do not put all others into one bar.
 */
export function histogramOf(values: Float64Array): RegressionEvaluation["residuals"] {
  const sizes = values.map(Math.abs).sort();
  const holding = (share: number) => sizes[Math.min(sizes.length - 1, Math.ceil(share * sizes.length))];
  const reach = Math.min(holding(0.99), 3 * holding(0.9) || Infinity) || 1;
  const parts = Math.max(5, Math.min(bars, Math.round(Math.sqrt(values.length)) | 1));
  const counts = Array<number>(parts).fill(0);
  for (const value of values) {
    const place = Math.floor((parts * (value + reach)) / (2 * reach));
    counts[Math.max(0, Math.min(parts - 1, place)) || 0]++;
  }
  return { from: -reach, to: reach, counts };
}
