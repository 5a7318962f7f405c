import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, experiment, type Found, type Quantities } from "../exercise.ts";
import { close, mapped, randomQuantity } from "../quantities.ts";
import { first, hits, hot, rows, type ScoresCase, share, vector } from "./accuracy/formulas.ts";
import { mistakes } from "./accuracy/mistakes.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/** Each label as a row: 1 at the label, 0 elsewhere. Labels are whole numbers from 0; the result has shape (labels, classes). */
export function oneHot(labels: number[], classes: number): NdArray {
  return notWritten("oneHot");
}

/** The class with the largest score in each row of scores, (N, classes); the first one if several are the largest. */
export function predictions(scores: NdArray): number[] {
  return notWritten("predictions");
}

/** The share of rows whose prediction is the label, from 0 to 1. */
export function accuracy(scores: NdArray, labels: number[]): number {
  return notWritten("accuracy");
}
`;

function cases(random: RandomState): readonly ScoresCase[] {
  const one = (
    count: number,
    classes: number,
    move: (value: number, at: number) => number,
    special?: string,
  ): ScoresCase => {
    const scores = mapped(randomQuantity(random, [count, classes]), move);
    // most predictions are right, some are not
    const labels = rows(scores).map((row, i) => (i % 3 === 2 ? (first(row) + 1) % classes : first(row)));
    return { scores, labels, dims: { count, classes }, ...(special && { special }) };
  };
  return [
    one(61, 5, (value, at) => value + (at >= 200 ? -9 : 0)), // the last rows are negative throughout
    one(43, 3, (value, at) => value + (at < 60 ? -9 : 0)),
    one(52, 7, (value, at) => value + (at >= 210 ? -9 : 0)),
    one(37, 4, (value) => Math.round(value), "for rows with equal scores"),
    one(29, 4, (value) => Math.abs(value) / 10, "for scores that are all positive"),
  ];
}

/** While predictions are wrong, accuracy is not checked, because it may be computed from them. */
const expected = (one: ScoresCase, found: Found): Quantities => {
  const predictions = vector(rows(one.scores).map(first));
  const isRight = found.predictions && close(found.predictions, predictions, 0);
  return { oneHot: hot(one), predictions, accuracy: (isRight ? undefined : found.accuracy) ?? share(hits(one), one) };
};

export const accuracy: Exercise = {
  id: "accuracy",
  title: "One-hot rows and accuracy",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    { text: "Which accuracy has a network at the start of training, with 20 classes that occur equally often?" },
  ],
  hints: [
    "Each row of scores belongs to one example. Which part of the data is the row with number i?",
    "A search for the largest number needs a start that no number is below. 0 is not such a number.",
    "predictions gives one class for each row. accuracy counts the rows where it is the label, and divides by the number of rows.",
  ],
  experiments: [
    experiment<ScoresCase>({
      title: "one-hot rows, predictions and accuracy",
      cases,
      run: async (student, { scores, labels }, report) => {
        report("oneHot", await student.call("oneHot", labels, scores.shape[1]));
        report("predictions", await student.call("predictions", scores));
        report("accuracy", await student.call("accuracy", scores, labels));
      },
      expected,
      mistakes,
    }),
  ],
};
