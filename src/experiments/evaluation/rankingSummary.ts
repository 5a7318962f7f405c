import { precisionRecallCurve, rocCurve } from "../../training/rankingCurves.ts";
import type { ClassificationEvaluation } from "./runEvaluation.ts";

/** A curve of more points is thinned: a figure is about 300 pixels wide. */
const mostPoints = 300;

/** ROC and precision-recall of two classes by the probability of the rarer one; undefined if one of them has no test rows. */
export function rankingSummary(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  labelNames: readonly string[],
): ClassificationEvaluation["ranking"] {
  let ones = 0;
  for (let row = 0; row < labels.length; row++) ones += labels[row];
  if (labelNames.length !== 2 || ones === 0 || ones === labels.length) return undefined;
  const positive = ones <= labels.length / 2 ? 1 : 0;
  const isPositive = Uint8Array.from({ length: labels.length }, (_, row) => (labels[row] === positive ? 1 : 0));
  const scores = Float64Array.from(isPositive, (_, row) => probabilities[2 * row + positive]);
  const roc = rocCurve(scores, isPositive);
  const precisionRecall = precisionRecallCurve(scores, isPositive);
  return {
    positive: labelNames[positive],
    share: (positive === 1 ? ones : labels.length - ones) / labels.length,
    area: roc.area,
    averagePrecision: precisionRecall.averagePrecision,
    roc: thinned(roc.falsePositiveRate, roc.truePositiveRate),
    precisionRecall: thinned(precisionRecall.recall, precisionRecall.precision),
  };
}

/** Points of a curve, evenly spaced along its length if there are many; both ends stay. */
function thinned(x: Float64Array, y: Float64Array): [number, number][] {
  const kept: [number, number][] = [];
  let [travelled, total] = [0, 0];
  const step = (i: number) => Math.abs(x[i] - x[i - 1]) + Math.abs(y[i] - y[i - 1]);
  for (let i = 1; i < x.length; i++) total += step(i);
  for (let i = 0; i < x.length; i++) {
    if (i > 0) travelled += step(i);
    if (x.length > mostPoints && i > 0 && i < x.length - 1 && travelled < (total * kept.length) / mostPoints) continue;
    kept.push([round(x[i]), round(y[i])]);
  }
  return kept;
}

const round = (value: number): number => Number(value.toPrecision(5));
