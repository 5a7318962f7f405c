import type { Dataset } from "../data/dataset.ts";
import { Tensor } from "../tensor/tensor.ts";
import { metricOf } from "../training/evaluate.ts";
import type { Metric } from "../training/history.ts";
import { compareByRow } from "./compareByRow.ts";
import type { DataSource } from "./dataSource.ts";
import { inUnits } from "./predictTable.ts";
import type { Baseline, TestResult } from "./testResult.ts";
import { type Scorer, scorerFor } from "./testScores.ts";

/** The outputs of the models of one fold for its held-out rows; numbers are in the units of the target. */
export interface FoldOutputs {
  /** of the table, from 0; of other data the place in the test part */
  readonly rows: Int32Array;
  /** logits of the classes, or one number a row */
  readonly outputs: Tensor;
  readonly linear?: Tensor | undefined;
  /** the class of each row, or its number */
  readonly truth: Int32Array | Float64Array;
  /** the constant prediction: the most frequent class of the training rows, or the mean of their numbers */
  readonly always: number;
}

/** The outputs of a fold, in a form that can be joined with other folds. */
export function foldOutputsOf(
  { train, rows, preprocessing }: DataSource,
  test: Dataset,
  outputs: Tensor,
  linear: Tensor | undefined,
): FoldOutputs {
  const which = rows?.test ?? Int32Array.from(test.labels, (_, row) => row);
  if (!test.targets) {
    const counts = test.labelNames.map(() => 0);
    for (const label of train.labels) counts[label]++;
    const always = counts.indexOf(Math.max(...counts));
    return { rows: which, outputs, linear, truth: Int32Array.from(test.labels), always };
  }
  const units = (values: ArrayLike<number>): Float64Array =>
    preprocessing ? inUnits(preprocessing, Float64Array.from(values)) : Float64Array.from(values);
  const inTensor = ({ data, shape }: Tensor) => new Tensor(shape, units(data));
  const seen = units(train.targets?.values ?? []);
  const always = seen.reduce((sum, value) => sum + value / seen.length, 0);
  const truth = units(test.targets.values);
  return { rows: which, outputs: inTensor(outputs), linear: linear && inTensor(linear), truth, always };
}

/** All rows, each with the output of the fold that did not train on it. */
export interface PooledFolds {
  readonly test: Dataset;
  readonly outputs: Tensor;
  /** scores over all rows, and the comparison with simple models row by row */
  readonly testResult: TestResult;
}

/** Joins folds as if they were one test part. `labelNames` are the classes, or the name of the number. */
export function poolFolds(
  folds: readonly FoldOutputs[],
  { name, labelNames }: Pick<Dataset, "name" | "labelNames">,
): PooledFolds {
  const classes = folds[0].truth instanceof Int32Array;
  const test = joinTruth(folds, { name, labelNames });
  const outputs = joinTensors(folds.map((fold) => fold.outputs));
  const scorer = scorerOf(test);
  const ours = scorer.rows(outputs);
  const beside = (rows: Float64Array): Baseline => ({
    score: scorer.score(rows),
    interval: scorer.interval(rows),
    comparison: compareByRow(ours, rows, scorer),
  });
  const always = folds.flatMap((fold) =>
    Array.from(fold.truth, (value) => (classes ? Number(value === fold.always) : -((value - fold.always) ** 2))),
  );
  const label = classes ? labelNames[folds[0].always] : String(Number(folds[0].always.toPrecision(4)));
  const linear = folds.flatMap((fold) => (fold.linear ? [fold.linear] : []));
  const testResult: TestResult = {
    ...scorer.scores(outputs),
    majority: { label, ...beside(Float64Array.from(always)) },
    ...(linear.length === folds.length && { linear: beside(scorer.rows(joinTensors(linear))) }),
  };
  return { test, outputs, testResult };
}

/** The scores of one fold. */
export interface FoldScores {
  readonly fold: number;
  readonly rows: number;
  readonly metric: Metric;
  readonly score: number;
  readonly linear?: number | undefined;
}

export function scoreFold(
  fold: number,
  outputs: FoldOutputs,
  labels: Pick<Dataset, "name" | "labelNames">,
): FoldScores {
  const test = joinTruth([outputs], labels);
  const scorer = scorerOf(test);
  const score = (tensor: Tensor) => scorer.score(scorer.rows(tensor));
  return {
    ...{ fold, rows: outputs.rows.length, metric: metricOf(test), score: score(outputs.outputs) },
    linear: outputs.linear && score(outputs.linear),
  };
}

function joinTensors(tensors: readonly Tensor[]): Tensor {
  const width = tensors[0].shape[1];
  const all = new Float64Array(tensors.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of tensors) {
    all.set(data, at);
    at += data.length;
  }
  return new Tensor([all.length / width, width], all);
}

/** The rows of folds as a test part without inputs. */
function joinTruth(folds: readonly FoldOutputs[], { name, labelNames }: Pick<Dataset, "name" | "labelNames">): Dataset {
  const rows = folds.reduce((sum, { truth }) => sum + truth.length, 0);
  const values = new Float64Array(rows);
  let at = 0;
  for (const { truth } of folds) {
    values.set(truth, at);
    at += truth.length;
  }
  const classes = folds[0].truth instanceof Int32Array;
  return {
    ...{ name, labelNames, inputs: new Float32Array(rows), inputShape: [1] },
    labels: classes ? Int32Array.from(values) : new Int32Array(rows),
    ...(!classes && { targets: { kind: "numbers" as const, width: 1, values } }),
  };
}

function scorerOf(test: Dataset): Scorer {
  const scorer = scorerFor(test, {});
  if (!scorer) throw new Error("folds have classes or numbers"); // foldOutputsOf makes no others
  return scorer;
}

/** Mean and sample deviation. The folds share training rows, so the deviation shows how much folds differ, not the uncertainty of the mean. */
export function meanAndDeviation(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
