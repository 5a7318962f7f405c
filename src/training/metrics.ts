import type { Labels } from "../losses/crossEntropy.ts";
import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, type Tensor } from "../tensor/tensor.ts";
import { argmax } from "./argmax.ts";
import { rankingScores } from "./rankingCurves.ts";

// From the outputs of a network over a whole data set to scores of its classes.

/** Scores of one class. Precision: the share of rows predicted as the class that belong to it; recall: the share of its rows predicted as it. */
export interface ClassMetrics {
  readonly label: string;
  /** rows that are of this class */
  readonly rows: number;
  /** NaN if no row was predicted as the class */
  readonly precision: number;
  /** NaN if no row is of the class */
  readonly recall: number;
  /** 2·TP / (2·TP + FP + FN): the harmonic mean of the two; NaN if the class does not occur */
  readonly f1: number;
  /** of the ROC curve of its probability, this class against all others; NaN without rows of it, or of others */
  readonly areaUnderRoc: number;
  /** of the precision-recall curve of its probability; NaN if no row is of the class */
  readonly averagePrecision: number;
}

/** The rows with a highest class probability in one interval. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** the mean probability; NaN without rows */
  readonly confidence: number;
  /** the share that was right; NaN without rows */
  readonly accuracy: number;
}

export interface ClassificationMetrics {
  readonly rows: number;
  /** mean cross-entropy */
  readonly loss: number;
  /** the share of rows that are predicted correctly */
  readonly top1: number;
  /** … is among the five most probable; of those with equal probability the earlier classes count as more probable */
  readonly top5: number;
  readonly classes: readonly ClassMetrics[];
  /**
   * Unweighted means over the classes that have rows; a class without predictions has precision 0 in them. The mean area under ROC curves
   * (one class against all others) is NaN if all rows are of one class; for two classes it is the area of either.
   */
  readonly macro: {
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly areaUnderRoc: number;
  };
  /** the mean recall of the classes that have rows: for two classes, a constant prediction has ½, whatever their shares */
  readonly balancedAccuracy: number;
  /** rows by true class, columns by predicted class */
  readonly confusion: readonly Int32Array[];
  /** expected calibration error: Σ rows/all·|accuracy − confidence| over the bins. Naeini et al. 2015; Guo et al. 2017, arXiv:1706.04599 */
  readonly calibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

export interface ClassificationOptions {
  readonly labelNames?: readonly string[];
  /** bins of equal width for the calibration */
  readonly bins?: number;
}

/** Scores logits (rows, classes) by labels. Throws ShapeError if they do not fit. */
export function classificationMetrics(
  logits: Tensor,
  labels: Labels,
  { labelNames, bins = 15 }: ClassificationOptions = {},
): ClassificationMetrics {
  const [rows, classes] = logits.shape;
  if (logits.rank !== 2 || logits.size === 0 || labels.length !== rows) {
    throw new ShapeError(`metrics: logits are ${formatShape(logits.shape)}, with ${labels.length} labels`);
  }
  const names = labelNames ?? Array.from({ length: classes }, (_, i) => String(i));
  const confusion = Array.from({ length: classes }, () => new Int32Array(classes));
  const tally = Array.from({ length: bins }, () => ({ rows: 0, confidence: 0, right: 0 }));
  const probabilities = new Float64Array(rows * classes); // not float32, whose rounding would make different rows equal
  let [loss, top1, top5] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const label = labels[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new ShapeError(`metrics: labels must be whole numbers in 0 … ${classes - 1}, got ${label} at ${row}`);
    }
    const start = row * classes;
    const given = argmax(logits.data, start, classes);
    const own = logits.data[start + label];
    let [sum, before] = [0, 0];
    for (let j = 0; j < classes; j++) {
      const value = logits.data[start + j];
      probabilities[start + j] = exp(value - logits.data[start + given]);
      sum += probabilities[start + j];
      if (value > own || (value === own && j < label)) before++;
    }
    for (let j = 0; j < classes; j++) probabilities[start + j] /= sum;
    loss += log(sum) - (own - logits.data[start + given]);
    confusion[label][given]++;
    if (given === label) top1++;
    if (before < 5) top5++;
    const confidence = 1 / sum;
    const bin = tally[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1)) || 0];
    bin.rows++;
    bin.confidence += confidence;
    if (given === label) bin.right++;
  }
  const perClass = names.slice(0, classes).map((label, i): ClassMetrics => {
    const scores = Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes + i]);
    const own = Uint8Array.from(labels, (each) => (each === i ? 1 : 0));
    return { ...classCounts(label, i, confusion), ...rankingScores(scores, own) };
  });
  const present = perClass.filter((each) => each.rows > 0);
  const mean = (key: "precision" | "recall" | "f1") =>
    present.reduce((total, each) => total + (Number.isNaN(each[key]) ? 0 : each[key]), 0) / present.length;
  const areaUnderRoc = present.reduce((total, each) => total + each.areaUnderRoc, 0) / present.length;
  return {
    rows,
    loss: loss / rows,
    top1: top1 / rows,
    top5: top5 / rows,
    classes: perClass,
    macro: { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), areaUnderRoc },
    balancedAccuracy: mean("recall"),
    confusion,
    calibrationError: tally.reduce((total, bin) => total + Math.abs(bin.right - bin.confidence), 0) / rows,
    bins: tally.map((bin, i) => ({
      ...{ from: i / bins, to: (i + 1) / bins, rows: bin.rows },
      ...{ confidence: bin.confidence / bin.rows, accuracy: bin.right / bin.rows },
    })),
  };
}

function classCounts(label: string, i: number, confusion: readonly Int32Array[]) {
  const right = confusion[i][i];
  const rows = confusion[i].reduce((sum, count) => sum + count, 0);
  const given = confusion.reduce((sum, line) => sum + line[i], 0);
  return { label, rows, precision: right / given, recall: right / rows, f1: (2 * right) / (rows + given) };
}
