import { ShapeError } from "../tensor/errors.ts";

// How well scores rank the rows of one class above all others, for all thresholds.

/** One point for each distinct score, from the highest down; a row is predicted as the class if its score is at least the threshold. */
export interface RocCurve {
  /** begins with Infinity: no row has a higher score */
  readonly thresholds: Float64Array;
  /** false positives / negatives, from 0 to 1 */
  readonly falsePositiveRate: Float64Array;
  /** true positives / positives, from 0 to 1 */
  readonly truePositiveRate: Float64Array;
  /** by the trapezoidal rule: the probability that a random positive row scores above a random negative one, ties counted half */
  readonly area: number;
}

export interface PrecisionRecallCurve {
  /** begins with Infinity: no row has a higher score */
  readonly thresholds: Float64Array;
  /** true positives / rows predicted as the class; 1 at the first point, which has no such rows */
  readonly precision: Float64Array;
  /** true positives / positives, from 0 to 1 */
  readonly recall: Float64Array;
  /** Σ (recall_k − recall_{k−1})·precision_k, without interpolation */
  readonly averagePrecision: number;
}

/**
 * The ROC curve of scores (rows) by whether each row is positive. Without positive rows the true positive rate and the area are NaN,
 * without negative ones the false positive rate and the area. Throws ShapeError for other lengths.
 */
export function rocCurve(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>): RocCurve {
  const counts = countsByThreshold(scores, positive);
  const { thresholds, hits, falseAlarms, positives, negatives } = counts;
  const falsePositiveRate = falseAlarms.map((count) => count / negatives);
  const truePositiveRate = hits.map((count) => count / positives);
  return { thresholds, falsePositiveRate, truePositiveRate, area: areaOf(counts) };
}

/** The precision-recall curve; without positive rows the recall and the average precision are NaN. Throws ShapeError for other lengths. */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean | number>,
): PrecisionRecallCurve {
  const counts = countsByThreshold(scores, positive);
  const { thresholds, hits, falseAlarms, positives } = counts;
  const precision = hits.map((count, k) => (k === 0 ? 1 : count / (count + falseAlarms[k])));
  const recall = hits.map((count) => count / positives);
  return { thresholds, precision, recall, averagePrecision: averagePrecisionOf(counts) };
}

/** The area under the ROC curve and the average precision, without the curves themselves. Throws ShapeError for other lengths. */
export function rankingScores(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean | number>,
): { readonly areaUnderRoc: number; readonly averagePrecision: number } {
  const counts = countsByThreshold(scores, positive);
  return { areaUnderRoc: areaOf(counts), averagePrecision: averagePrecisionOf(counts) };
}

type Counts = ReturnType<typeof countsByThreshold>;

function areaOf({ hits, falseAlarms, positives, negatives }: Counts): number {
  let twice = 0; // in whole numbers, so that a perfect ranking has an area of exactly 1
  for (let k = 1; k < hits.length; k++) twice += (falseAlarms[k] - falseAlarms[k - 1]) * (hits[k] + hits[k - 1]);
  return twice / (2 * positives * negatives);
}

function averagePrecisionOf({ hits, falseAlarms, positives }: Counts): number {
  if (positives === 0) return Number.NaN;
  let sum = 0;
  for (let k = 1; k < hits.length; k++) {
    sum += ((hits[k] - hits[k - 1]) / positives) * (hits[k] / (hits[k] + falseAlarms[k]));
  }
  return sum;
}

/** True and false positives at every distinct score, from the highest down, after a first point without any. */
function countsByThreshold(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>) {
  if (scores.length !== positive.length)
    throw new ShapeError(`metrics: expected one score for each of ${positive.length} rows, found ${scores.length}`);
  // Two sorted lists that are merged: typed arrays sort by number, ten times as fast as rows by a comparison
  const [own, others] = [true, false].map((wanted) => scoresOf(scores, positive, wanted));
  const [thresholds, hits, falseAlarms] = [[Infinity], [0], [0]];
  let [i, j] = [own.length, others.length];
  while (i > 0 || j > 0) {
    const threshold = Math.max(i > 0 ? own[i - 1] : -Infinity, j > 0 ? others[j - 1] : -Infinity);
    while (i > 0 && !(own[i - 1] < threshold)) i--;
    while (j > 0 && !(others[j - 1] < threshold)) j--;
    thresholds.push(threshold);
    hits.push(own.length - i);
    falseAlarms.push(others.length - j);
  }
  return {
    thresholds: Float64Array.from(thresholds),
    hits: Float64Array.from(hits),
    falseAlarms: Float64Array.from(falseAlarms),
    positives: own.length,
    negatives: others.length,
  };
}

/** The scores of rows that are positive or that are not, ascending. */
function scoresOf(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>, wanted: boolean): Float64Array {
  const found = new Float64Array(scores.length);
  let count = 0;
  for (let row = 0; row < scores.length; row++) if (Boolean(positive[row]) === wanted) found[count++] = scores[row];
  return found.subarray(0, count).sort();
}
