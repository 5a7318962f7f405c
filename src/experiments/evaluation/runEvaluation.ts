import * as v from "valibot";
import { count, explain, index, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";

// The content of a report of a finished run besides its history, as plain data: `handgrad report` needs neither data nor model.
// Everything is bounded: many rows are summed up or sampled, so the file stays below a megabyte or two.

/** NaN and infinities are null in JSON. */
const number = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
const numbers = v.array(number);
const interval = v.tuple([number, number]);
const text = v.string();

/** A small image: red, green, blue of each pixel, row by row, as base64. */
const tile = v.pipe(
  v.object({
    rgb: text,
    width: v.pipe(count, v.maxValue(1024)),
    height: v.pipe(count, v.maxValue(1024)),
  }),
  v.check(
    ({ rgb, width, height }) => rgb.length === 4 * width * height && /^[A-Za-z0-9+/]*$/.test(rgb), // three bytes are four letters
    "expected the pixels of the image as base64",
  ),
);

const baseline = v.object({
  name: text,
  score: number,
  interval: v.optional(interval),
  /** "better": the network is better than this model on the test rows */
  outcome: text,
  /** the probability of a difference at least as large if both were equally good */
  p: number,
});

const classification = v.object({
  loss: number,
  top5: number,
  balancedAccuracy: number,
  calibrationError: number,
  labels: v.pipe(v.array(text), v.minLength(1)),
  /** at most a thousand, those with the lowest F1 */
  classes: v.array(
    v.object({
      ...{ label: text, rows: index, precision: number, recall: number, f1: number },
      ...{ areaUnderRoc: number, averagePrecision: number },
    }),
  ),
  macro: v.object({ precision: number, recall: number, f1: number, areaUnderRoc: number }),
  /** rows by true class, columns by predicted class; not of hundreds of classes */
  confusion: v.optional(v.array(v.array(index))),
  /** the most frequent confusions, with their share of the rows of the true class */
  confused: v.optional(v.array(v.object({ truth: text, predicted: text, count: index, share: number })), []),
  bins: v.array(v.object({ from: number, to: number, rows: index, confidence: number, accuracy: number })),
  /** of two classes: how well the probability of the rarer one ranks the rows */
  ranking: v.optional(
    v.object({
      positive: text,
      /** share of the rows that are positive */
      share: number,
      area: number,
      averagePrecision: number,
      roc: v.array(v.tuple([number, number])),
      precisionRecall: v.array(v.tuple([number, number])),
    }),
  ),
});

const histogram = v.object({ from: number, to: number, counts: v.array(index) });

const regression = v.object({
  target: text,
  meanAbsoluteError: number,
  meanAbsoluteErrorInterval: interval,
  medianAbsoluteError: number,
  rootMeanSquaredError: number,
  maxError: number,
  rSquared: number,
  /** all test rows, or a sample of them: true and predicted values, in the units of the target */
  points: v.object({ rows: index, truth: numbers, predicted: numbers }),
  /** of predicted − true over all test rows */
  residuals: histogram,
});

const mistake = v.object({
  /** the line of a file, or the number of the test image, from 1 */
  row: v.optional(index),
  truth: text,
  predicted: text,
  /** for classes the probability of the predicted one; for numbers the error in units of the target */
  certainty: number,
  cells: v.optional(v.array(text)),
  image: v.optional(tile),
});

const mistakes = v.object({
  /** the number of wrong test rows; for a regression all rows */
  wrong: index,
  /** the columns of `cells`, the most important first */
  columns: v.array(text),
  rows: v.array(mistake),
});

const importance = v.object({
  rows: index,
  testRows: index,
  repeats: index,
  columns: index,
  /** the score of the rows before shuffling */
  score: number,
  /** the drop of the score when a column is shuffled, largest first */
  drops: v.array(v.object({ name: text, mean: number, deviation: number })),
});

const column = v.object({
  name: text,
  /** how it is used, in words: "number", "category of 5", "not used: always 1" */
  use: text,
  missing: index,
  distinct: index,
  /** range or most frequent values, in words */
  values: text,
  /** for numbers: the number of rows in each of equal parts of the range */
  histogram: v.optional(v.array(index)),
});

const dataSummary = v.object({
  kind: text,
  name: text,
  rows: v.object({ train: index, validation: index, test: v.optional(index) }),
  /** the training rows are validated fold by fold, each by networks that were not trained on it; `validation` is 0 then */
  folds: v.optional(count),
  dropped: index,
  notes: v.array(text),
  /** of images: height, width, channels */
  inputShape: v.array(index),
  /** the number of inputs of a row */
  inputs: index,
  target: v.optional(text),
  /** rows of each class in each part */
  classes: v.optional(v.array(v.object({ label: text, train: index, validation: index, test: v.optional(index) }))),
  columns: v.optional(v.object({ rows: index, all: index, shown: v.array(column) })),
});

const testEvaluation = v.object({
  rows: index,
  metric: v.picklist(["accuracy", "rSquared"]),
  score: number,
  interval: v.optional(interval),
  /** the meaning of the score, in a sentence */
  verdict: v.optional(text),
  judgement: v.optional(v.picklist(["good", "bad", "unknown"])),
  baselines: v.array(baseline),
  classification: v.optional(classification),
  regression: v.optional(regression),
  importance: v.optional(importance),
  mistakes: v.optional(mistakes),
});

const runEvaluation = v.object({
  format: v.literal("handgrad evaluation"),
  version: v.literal(1),
  /** the command line that trained */
  command: v.optional(text),
  handgrad: text,
  machine: v.optional(text),
  data: v.optional(dataSummary),
  /** the default settings for this data */
  defaults: v.optional(v.record(v.string(), v.unknown())),
  parameters: v.optional(index),
  /** the layers, shapes and parameters as a table of text */
  summary: v.optional(text),
  test: v.optional(testEvaluation),
  /** the weights of units of the first layer, the largest weights first; for an ensemble those of one of its `members` */
  weights: v.optional(v.object({ units: index, tiles: v.array(tile), members: v.optional(count) })),
});

export type RunEvaluation = v.InferOutput<typeof runEvaluation>;
export type TestEvaluation = v.InferOutput<typeof testEvaluation>;
export type ClassificationEvaluation = v.InferOutput<typeof classification>;
export type RegressionEvaluation = v.InferOutput<typeof regression>;
export type Mistakes = v.InferOutput<typeof mistakes>;
export type Importance = v.InferOutput<typeof importance>;
export type DataSummary = v.InferOutput<typeof dataSummary>;
export type ColumnSummary = v.InferOutput<typeof column>;
export type SmallImage = v.InferOutput<typeof tile>;

/** Throws DataError that names the file for anything that is not the evaluation of a run. */
export function parseRunEvaluation(json: unknown, { name }: { readonly name: string }): RunEvaluation {
  const result = v.safeParse(runEvaluation, json);
  if (result.success) return result.output;
  const problems = explain(result.issues).slice(0, 3);
  throw new DataError(problemLines(`${name}: damaged, not the evaluation of a run`, problems));
}
