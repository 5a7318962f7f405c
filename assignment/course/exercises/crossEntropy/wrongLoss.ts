import { deviations } from "../../deviations.ts";
import type { Mistake } from "../../exercise.ts";
import { mapped, scalar, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { softmaxOf } from "../softmax/wrongSoftmax.ts";
import { type LossCase, type LossParts, lossWith, oneHot, rightLoss } from "./formulas.ts";
import { batchOf, divisors, mean, mistake, places, sum, total } from "./shared.ts";

const wrongLoss = deviations<LossParts>(rightLoss, {
  divisor: divisors,
  place: places,
  term: [
    { value: (p) => Math.log(p), cause: "sign", message: "the sign is wrong: log p is negative" },
    {
      value: (p) => -Math.log2(p),
      cause: "constant",
      message: "the logarithm has the base 2 instead of e",
    },
    {
      value: (p) => -Math.log10(p),
      cause: "constant",
      message: "the logarithm has the base 10 instead of e",
    },
    { value: (p) => -Math.log1p(p), cause: "wrong-function", message: "the logarithm is that of 1 + p" },
    { value: (p) => -Math.log(1 - p), cause: "wrong-function", message: "the logarithm is that of 1 − p" },
    { value: (p) => -p, cause: "missing-log", message: "the logarithm is missing: the terms are −p" },
    { value: (p) => p, cause: "missing-log", message: "the logarithm is missing: the terms are p" },
    { value: (p) => 1 - p, cause: "missing-log", message: "the logarithm is missing: the terms are 1 − p" },
    {
      value: (p) => -p * Math.log(p),
      cause: "entropy",
      message: "the terms are −p·log p: the factor p belongs to the entropy",
    },
    { value: (p) => 1 / p, cause: "missing-log", message: "the logarithm is missing: the terms are 1/p" },
    { value: (p) => (1 - p) ** 2, cause: "wrong-function", message: "the terms are squared errors" },
    { value: (p) => Math.log(p) ** 2, cause: "power", message: "the logarithm is squared" },
    { value: (p) => -Math.log(p) / 2, cause: "factor-2", message: "there is an extra factor ½" },
  ],
});

/** Logarithms of clipped probabilities, which hide that p is 0. */
const clipped = [1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-100, 1e-300].flatMap((epsilon) =>
  [(p: number) => -Math.log(p + epsilon), (p: number) => -Math.log(Math.max(p, epsilon))].map((term) => ({
    epsilon,
    term,
  })),
);

/** Mistakes of the loss alone. */
export const lossMistakes: Mistake<LossCase>[] = [
  mistake(
    "the loss takes the logarithm of a probability that has become 0: the logarithm of softmax can be computed without softmax",
    ({ logits, labels }) => ({ loss: lossWith(rightLoss, softmaxOf(logits), labels) }),
    "log-of-zero",
  ),
  ...clipped.map(({ epsilon, term }) =>
    mistake(
      `a small number, ${epsilon}, keeps the logarithm finite, but makes the loss wrong where p is tiny: the logarithm of softmax can be computed without softmax`,
      ({ logits, labels }) => ({ loss: lossWith({ ...rightLoss, term }, softmaxOf(logits), labels) }),
      "log-of-zero",
    ),
  ),
  ...wrongLoss.map(({ cause, message, parts }) =>
    mistake(
      `in the loss, ${message}`,
      ({ logits, labels }) => ({ loss: lossWith(parts, softmaxOf(logits), labels) }),
      cause,
    ),
  ),
  ...(
    [
      [(logSum, x, most) => logSum / Math.LN2 - (x - most), "constant", "the logarithm has the base 2 instead of e"],
      [(logSum, x, most) => logSum / Math.LN10 - (x - most), "constant", "the logarithm has the base 10 instead of e"],
      [
        (logSum, x, most) => Math.exp(logSum) - (x - most),
        "missing-log",
        "the logarithm of the sum of exponentials is missing",
      ],
      [(logSum) => logSum, "missing-term", "the loss lacks the logit of the label"],
      [(logSum, _, most) => logSum + most, "missing-term", "the loss lacks the logit of the label"],
      [(logSum, x) => logSum - x, "missing-shift", "the logit of the label is not shifted as those in the sum are"],
      [
        (logSum, x, most) => logSum + most - (x - most),
        "missing-shift",
        "the logit of the label is shifted, but the logarithm of the sum is not",
      ],
      [
        (logSum, x, most) => logSum + (x - most),
        "sign",
        "the logit of the label is added where it should be subtracted",
      ],
      [(logSum, x, most) => logSum + most + x, "sign", "the logit of the label is added where it should be subtracted"],
      [(logSum, x, most) => x - most - logSum, "sign", "the loss has the wrong sign"],
      [
        (logSum, x, most) => logSum - most - x,
        "sign",
        "the shift is subtracted twice: it must be added to the logarithm of the sum",
      ],
      [(_, x, most) => most - x, "missing-term", "the loss lacks the logarithm of the sum of exponentials"],
    ] as readonly (readonly [(logSum: number, x: number, most: number) => number, string, string])[]
  ).map(([term, cause, message]) =>
    mistake(
      message,
      (one) => {
        const [batch, classes] = one.logits.shape;
        const terms = Array.from({ length: batch }, (_, i) => {
          const row = [...one.logits.data.slice(i * classes, (i + 1) * classes)];
          const most = Math.max(...row);
          return term(Math.log(total(row.map((value) => Math.exp(value - most)))), row[one.labels[i]], most);
        });
        return { loss: mean(total(terms), one) };
      },
      cause,
    ),
  ),
  mistake(
    "the loss is minus the label's logit: the logarithm of the sum of exponentials is missing",
    (one) => ({ loss: lossWith({ ...rightLoss, term: (x) => -x }, one.logits, one.labels) }),
    "missing-softmax",
  ),
  mistake(
    "the loss sums −log p over all classes: only the class of the label counts",
    (one) => ({ loss: mean(sum(mapped(softmaxOf(one.logits), (p) => -Math.log(p))), one) }),
    "labels-unused",
  ),
  mistake(
    "the loss is the entropy Σ −p·log p; the labels are not used",
    (one) => ({ loss: mean(sum(mapped(softmaxOf(one.logits), (p) => -p * Math.log(p))), one) }),
    "labels-unused",
  ),
  mistake(
    "the loss also sums −log(1 − p) for the other classes, which belongs to the binary cross-entropy",
    (one) => {
      const p = softmaxOf(one.logits);
      const terms = zipped(p, oneHot(p, one.labels), (value, hot) => -Math.log(hot ? value : 1 - value));
      return { loss: mean(sum(terms), one) };
    },
    "binary",
  ),
  mistake(
    "the loss is the squared error of the probabilities",
    (one) => {
      const p = softmaxOf(one.logits);
      return { loss: mean(sum(zipped(p, oneHot(p, one.labels), (value, hot) => (value - hot) ** 2)), one) };
    },
    "wrong-function",
  ),
  mistake(
    "the label of the first example is used for all of them",
    ({ logits, labels }) => ({
      loss: lossWith(
        rightLoss,
        softmaxOf(logits),
        labels.map(() => labels[0]),
      ),
    }),
    "wrong-index",
  ),
  mistake("the loss is that of the first example only", (one) => ({ loss: ofExample(one, 0) }), "one-example"),
  mistake(
    "the loss is that of the last example only",
    (one) => ({ loss: ofExample(one, batchOf(one) - 1) }),
    "one-example",
  ),
  mistake(
    "the loss is that of the last example, divided by the size of the batch: the sum is overwritten",
    (one) => ({ loss: mapped(ofExample(one, batchOf(one) - 1), (value) => value / batchOf(one)) }),
    "one-example",
  ),
  mistake(
    "the loss is −log of the mean probability: the mean must be taken after the logarithm",
    ({ logits, labels }) => ({
      loss: mapped(lossWith({ ...rightLoss, term: (p) => p }, softmaxOf(logits), labels), (p) => -Math.log(p)),
    }),
    "order-of-operations",
  ),
  mistake(
    "the loss is e to the cross-entropy, the perplexity",
    ({ logits, labels }) => ({ loss: mapped(lossWith(rightLoss, softmaxOf(logits), labels), Math.exp) }),
    "wrong-function",
  ),
];

function ofExample({ logits, labels }: LossCase, row: number): Quantity {
  const p = softmaxOf(logits);
  return scalar(-Math.log(p.data[row * p.shape[1] + labels[row]]));
}
