import type { Mistake } from "../../exercise.ts";
import { mapped, rowSums, transposed } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import {
  gradientOf,
  logSoftmax,
  lossOf,
  right,
  type Sizes,
  type SmoothingCase,
  softmax,
  type Target,
  targets,
} from "./formulas.ts";

const naive = (logits: Quantity): Quantity => {
  const powers = mapped(logits, Math.exp);
  const sums = rowSums(powers);
  return mapped(powers, (value, at) => Math.log(value / sums.data[Math.floor(at / logits.shape[1])]));
};

const forward = (
  cause: string,
  message: string,
  logarithms: (logits: Quantity) => Quantity,
): Mistake<SmoothingCase> => ({ cause, message, results: (one) => ({ loss: lossOf(one, right, logarithms) }) });

const gradient = (
  cause: string,
  message: string,
  dlogits: (one: SmoothingCase) => Quantity,
): Mistake<SmoothingCase> => ({ cause, message, results: (one) => ({ dlogits: dlogits(one) }) });

const overflow = (logarithms: (logits: Quantity) => Quantity): Mistake<SmoothingCase> =>
  forward(
    "overflow",
    "exp or log leaves the range of numbers, so the loss is infinite or NaN: all classes have a logarithm here, also those with p near 0",
    logarithms,
  );

const wrongTargets: readonly (readonly [cause: string, message: string, target: Target])[] = [
  ["missing-smoothing", "the labels are not smoothed", (isLabel) => Number(isLabel)],
  [
    "wrong-divisor",
    "smoothing is divided by classes − 1 and given to the other classes only; here all classes get smoothing/classes",
    (isLabel, { s, classes }) => (isLabel ? 1 - s : s / (classes - 1)),
  ],
  [
    "wrong-divisor",
    "smoothing is divided by classes − 1, not by classes",
    (isLabel, { s, classes }) => (isLabel ? 1 - s : 0) + s / (classes - 1),
  ],
  [
    "wrong-divisor",
    "smoothing is divided by the size of the batch, not by the number of classes",
    (isLabel, { s, N }) => (isLabel ? 1 - s : 0) + s / N,
  ],
  ["missing-1/N", "smoothing is not divided by the number of classes", (isLabel, { s }) => (isLabel ? 1 - s : 0) + s],
  [
    "missing-1/N",
    "the other classes get smoothing, not divided by the number of classes",
    (isLabel, { s }) => (isLabel ? 1 - s : s),
  ],
  [
    "missing-term",
    "the label lacks its own smoothing/classes",
    (isLabel, { s, classes }) => (isLabel ? 1 - s : s / classes),
  ],
  [
    "missing-term",
    "smoothing/classes is missing: the labels have 1 − smoothing and the other classes 0",
    (isLabel, { s }) => (isLabel ? 1 - s : 0),
  ],
  [
    "missing-factor",
    "the label keeps 1; it should have 1 − smoothing and its smoothing/classes",
    (isLabel, { s, classes }) => (isLabel ? 1 : s / classes),
  ],
  [
    "missing-factor",
    "the label keeps 1 and gets smoothing/classes on top; it should have 1 − smoothing",
    (isLabel, { s, classes }) => Number(isLabel) + s / classes,
  ],
  [
    "exchanged",
    "smoothing and 1 − smoothing are exchanged",
    (isLabel, { s, classes }) => (isLabel ? s : 0) + (1 - s) / classes,
  ],
  [
    "exchanged",
    "the label has smoothing/classes less, and should have 1 − smoothing more",
    (isLabel, { s, classes }) => (isLabel ? 1 - s / classes : s / classes),
  ],
  ["missing-term", "the part of the labels is missing", (_isLabel, { s, classes }) => s / classes],
  [
    "missing-factor",
    "the part of all classes lacks the factor smoothing",
    (isLabel, { s, classes }) => (isLabel ? 1 - s : 0) + 1 / classes,
  ],
  ["sign", "smoothing/classes is subtracted", (isLabel, { s, classes }) => (isLabel ? 1 - s : 0) - s / classes],
  [
    "sign",
    "1 + smoothing is used instead of 1 − smoothing",
    (isLabel, { s, classes }) => (isLabel ? 1 + s : 0) + s / classes,
  ],
  [
    "wrong-factor",
    "the label has 1 − 2·smoothing",
    (isLabel, { s, classes }) => (isLabel ? 1 - 2 * s : 0) + s / classes,
  ],
  [
    "wrong-divisor",
    "smoothing is divided by the root of the number of classes",
    (isLabel, { s, classes }) => (isLabel ? 1 - s : 0) + s / Math.sqrt(classes),
  ],
  [
    "wrong-divisor",
    "the label has 1 − smoothing/2, as for two classes",
    (isLabel, { s, classes }) => (isLabel ? 1 - s / 2 : s / (2 * (classes - 1))),
  ],
  ...[0.1, 0.2, 0.05].map(
    (own) =>
      [
        "own-smoothing",
        `smoothing is ${own} and not the number given to the constructor`,
        (isLabel: boolean, { classes }: Sizes) => (isLabel ? 1 - own : 0) + own / classes,
      ] as const,
  ),
];

const ofTargets = wrongTargets.flatMap(([cause, message, target]): Mistake<SmoothingCase>[] => [
  { cause, message, results: (one) => ({ loss: lossOf(one, target), dlogits: gradientOf(one, target) }) },
  {
    cause,
    message,
    results: (one) => ({ loss: lossOf(one, target), dlogits: gradientOf(one, target, (p, sum) => p * sum) }),
  },
  { cause, message, results: (one) => ({ loss: lossOf(one, target) }) },
  { cause, message: `in dlogits, ${message}`, results: (one) => ({ dlogits: gradientOf(one, target) }) },
  {
    cause,
    message: `in dlogits, ${message}`,
    results: (one) => ({ dlogits: gradientOf(one, target, (p, sum) => p * sum) }),
  },
]);

