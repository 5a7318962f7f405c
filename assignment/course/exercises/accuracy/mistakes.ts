import type { Mistake, Quantities } from "../../exercise.ts";
import { mapped, quantity, scalar, transposed } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type Choose, first, hits, hot, rows, type ScoresCase, share, vector } from "./formulas.ts";

/** 1 at wrong places of the data; places beyond the end are lost. */
function placed(
  { scores: { shape }, labels }: ScoresCase,
  place: (i: number, label: number, classes: number, count: number) => number,
): Quantity {
  const data = new Float64Array(labels.length * shape[1]);
  for (const [i, label] of labels.entries()) {
    const at = place(i, label, shape[1], labels.length);
    if (at in data) data[at] = 1;
  }
  return quantity([labels.length, shape[1]], data);
}

const other = (
  cause: string,
  message: string,
  results: (one: ScoresCase) => Partial<Quantities>,
): Mistake<ScoresCase> => ({ cause, message, results });

const last: Choose = (row) => row.lastIndexOf(Math.max(...row));

const above =
  (start: number): Choose =>
  (row) =>
    row.reduce((best, value, c) => (value > (best === -1 ? start : row[best]) ? c : best), -1);

/** Another choice, in predictions and accuracy or in one of them. If no row is right, accuracy does not depend on the choice. */
const choice = (cause: string, message: string, choose: Choose): Mistake<ScoresCase>[] => {
  const predicted = ({ scores }: ScoresCase) => ({ predictions: vector(rows(scores).map(choose)) });
  const counted = (one: ScoresCase) => (hits(one, choose) > 0 ? { accuracy: share(hits(one, choose), one) } : {});
  return [
    other(cause, message, (one) => ({ ...predicted(one), ...counted(one) })),
    other(cause, message, predicted),
    other(cause, `in accuracy, ${message}`, counted),
  ];
};

