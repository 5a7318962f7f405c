import type { Dataset } from "../data/dataset.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import type { Numbers, Tensor } from "../tensor/tensor.ts";
import { argmax } from "../training/argmax.ts";
import { metricOf } from "../training/evaluate.ts";
import type { Metric } from "../training/history.ts";
import { bootstrapInterval, type Interval, wilsonInterval } from "../training/intervals.ts";
import { type ClassificationMetrics, classificationMetrics } from "../training/metrics.ts";
import { type RegressionMetrics, regressionMetrics } from "../training/regressionMetrics.ts";
import { inUnits } from "./predictTable.ts";

export type TestMetrics =
  | ({ readonly kind: "classification" } & ClassificationMetrics)
  | ({
      readonly kind: "regression";
      /** a 95 % interval of the mean absolute error, by the bootstrap */
      readonly meanAbsoluteErrorInterval: Interval;
    } & RegressionMetrics);

/** The scores of a network's outputs for labelled rows that it was not trained on. */
export interface TestScores {
  readonly metric: Metric;
  /** accuracy or R² */
  readonly score: number;
  /** a 95 % interval of the score: Wilson's for an accuracy, by the bootstrap for R² */
  readonly interval: Interval;
  readonly rows: number;
  /** in the units of the target */
  readonly metrics: TestMetrics;
}

/** Scores outputs, and compares them row by row. */
export interface Scorer {
  /** 1 or 0 for a right or wrong class, −(error)² for a number: the scores for the comparison row by row */
  rows(outputs: Tensor): Float64Array;
  /** accuracy or R², from the results of `rows` */
  score(rows: Float64Array): number;
  interval(rows: Float64Array): Interval;
  scores(outputs: Tensor): TestScores;
  /** the constant prediction: the most frequent class of training, or the mean of its targets */
  always(train: Dataset): { readonly label: string; readonly rows: Float64Array };
  /** a difference of the mean row that does not matter: 2 points of accuracy, 0.02 of R² */
  readonly margin: number;
}

/** For one class or one number per row; undefined for other targets. */
export function scorerFor(
  dataset: Dataset,
  { preprocessing }: { readonly preprocessing?: TablePreprocessing | undefined },
): Scorer | undefined {
  const { targets } = dataset;
  if (!targets) return classScorer(dataset);
  if (targets.kind !== "numbers" || targets.width !== 1) return undefined;
  return numberScorer(dataset, targets.values, preprocessing);
}

const margin = 0.02;

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);

function classScorer({ labels, labelNames }: Dataset): Scorer {
  const rows = ({ data, shape }: Tensor) =>
    Float64Array.from(labels, (label, row) => (argmax(data, row * shape[1], shape[1]) === label ? 1 : 0));
  const interval = (right: Float64Array) => wilsonInterval(total(right), right.length);
  return {
    ...{ rows, score: mean, interval, margin },
    scores: (outputs) => {
      const metrics = classificationMetrics(outputs, labels, { labelNames });
      const { top1: score } = metrics;
      const counts = { score, interval: interval(rows(outputs)), rows: labels.length };
      return { metric: "accuracy", ...counts, metrics: { kind: "classification", ...metrics } };
    },
    always(train) {
      const counts = labelNames.map(() => 0);
      for (const label of train.labels) counts[label]++;
      const most = argmax(Float64Array.from(counts));
      return { label: labelNames[most], rows: Float64Array.from(labels, (label) => (label === most ? 1 : 0)) };
    },
  };
}

function numberScorer(dataset: Dataset, values: Numbers, preprocessing: TablePreprocessing | undefined): Scorer {
  const wanted = Float64Array.from(values);
  const centre = mean(wanted);
  const deviations = wanted.map((value) => value - centre);
  const squares = deviations.map((each) => each ** 2);
  const ones = new Float64Array(wanted.length).fill(1);
  const units = (numbers: Numbers) => (preprocessing ? inUnits(preprocessing, numbers) : numbers);
  // Not defined if the target never varies
  const score = (errors: Float64Array) => (mean(squares) > 0 ? 1 + mean(errors) / mean(squares) : Number.NaN);
  const rows = ({ data }: Tensor) => Float64Array.from(wanted, (value, row) => -((data[row] - value) ** 2));
  // R² = 1 − Σe² / (Σd² − (Σd)²/n), with d the deviations from any centre
  const interval = (errors: Float64Array) =>
    bootstrapInterval([errors, deviations, squares, ones], ([error, sum, square, n]) => {
      const spread = square - sum ** 2 / n;
      // The spread of a draw that repeats a single row is 0 except for rounding
      return spread > 1e-12 * square ? 1 + error / spread : Number.NaN;
    });
  return {
    ...{ rows, interval, margin: margin * mean(squares) },
    score,
    scores(outputs) {
      const errors = rows(outputs);
      const [predictions, targets] = [units(outputs.data), units(wanted)];
      const absolute = Float64Array.from(targets, (target, row) => Math.abs(predictions[row] - target));
      const meanAbsoluteErrorInterval = bootstrapInterval([absolute, ones], ([sum, n]) => sum / n);
      return {
        metric: metricOf(dataset),
        ...{ score: score(errors), interval: interval(errors), rows: wanted.length },
        metrics: { kind: "regression", meanAbsoluteErrorInterval, ...regressionMetrics(predictions, targets) },
      };
    },
    always({ targets }) {
      const middle = mean(targets?.values ?? []);
      const label = String(Number(units(Float64Array.of(middle))[0].toPrecision(4)));
      return { label, rows: wanted.map((value) => -((value - middle) ** 2)) };
    },
  };
}

/**
 * Whether accuracy hides a class: the most frequent class that has rows has more than three times as many as the rarest one, or the
 * rarest has less than a fifth of the rows (of more than three classes, less than 0.6 of an equal share).
 */
export function hasRareClass({ classes, rows }: Pick<ClassificationMetrics, "classes" | "rows">): boolean {
  const counts = classes.map((each) => each.rows).filter((count) => count > 0);
  if (counts.length < 2) return false;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return most > 3 * least || least < rows * Math.min(0.2, 0.6 / counts.length);
}