export const mistakes: readonly Mistake<SmoothingCase>[] = [
  ...ofTargets,
  ...[1, -1].flatMap((by): Mistake<SmoothingCase>[] => {
    const moved = (one: SmoothingCase): SmoothingCase => ({ ...one, labels: one.labels.map((label) => label + by) });
    const message = `the class ${by > 0 ? "behind" : "before"} the label is taken; classes are counted from 0`;
    return [
      {
        cause: "off-by-one",
        message,
        results: (one) => ({ loss: lossOf(moved(one)), dlogits: gradientOf(moved(one)) }),
      },
      { cause: "off-by-one", message, results: (one) => ({ loss: lossOf(moved(one)) }) },
      {
        cause: "off-by-one",
        message: `in dlogits, ${message}`,
        results: (one) => ({ dlogits: gradientOf(moved(one)) }),
      },
    ];
  }),
  {
    cause: "one-example",
    message: "the first label is used for all examples",
    results: (one) => {
      const moved = { ...one, labels: one.labels.map(() => one.labels[0]) };
      return { loss: lossOf(moved), dlogits: gradientOf(moved) };
    },
  },
  gradient("missing-1/N", "the exponentials in dlogits are not divided by their sum", (one) => {
    const t = targets(one, right);
    return mapped(one.logits, (value, at) => (Math.exp(value) - t.data[at]) / one.labels.length);
  }),
  forward("extra-1/N", "the sum of the exponentials is a mean", (logits) =>
    mapped(logSoftmax(logits), (value) => value + Math.log(logits.shape[1])),
  ),
  gradient("product", "p and the targets are multiplied in dlogits", (one) => {
    const t = targets(one, right);
    return mapped(softmax(one.logits), (p, at) => (p * t.data[at]) / one.labels.length);
  }),
  overflow(naive),
  overflow((logits) => mapped(softmax(logits), Math.log)),
  ...[1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15].flatMap((small) => [
    overflow((logits) => mapped(softmax(logits), (p) => Math.log(p + small))),
    overflow((logits) => mapped(softmax(logits), (p) => Math.log(Math.max(p, small)))),
  ]),
  {
    cause: "sign",
    message: "the loss has the wrong sign",
    results: (one) => ({ loss: mapped(lossOf(one), (value) => -value) }),
  },
  forward("missing-logarithm", "the logarithm of p is missing", softmax),
  forward("missing-softmax", "log softmax is missing: the logits are used as they are", (logits) => logits),
  forward("missing-softmax", "the logarithm of the logits is taken; softmax is missing", (logits) =>
    mapped(logits, Math.log),
  ),
  forward("softmax-twice", "softmax is applied twice", (logits) => logSoftmax(softmax(logits))),
  forward("wrong-axis", "softmax is taken over the batch; each row should have sum 1", (logits) =>
    transposed(logSoftmax(transposed(logits))),
  ),
  forward("wrong-logarithm", "the logarithm has the base 2; the natural one is meant", (logits) =>
    mapped(logSoftmax(logits), (value) => value / Math.LN2),
  ),
  forward("wrong-logarithm", "the logarithm has the base 10; the natural one is meant", (logits) =>
    mapped(logSoftmax(logits), (value) => value / Math.LN10),
  ),
  gradient("missing-term", "dlogits lacks the targets", (one) => gradientOf(one, () => 0)),
  gradient("missing-softmax", "dlogits is logits − targets; softmax is missing", (one) => {
    const t = targets(one, right);
    return mapped(one.logits, (value, at) => (value - t.data[at]) / one.labels.length);
  }),
  gradient(
    "missing-term",
    "dlogits changes only at the labels; the other classes should have p − smoothing/classes",
    (one) => {
      const t = targets(one, (isLabel) => Number(isLabel));
      return mapped(gradientOf(one), (value, at) => (t.data[at] === 1 ? value : 0));
    },
  ),
  gradient(
    "missing-derivative",
    "dlogits is the derivative with respect to p, −t/p; that of softmax is missing",
    (one) => {
      const t = targets(one, right);
      return mapped(softmax(one.logits), (p, at) => -t.data[at] / p / one.labels.length);
    },
  ),
  gradient(
    "missing-derivative",
    "dlogits is the derivative with respect to log p, −t; that of log softmax is missing",
    (one) => gradientOf(one, right, () => 0),
  ),
  gradient(
    "wrong-derivative",
    "dlogits has −t·(1 − p), the derivative of log p with respect to its own logit only",
    (one) => {
      const t = targets(one, right);
      return mapped(softmax(one.logits), (p, at) => (-t.data[at] * (1 - p)) / one.labels.length);
    },
  ),
  gradient("missing-factor", "p has the factor 1 − smoothing in dlogits", (one) =>
    gradientOf(one, right, (p) => (1 - one.smoothing) * p),
  ),
  gradient("sign", "p and the targets are added in dlogits", (one) =>
    gradientOf(one, (isLabel, sizes) => -right(isLabel, sizes)),
  ),
  gradient("extra-factor", "dlogits contains p·(1 − p) again", (one) => {
    const p = softmax(one.logits);
    return mapped(gradientOf(one), (value, at) => value * p.data[at] * (1 - p.data[at]));
  }),
  gradient("sign", "dlogits has −p in place of p", (one) => gradientOf(one, right, (p) => -p)),
];