export const mistakes: readonly Mistake<ScoresCase>[] = [
  ...[-1, 1].flatMap((by) => {
    const message = by < 0 ? "labels are counted from 1; the first class is 0" : "the 1 is one place behind its label";
    return [
      other("off-by-one", message, (one) => ({ oneHot: hot(one, (label) => label + by) })),
      other("off-by-one", message, (one) => ({ oneHot: placed(one, (i, label, classes) => i * classes + label + by) })),
    ];
  }),
  other("mirrored", "the 1 is counted from the end of the row", (one) => ({
    oneHot: hot(one, (label) => one.scores.shape[1] - 1 - label),
  })),
  other("transposed", "oneHot is transposed: each label needs a row", (one) => ({ oneHot: transposed(hot(one)) })),
  ...[
    (i: number, label: number, _classes: number, count: number) => i + label * count,
    (i: number, label: number, _classes: number, count: number) => i * count + label,
    (i: number, label: number) => i + label,
    (i: number, label: number, classes: number) => label * classes + i,
  ].map((place) =>
    other(
      "wrong-layout",
      "the place of the 1 is not the label in the row of its example: a row has as many numbers as there are classes",
      (one) => ({ oneHot: placed(one, place) }),
    ),
  ),
  other("wrong-value", "oneHot contains the label at its place and not 1", (one) => ({
    oneHot: mapped(hot(one), (value, at) => value * (at % one.scores.shape[1])),
  })),
  other("inverted", "oneHot is 0 at the label and 1 elsewhere", (one) => ({
    oneHot: mapped(hot(one), (value) => 1 - value),
  })),
  other("filled", "oneHot is 1 up to the label; only the label gets 1", ({ scores, labels }) => ({
    oneHot: quantity(
      [labels.length, scores.shape[1]],
      labels.flatMap((label) => Array.from({ length: scores.shape[1] }, (_, c) => Number(c <= label))),
    ),
  })),
  other("one-example", "only the last label gets its 1", (one) => ({
    oneHot: mapped(hot(one), (value, at) => (at >= (one.labels.length - 1) * one.scores.shape[1] ? value : 0)),
  })),
  other("one-example", "only the first label gets its 1", (one) => ({
    oneHot: mapped(hot(one), (value, at) => (at < one.scores.shape[1] ? value : 0)),
  })),
  other("wrong-quantity", "predictions contain the largest score and not its class", ({ scores }) => ({
    predictions: vector(rows(scores).map((row) => Math.max(...row))),
  })),
  other("wrong-axis", "the largest score of each column is searched, not of each row", ({ scores }) => ({
    predictions: vector(rows(transposed(scores)).map(first)),
  })),
  other("wrong-layout", "the place in the data is returned; the class is its place in the row", ({ scores }) => ({
    predictions: vector(rows(scores).map((row, i) => i * row.length + first(row))),
  })),
  other("wrong-shape", "predictions are one-hot rows and not class numbers", ({ scores }) => ({
    predictions: quantity(
      scores.shape,
      rows(scores).flatMap((row) => row.map((_, c) => Number(c === first(row)))),
    ),
  })),
  other(
    "count",
    "accuracy is the number of correct predictions; the division by the number of rows is missing",
    (one) => ({ accuracy: scalar(hits(one)) }),
  ),
  other("percent", "accuracy is in percent; it should be a share from 0 to 1", (one) => ({
    accuracy: scalar((100 * hits(one)) / one.labels.length),
  })),
  other("inverted", "this is the share of wrong predictions", (one) => ({
    accuracy: share(one.labels.length - hits(one), one),
  })),
  other("inverted", "this is the number of wrong predictions", (one) => ({
    accuracy: scalar(one.labels.length - hits(one)),
  })),
  other(
    "wrong-divisor",
    "the number of correct predictions is divided by the number of classes and not of rows",
    (one) => ({ accuracy: scalar(hits(one) / one.scores.shape[1]) }),
  ),
  other(
    "wrong-divisor",
    "the number of correct predictions is divided by the number of scores and not of rows",
    (one) => ({ accuracy: scalar(hits(one) / one.scores.data.length) }),
  ),
  other("rounded", "accuracy is rounded to a whole number", (one) => ({
    accuracy: scalar(Math.floor(hits(one) / one.labels.length)),
  })),
  other("rounded", "accuracy is rounded to a whole number", (one) => ({
    accuracy: scalar(Math.round(hits(one) / one.labels.length)),
  })),
  other("one-example", "accuracy counts one correct prediction at most", (one) => ({
    accuracy: share(Math.min(1, hits(one)), one),
  })),
  other("one-example", "accuracy is that of the first row only", ({ scores, labels }) => ({
    accuracy: scalar(Number(first(rows(scores)[0]) === labels[0])),
  })),
  other("wrong-divisor", "the number of correct predictions is divided by the number of rows minus 1", (one) => ({
    accuracy: scalar(hits(one) / (one.labels.length - 1)),
  })),
  other("wrong-quantity", "accuracy is the fraction of correct predictions minus that of wrong ones", (one) => ({
    accuracy: share(2 * hits(one) - one.labels.length, one),
  })),
  ...[1, -1].map((by) =>
    other(
      "off-by-one",
      `each prediction is compared with the label of the row ${by > 0 ? "behind" : "before"} it`,
      (one) => ({
        accuracy: share(rows(one.scores).filter((row, i) => first(row) === one.labels[i + by]).length, one),
      }),
    ),
  ),
  other("one-example", "accuracy is 1 as soon as one prediction is right", () => ({ accuracy: scalar(1) })),
  other("off-by-one", "the last row is left out in accuracy", (one) => {
    const [all, count] = [rows(one.scores), one.labels.length];
    return { accuracy: scalar(all.slice(0, -1).filter((row, i) => first(row) === one.labels[i]).length / count) };
  }),
  other(
    "wrong-quantity",
    "accuracy is the mean probability of the labels and not the share of correct predictions",
    ({ scores, labels }) => {
      const p = rows(scores).map(
        (row, i) => Math.exp(row[labels[i]]) / row.reduce((sum, value) => sum + Math.exp(value), 0),
      );
      return { accuracy: scalar(p.reduce((sum, value) => sum + value, 0) / p.length) };
    },
  ),
  ...choice(
    "start-at-0",
    "the search for the largest score starts at 0, so that rows with negative scores only give the class 0",
    (row) => Math.max(0, above(0)(row)),
  ),
  ...choice(
    "start-at-0",
    "the search for the largest score starts at 0, so that rows with negative scores only give −1",
    above(0),
  ),
  ...choice(
    "start-at-0",
    "the search for the largest score starts at −1, so that rows with smaller scores only give the class 0",
    (row) => Math.max(0, above(-1)(row)),
  ),
  ...choice("smallest", "the class with the smallest score is chosen", (row) => row.indexOf(Math.min(...row))),
  ...choice("magnitude", "the class with the largest magnitude is chosen; the sign should count", (row) =>
    first(row.map(Math.abs)),
  ),
  ...choice("last-of-equal", "the last of several largest scores is chosen, not the first", last),
  ...choice("off-by-one", "classes are counted from 1; the first one is 0", (row) => first(row) + 1),
  ...choice("off-by-one", "the last class is left out", (row) => first(row.slice(0, -1))),
  ...choice("off-by-one", "the first class is left out", (row) => first(row.slice(1)) + 1),
  ...choice("off-by-one", "the first class is left out, and classes are counted from it", (row) => first(row.slice(1))),
  ...choice("no-comparison", "each class is compared with the one before it, not with the largest so far", (row) =>
    row.reduce((best, value, c) => (c > 0 && value > row[c - 1] ? c : best), 0),
  ),
  ...choice("no-comparison", "each class is compared with the first one, not with the largest so far", (row) =>
    row.reduce((best, value, c) => (value > row[0] ? c : best), 0),
  ),
  ...choice("rounded", "the scores are rounded before they are compared", (row) => first(row.map(Math.round))),
];
