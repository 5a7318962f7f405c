import { type CallMistake, range, same, sorted } from "./callMistake.ts";
import type { Calls } from "./calls.ts";
import { stepCount, stepsPerEpoch } from "./trainingCase.ts";

const stepsAre = (count: (calls: Calls) => number) => (calls: Calls) =>
  calls.segments.length !== stepCount(calls.one) && calls.segments.length === count(calls);

/** The number of batches, and their examples. */
export const batchMistakes: readonly CallMistake[] = [
  {
    cause: "full-batch",
    message: "every step uses the whole training set; it should use a batch",
    isIn: (calls) => calls.batches.every((rows) => rows.length === calls.one.train.labels.length),
  },
  {
    cause: "incomplete-batch",
    message:
      "the examples left at the end of an epoch make a smaller batch of their own; an epoch has ⌊N / batchSize⌋ steps, and they are left out",
    isIn: ({ one, batches }) => batches.some((rows) => rows.length === one.train.labels.length % one.batchSize),
  },
  {
    cause: "batch-size",
    message: "the batches do not have batchSize examples",
    isIn: ({ one, batches }) => batches.some((rows) => rows.length !== one.batchSize),
  },
  {
    cause: "step-count",
    message: "there is only one step in each epoch; an epoch has ⌊N / batchSize⌋",
    isIn: stepsAre(({ one }) => one.epochs),
  },
  {
    cause: "step-count",
    message: "there is only one epoch",
    isIn: stepsAre(({ one }) => stepsPerEpoch(one)),
  },
  {
    cause: "step-count",
    message: "an epoch has as many steps as there are examples; it should have ⌊N / batchSize⌋",
    isIn: stepsAre(({ one }) => one.epochs * one.train.labels.length),
  },
  {
    cause: "incomplete-batch",
    message: "an epoch has a step too many: the number of steps is ⌊N / batchSize⌋, rounded down",
    isIn: stepsAre(({ one }) => one.epochs * Math.ceil(one.train.labels.length / one.batchSize)),
  },
  {
    cause: "step-count",
    message: "the last epoch is missing",
    isIn: stepsAre(({ one }) => stepCount(one) - stepsPerEpoch(one)),
  },
  {
    cause: "step-count",
    message: "there is an epoch too many",
    isIn: stepsAre(({ one }) => stepCount(one) + stepsPerEpoch(one)),
  },
  {
    cause: "step-count",
    message: "the last batch of each epoch is missing",
    isIn: stepsAre(({ one }) => stepCount(one) - one.epochs),
  },
  {
    cause: "step-count",
    message: "the number of steps is not epochs · ⌊N / batchSize⌋",
    isIn: (calls) => calls.segments.length !== stepCount(calls.one),
  },
  {
    cause: "same-batch",
    message: "every step uses the same examples: the batches do not move on",
    isIn: ({ batches }) => batches.every((rows) => same(rows, batches[0])),
  },
  {
    cause: "overlapping-batches",
    message: "the batches of an epoch overlap: each begins one example after the one before",
    isIn: ({ epochs, one }) => epochs[0].every((rows, at) => same(rows, range(at, one.batchSize))),
  },
  {
    cause: "order",
    message: "the batches of an epoch overlap or leave gaps between them",
    isIn: ({ epochs, one }) =>
      epochs[0].every((rows) => same(rows, range(rows[0], one.batchSize))) &&
      epochs[0][0][0] === 0 &&
      !same(epochs[0].flat(), range(0, epochs[0].flat().length)),
  },
  {
    cause: "from-the-end",
    message: "the batches of the first epoch come from the end of the list; they should come from its front",
    isIn: ({ epochs, one }) => {
      const size = one.train.labels.length;
      return epochs[0].every((rows, at) => same(sorted(rows), range(size - (at + 1) * one.batchSize, one.batchSize)));
    },
  },
  {
    cause: "shuffled-first",
    message: "the first epoch is shuffled; it should use the examples in stored order",
    isIn: ({ epochs }) =>
      new Set(epochs[0].flat()).size === epochs[0].flat().length &&
      !same(epochs[0].flat(), range(0, epochs[0].flat().length)),
  },
  {
    cause: "repeated-examples",
    message: "an example occurs more than once in the first epoch",
    isIn: ({ epochs }) => new Set(epochs[0].flat()).size !== epochs[0].flat().length,
  },
  {
    cause: "leftover",
    message:
      "the second epoch begins with the examples that the first one left: when fewer than a batch are left, the list should start again",
    isIn: ({ epochs, one }) => {
      const used = epochs[0].flat().length;
      const left = range(used, one.train.labels.length - used);
      return left.length > 0 && same(epochs[1][0].slice(0, left.length), left);
    },
  },
  {
    cause: "missing-shuffle",
    message: "the examples are never shuffled: every epoch uses them in stored order",
    isIn: ({ epochs }) => epochs.every((batches) => same(batches, epochs[0])),
  },
  {
    cause: "missing-shuffle",
    message: "some later epochs use the examples in stored order; all epochs after the first are shuffled",
    isIn: ({ epochs }) => epochs.slice(1).some((batches) => same(batches, epochs[0])),
  },
  {
    cause: "repeated-examples",
    message: "an example occurs more than once in a later epoch: each epoch needs an order of all examples",
    isIn: ({ epochs }) => epochs.some((batches) => new Set(batches.flat()).size !== batches.flat().length),
  },
  {
    cause: "same-order",
    message: "all epochs after the first use the same order: the examples should be shuffled again for each epoch",
    isIn: ({ epochs }) => epochs.slice(2).every((batches) => same(batches, epochs[1])),
  },
  {
    cause: "shuffled-batches",
    message: "the batches keep their examples and only their order is shuffled; the examples should be shuffled",
    isIn: ({ epochs }) => {
      const first = new Set(epochs[0].map((rows) => sorted(rows).join()));
      return epochs.slice(1).every((batches) => batches.every((rows) => first.has(sorted(rows).join())));
    },
  },
  {
    cause: "leftover",
    message:
      "the same examples are left out in every epoch: the order of all examples should be shuffled, not that of those in use",
    isIn: ({ epochs, one }) =>
      epochs[0].flat().length < one.train.labels.length &&
      epochs.every((batches) => same(sorted(batches.flat()), sorted(epochs[0].flat()))),
  },
];
