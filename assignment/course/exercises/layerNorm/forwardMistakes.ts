import { deviations } from "../../deviations.ts";
import type { Mistake } from "../../exercise.ts";
import { mapped } from "../../quantities.ts";
import { type ForwardParts, forwardWith, type LayerNormCase, resultsOf, rightForward } from "./formulas.ts";

const wrongForward = deviations<ForwardParts>(rightForward, {
  axis: [
    {
      value: "column",
      cause: "wrong-axis",
      message:
        "mean and variance are taken over the batch for each feature, as in batch normalization: they belong to each example, over its features",
    },
    {
      value: "all",
      cause: "wrong-axis",
      message: "mean and variance are those of the whole batch: each example needs its own",
    },
  ],
  mean: [
    { value: () => 0, cause: "missing-term", message: "the mean is not subtracted from x" },
    {
      value: (mean, count) => mean * count,
      cause: "missing-1/N",
      message: "the mean is a sum: the division by the number of features is missing",
    },
    {
      value: (mean, count) => (mean * count) / (count - 1),
      cause: "wrong-1/N",
      message: "the mean is divided by the number of features minus 1",
    },
    { value: (mean) => -mean, cause: "sign", message: "the mean is added where it should be subtracted" },
  ],
  divisor: [
    {
      value: (count) => count - 1,
      cause: "sample-variance",
      message: "the variance has the divisor n − 1 instead of n",
    },
    {
      value: () => 1,
      cause: "missing-1/N",
      message: "the squares are summed and not divided by the number of features",
    },
    {
      value: (_, batch) => batch,
      cause: "wrong-1/N",
      message: "the variance is divided by the size of the batch instead of the number of features",
    },
  ],
  isCentred: [{ value: false, cause: "missing-term", message: "the variance squares x where it should square x − μ" }],
  scale: [
    {
      value: (v, epsilon) => 1 / (Math.sqrt(v) + epsilon),
      cause: "epsilon",
      message: "ε is added to the root; it belongs under the root",
    },
    { value: (v) => 1 / Math.sqrt(v), cause: "epsilon", message: "ε is missing under the root" },
    { value: (v, epsilon) => 1 / Math.sqrt(v + epsilon ** 2), cause: "epsilon", message: "ε is squared" },
    {
      value: (v, epsilon) => 1 / Math.sqrt(v - epsilon),
      cause: "epsilon",
      message: "ε is subtracted where it should be added",
    },
    {
      value: (v, epsilon) => 1 / Math.sqrt(v) + epsilon,
      cause: "epsilon",
      message: "ε is added to the quotient; it belongs under the root",
    },
    ...[1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12, 1e-3, 1e-4].flatMap((own) => [
      {
        value: (v: number) => 1 / Math.sqrt(v + own),
        cause: "epsilon",
        message: `ε is a number of its own, ${own}, and not the one given to the constructor`,
      },
      {
        value: (v: number) => 1 / (Math.sqrt(v) + own),
        cause: "epsilon",
        message: `ε is a number of its own, ${own}, and it is outside the root`,
      },
    ]),
    {
      value: (v, epsilon) => 1 / (v + epsilon),
      cause: "missing-root",
      message: "x − μ is divided by the variance; the root is missing",
    },
    {
      value: (v, epsilon) => Math.sqrt(v + epsilon),
      cause: "inverse",
      message: "x − μ is multiplied with the deviation where it should be divided by it",
    },
    {
      value: (v, epsilon) => 1 / (v * v + epsilon),
      cause: "power",
      message: "the variance is squared, and the root is missing",
    },
    { value: () => 1, cause: "missing-factor", message: "x − μ is not divided by the deviation" },
    {
      value: (v, epsilon) => -1 / Math.sqrt(v + epsilon),
      cause: "sign",
      message: "x̂ has the wrong sign: x is subtracted from the mean",
    },
  ],
  affine: [
    { value: (hat, w) => w * hat, cause: "missing-bias", message: "y lacks b" },
    { value: (hat, _, b) => hat + b, cause: "missing-factor", message: "y lacks the factor w" },
    { value: (hat) => hat, cause: "missing-factor", message: "y is x̂: w and b are missing" },
    { value: (hat, w, b) => w * (hat + b), cause: "order", message: "b is added before the multiplication with w" },
    { value: (hat, w, b) => b * hat + w, cause: "exchanged", message: "w and b are exchanged" },
    { value: (hat, w, b) => w * hat - b, cause: "sign", message: "b is subtracted where it should be added" },
    { value: (hat, w, b) => hat + w + b, cause: "missing-factor", message: "w is added where it should be multiplied" },
    { value: (hat, w, b) => hat / w + b, cause: "inverse", message: "x̂ is divided by w where it should be multiplied" },
    { value: (hat, w, b) => (1 + w) * hat + b, cause: "extra-term", message: "the factor is 1 + w instead of w" },
  ],
});

const byExample: Mistake<LayerNormCase> = {
  cause: "wrong-index",
  message: "w and b are used by the number of the example: w[j] and b[j] belong to the feature j",
  results: (one) => {
    const [batch, features] = one.x.shape;
    const place = (at: number): number => Math.floor(at / features) % batch;
    const { hat } = forwardWith(rightForward, one);
    return { y: mapped(hat, (value, at) => value * one.w.data[place(at)] + one.b.data[place(at)]) };
  },
};

/** Mistakes in forward; the right backward pass follows. */
export const forwardMistakes: readonly Mistake<LayerNormCase>[] = [
  byExample,
  ...wrongForward.map(({ cause, message, parts }) => ({
    cause,
    message,
    results: (one: LayerNormCase) => resultsOf(one, parts),
  })),
];
