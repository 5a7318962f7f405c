import { deviations } from "../../deviations.ts";
import type { Mistake } from "../../exercise.ts";
import { mapped, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { softmaxOf } from "../softmax/wrongSoftmax.ts";
import {
  type GradientParts,
  gradientWith,
  type LossCase,
  lossWith,
  oneHot,
  rightGradient,
  rightLoss,
} from "./formulas.ts";
import { batchOf, divisors, mistake, places } from "./shared.ts";

const wrongGradient = deviations<GradientParts>(rightGradient, {
  divisor: divisors,
  place: places,
  entry: [
    {
      value: () => 0,
      cause: "missing-term",
      message: "the term p is missing: only the entries at the labels are not 0",
    },
    { value: Math.log, cause: "extra-log", message: "the logarithm of p is used instead of p" },
    {
      value: (p) => p * (1 - p),
      cause: "wrong-derivative",
      message: "p·(1 − p) is used instead of p: softmax is differentiated entry by entry",
    },
    { value: (p) => p * p, cause: "power", message: "p is squared" },
    { value: (p) => 1 - p, cause: "sign", message: "1 − p is used instead of p" },
    { value: (p) => -p, cause: "sign", message: "the term p has the wrong sign" },
    {
      value: (p) => p - 1,
      cause: "labels-unused",
      message: "1 is subtracted from all entries, not only at the labels",
    },
    { value: (p) => -1 / p, cause: "wrong-derivative", message: "−1/p is used instead of p" },
    { value: (p) => 2 * p, cause: "factor-2", message: "the term p is twice as large as it should be" },
  ],
  subtracted: [
    { value: () => 0, cause: "missing-term", message: "the 1 at the labels is not subtracted" },
    { value: () => -1, cause: "sign", message: "1 is added at the labels where it should be subtracted" },
    { value: (label) => label, cause: "wrong-index", message: "the label itself is subtracted instead of 1" },
    { value: () => 2, cause: "factor-2", message: "2 is subtracted at the labels instead of 1" },
  ],
});

const gradient = (
  message: string,
  result: (p: Quantity, hot: Quantity, one: LossCase) => Quantity,
  cause = "wrong-derivative",
) =>
  mistake(
    message,
    (one) => {
      const p = softmaxOf(one.logits);
      return { dlogits: result(p, oneHot(p, one.labels), one) };
    },
    cause,
  );
/** Mistakes of dlogits alone. */
export const gradientMistakes: Mistake<LossCase>[] = [
  ...wrongGradient.map(({ cause, message, parts }) =>
    mistake(
      `in dlogits, ${message}`,
      ({ logits, labels }) => ({ dlogits: gradientWith(parts, softmaxOf(logits), labels) }),
      cause,
    ),
  ),
  gradient(
    "dlogits is the gradient with respect to the probabilities, −1/(p·N) at the labels: softmax is not differentiated",
    (p, hot, one) => zipped(hot, p, (is, value) => (is ? -1 / (value * batchOf(one)) : 0)),
  ),
  gradient(
    "dlogits is −1/p at the labels: softmax is not differentiated, and the division by the size of the batch is missing",
    (p, hot) => zipped(hot, p, (is, value) => (is ? -1 / value : 0)),
  ),
  gradient("dlogits is not 0 at the labels only: the other logits of a row also change p at the label", (p, hot, one) =>
    zipped(hot, p, (is, value) => (is ? (value - 1) / batchOf(one) : 0)),
  ),
  gradient(
    "dlogits is multiplied with the derivative p·(1 − p) again: p − onehot is the derivative with respect to the logits already",
    (p, hot, one) => zipped(p, hot, (value, is) => ((value - is) * value * (1 - value)) / batchOf(one)),
  ),
  gradient("dlogits uses −1/p and p·(1 − p): the entries of softmax depend on all logits of the row", (p, hot, one) =>
    zipped(p, hot, (value, is) => (is ? (-1 / value) * value * (1 - value) : 0) / batchOf(one)),
  ),
  gradient(
    "dlogits is p·(1 − p), which does not use the labels",
    (p, _, one) => mapped(p, (value) => (value * (1 - value)) / batchOf(one)),
    "labels-unused",
  ),
  gradient(
    "dlogits is p with 1 − p at the labels: the sign at the labels is wrong",
    (p, hot, one) => zipped(p, hot, (value, is) => (is ? 1 - value : value) / batchOf(one)),
    "sign",
  ),
  gradient(
    "dlogits has the logits instead of softmax",
    (_, hot, one) => zipped(one.logits, hot, (value, is) => (value - is) / batchOf(one)),
    "missing-softmax",
  ),
  gradient(
    "dlogits is multiplied with the loss: the gradient that arrives at a loss is 1",
    (p, hot, one) => {
      const [loss] = lossWith(rightLoss, p, one.labels).data;
      return zipped(p, hot, (value, is) => (loss * (value - is)) / batchOf(one));
    },
    "extra-factor",
  ),
  gradient(
    "dlogits is twice as large as it should be, as for a squared error",
    (p, hot, one) => zipped(p, hot, (value, is) => (2 * (value - is)) / batchOf(one)),
    "factor-2",
  ),
  gradient(
    "dlogits is (p − onehot)², the squared error itself",
    (p, hot, one) => zipped(p, hot, (value, is) => (value - is) ** 2 / batchOf(one)),
    "power",
  ),
  gradient(
    "dlogits contains p alone, without the division by the size of the batch and without the 1 at the labels",
    (p) => p,
    "missing-term",
  ),
  gradient("only the first row of dlogits has the 1 at the label subtracted", firstRowOnly, "one-example"),
  gradient(
    "the label of the first example is used for all of them",
    (p, _, { labels }) =>
      gradientWith(
        rightGradient,
        p,
        labels.map(() => labels[0]),
      ),
    "wrong-index",
  ),
  gradient(
    "dlogits is multiplied with p again",
    (p, hot, one) => zipped(p, hot, (value, is) => ((value - is) * value) / batchOf(one)),
    "extra-factor",
  ),
  gradient(
    "the first example is left out where 1 is subtracted at the labels",
    (...all) => withoutRow(0)(...all),
    "skipped-entry",
  ),
  gradient(
    "the last example is left out where 1 is subtracted at the labels",
    (...all) => withoutRow(-1)(...all),
    "skipped-entry",
  ),
  gradient(
    "dlogits is multiplied with p of the label",
    (p, hot, one) =>
      mapped(p, (value, at) => {
        const row = Math.floor(at / p.shape[1]);
        return ((value - hot.data[at]) * p.data[row * p.shape[1] + one.labels[row]]) / batchOf(one);
      }),
    "extra-factor",
  ),
];

/** A loop over the examples that starts too late or ends too early. */
const withoutRow =
  (skipped: 0 | -1) =>
  (p: Quantity, hot: Quantity, one: LossCase): Quantity => {
    const [batch, classes] = p.shape;
    const row = skipped === 0 ? 0 : batch - 1;
    return mapped(p, (value, at) => (value - (Math.floor(at / classes) === row ? 0 : hot.data[at])) / batchOf(one));
  };

function firstRowOnly(p: Quantity, hot: Quantity, one: LossCase): Quantity {
  const classes = p.shape[1];
  return mapped(p, (value, at) => (value - (at < classes ? hot.data[at] : 0)) / batchOf(one));
}
