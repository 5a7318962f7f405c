import type { RandomState } from "../../../src/random/randomState.ts";
import { type Case, type Exercise, experiment } from "../exercise.ts";
import { mapped, quantity, randomQuantity, transposed } from "../quantities.ts";
import type { Quantity } from "../wire.ts";
import { softmaxOf, softmaxWith, wrongSoftmax } from "./softmax/wrongSoftmax.ts";

interface SoftmaxCase extends Case {
  readonly logits: Quantity;
}

const skeleton = `import { map, type NdArray, notWritten, zeros } from "./array.ts";

/**
 * Probabilities from logits, for each row by itself: p[i, j] = exp(x[i, j]) / Σₖ exp(x[i, k]).
 *
 * Shapes: logits (batch, classes), p (batch, classes). Right for all finite logits, also for 1000 and −1000, where exp overflows
 * or is 0.
 */
export function softmax(logits: NdArray): NdArray {
  return notWritten("softmax");
}
`;

/** Logits around `offset` for each row; the numbers of a row are spread by `scale`. */
export function specialLogits(random: RandomState, offsets: readonly number[], scale = 1): Quantity {
  const classes = 4;
  return mapped(
    randomQuantity(random, [offsets.length, classes], scale),
    (value, at) => value + offsets[Math.floor(at / classes)],
  );
}

function cases(random: RandomState): SoftmaxCase[] {
  const one = (logits: Quantity, special?: string): SoftmaxCase => ({
    logits,
    dims: { batch: logits.shape[0], classes: logits.shape[1] },
    inputs: { logits },
    ...(special && { special }),
  });
  return [
    one(randomQuantity(random, [5, 4], 1.5)),
    one(randomQuantity(random, [3, 7], 1.5)),
    one(randomQuantity(random, [4, 4], 1.5)),
    one(specialLogits(random, [0.3]), "for a batch of one example"),
    one(specialLogits(random, [1000, 1003, 998]), "for logits around 1000"),
    one(specialLogits(random, [-1000, -1004, -997]), "for logits around −1000"),
    one(specialLogits(random, [0, 0, 0, 0, 0], 2000), "for logits far apart, such as −2000 and 2000"),
    one(specialLogits(random, [-2500, 1500, -900, 0.4]), "for rows far apart, one around −2500 and one around 1500"),
  ];
}

export const softmax: Exercise = {
  id: "softmax",
  title: "Softmax",
  chapter: "loss",
  points: 8,
  skeleton,
  questions: [{ text: "Why does softmax not change if the same number is added to all logits of a row?" }],
  hints: [
    "Which numbers of the batch does one probability depend on? What should each row add up to?",
    "exp(1000) is infinite, and exp(−1000) is 0, for which 0/0 follows. A number that is subtracted from all logits of a row cancels in the fraction.",
    "Subtract the largest logit of each row first. Then the largest exponential is 1, the others are smaller, and the sum lies between 1 and the number of classes.",
  ],
  experiments: [
    experiment<SoftmaxCase>({
      title: "probabilities",
      cases,
      run: async (student, { logits }, report) => report("p", await student.call("softmax", logits)),
      expected: ({ logits }) => ({ p: softmaxOf(logits) }),
      mistakes: [
        ...wrongSoftmax.map(({ cause, message, parts }) => ({
          cause,
          message,
          results: ({ logits }: SoftmaxCase) => ({ p: softmaxWith(parts, logits) }),
        })),
        ...(
          [
            [Math.sqrt, "√classes"],
            [(classes: number) => classes, "the number of classes"],
          ] as const
        ).map(([divisor, words]) => ({
          cause: "extra-factor",
          message: `the logits are divided by ${words} first`,
          results: ({ logits }: SoftmaxCase) => ({
            p: softmaxOf(mapped(logits, (value) => value / divisor(logits.shape[1]))),
          }),
        })),
        {
          cause: "wrong-axis",
          message: "the lengths of the axes are exchanged: the sums run over as many numbers as the batch has examples",
          results: ({ logits }) => ({
            p: quantity(logits.shape, softmaxOf(quantity(logits.shape.toReversed(), logits.data)).data),
          }),
        },
        {
          cause: "wrong-index",
          message: "the logits are read as if they were stored column by column: entry (i, j) is at i·classes + j",
          results: ({ logits }) => ({ p: softmaxOf(transposed(quantity(logits.shape.toReversed(), logits.data))) }),
        },
        {
          cause: "skipped-entry",
          message: "the last class is left out",
          results: ({ logits }) => {
            const isLast = (at: number): boolean => at % logits.shape[1] === logits.shape[1] - 1;
            return { p: softmaxOf(mapped(logits, (value, at) => (isLast(at) ? -Infinity : value))) };
          },
        },
        {
          cause: "one-example",
          message: "only the first example is normalized; the other rows keep their logits",
          results: ({ logits }) => ({
            p: mapped(logits, (value, at) => (at < logits.shape[1] ? softmaxOf(logits).data[at] : value)),
          }),
        },
        {
          cause: "missing-shift",
          message: "the logits of the sum are shifted, and those of the numerator are not",
          results: ({ logits }) => {
            const columns = logits.shape[1];
            const most = (at: number): number =>
              Math.max(...logits.data.slice(at - (at % columns), at - (at % columns) + columns));
            return { p: mapped(softmaxOf(logits), (value, at) => value * Math.exp(most(at))) };
          },
        },
        {
          cause: "applied-twice",
          message: "softmax is applied twice",
          results: ({ logits }) => ({ p: softmaxOf(softmaxOf(logits)) }),
        },
        {
          cause: "wrong-function",
          message: "the result is 1 for the largest logit and 0 for the others: the maximum, not softmax",
          results: ({ logits }) => ({ p: mapped(softmaxOf(mapped(logits, (value) => value * 1e9)), Math.round) }),
        },
      ],
    }),
  ],
};
