import type { Calls } from "./calls.ts";
import { names, stepCount, stepsPerEpoch } from "./trainingCase.ts";

/** A mistake that shows in the calls of the loop. */
export interface CallMistake {
  readonly cause: string;
  readonly message: string;
  readonly isIn: (calls: Calls) => boolean;
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean => a.join() === b.join();
const sorted = (a: readonly number[]): number[] => a.toSorted((x, y) => x - y);
const isMissing = (name: Parameters<Calls["of"]>[0]) => (calls: Calls) => calls.of(name).length === 0;

const parts: readonly CallMistake[] = [
  {
    cause: "missing-forward",
    message: "network.forward is never called",
    isIn: isMissing("forward"),
  },
  {
    cause: "shape",
    message:
      "network.forward gets examples that have lost their shape: a batch has the shape (batchSize, …) with the rest of train.x's shape",
    isIn: (calls) => calls.of("forward").some(({ rows, hasShape }) => !hasShape && !rows.includes(-1)),
  },
  {
    cause: "wrong-rows",
    message:
      "network.forward gets rows that are no examples: in x of shape (N, …), a row has as many numbers as the product of the rest of the shape",
    isIn: (calls) => calls.of("forward").some(({ rows }) => rows.includes(-1)),
  },
  { cause: "missing-loss", message: "loss.forward is never called", isIn: isMissing("loss") },
  {
    cause: "wrong-input",
    message: "loss.forward does not get the result of network.forward",
    isIn: (calls) => calls.of("loss").some(({ forward }) => forward < 0),
  },
  { cause: "missing-backward", message: "loss.backward is never called", isIn: isMissing("lossBackward") },
  {
    cause: "validation-trained",
    message: "validation examples are used for training; they should only be evaluated",
    isIn: (calls) => calls.batches.some((rows) => rows.some((row) => row >= calls.one.train.labels.length)),
  },
  {
    cause: "training-evaluation-swapped",
    message: "training and evaluation are swapped: network.forward gets false in the steps and true for the accuracies",
    isIn: (calls) =>
      calls.trained.every(({ forward }) => forward.training === false) &&
      calls.evaluations.length > 0 &&
      calls.evaluations.every(({ training }) => training === true),
  },
  {
    cause: "training-evaluation-swapped",
    message: "network.forward does not get its second argument in the steps: it should be true in training",
    isIn: (calls) => calls.trained.some(({ forward }) => forward.training === null),
  },
  {
    cause: "training-evaluation-swapped",
    message: "network.forward gets false in the steps: a network that trains should get true, for dropout to be on",
    isIn: (calls) => calls.trained.some(({ forward }) => forward.training !== true),
  },
  {
    cause: "training-evaluation-swapped",
    message: "network.forward does not get its second argument for the accuracies: it should be false in evaluation",
    isIn: (calls) => calls.evaluations.some(({ training }) => training === null),
  },
  {
    cause: "training-evaluation-swapped",
    message: "network.forward gets true for the accuracies: in evaluation it should get false, for dropout to be off",
    isIn: (calls) => calls.evaluations.some(({ training }) => training !== false),
  },
  {
    cause: "labels-mismatch",
    message: "loss.forward gets the labels of all examples; it should get those of the batch",
    isIn: (calls) => calls.trained.some(({ loss, forward }) => loss.labels.length > forward.rows.length),
  },
  {
    cause: "labels-mismatch",
    message:
      "after the examples are shuffled, loss.forward gets labels in stored order: they belong to other examples than x",
    isIn: (calls) => {
      const length = stepsPerEpoch(calls.one);
      const isRight = calls.trained.map(({ loss, forward }) =>
        same(
          loss.labels,
          forward.rows.map((row) => calls.labelOf(row)),
        ),
      );
      return isRight.slice(0, length).every(Boolean) && isRight.slice(length).some((right) => !right);
    },
  },
  {
    cause: "labels-mismatch",
    message: "loss.forward gets labels that belong to other examples than x",
    isIn: (calls) =>
      calls.trained.some(
        ({ loss, forward }) =>
          !same(
            loss.labels,
            forward.rows.map((row) => calls.labelOf(row)),
          ),
      ),
  },
  { cause: "missing-backward", message: "network.backward is never called", isIn: isMissing("backward") },
  {
    cause: "wrong-input",
    message: "network.backward does not get the result of loss.backward",
    isIn: (calls) => calls.of("backward").some(({ isOfLoss }) => !isOfLoss),
  },
  { cause: "no-step", message: "optimizer.step is never called: the parameters never change", isIn: isMissing("step") },
];

const order: readonly CallMistake[] = [
  {
    cause: "order",
    message: "optimizer.step is called before network.backward, so it uses the gradients of the batch before",
    isIn: ({ segments, rest }) =>
      !segments[0].some(({ call }) => call === "backward") &&
      [...segments.slice(1), rest].some((segment) => segment.some(({ call }) => call === "backward")),
  },
  {
    cause: "several-batches",
    message: "optimizer.step is not called for each batch: several batches pass before one step",
    isIn: (calls) => calls.segments.some((segment) => calls.of("backward", segment).length > 1),
  },
  {
    cause: "several-steps",
    message: "optimizer.step is called more than once for a batch",
    isIn: (calls) => calls.segments.some((segment) => calls.of("backward", segment).length === 0),
  },
  {
    cause: "order",
    message:
      "another call of network.forward comes between that of the batch and network.backward: the network no longer keeps the batch",
    isIn: (calls) =>
      calls.segments.some((segment) => {
        const [backward] = calls.of("backward", segment);
        const before = calls.of("forward", segment).filter(({ place }) => place < backward.place);
        const [loss] = calls.of("loss", segment);
        return before.at(-1)?.place !== loss?.forward;
      }),
  },
  {
    cause: "missing-penalty",
    message: "regularize is never called",
    isIn: (calls) => calls.one.penalties !== undefined && calls.of("regularize").length === 0,
  },
  {
    cause: "order",
    message: "regularize is called before network.backward, which overwrites what it has added to the gradients",
    isIn: (calls) => !calls.isBefore("backward", "regularize"),
  },
  {
    cause: "order",
    message: "regularize is called after optimizer.step: what it adds to the gradients comes too late",
    isIn: (calls) => calls.one.penalties !== undefined && !calls.segments[0].some(({ call }) => call === "regularize"),
  },
  {
    cause: "penalty-twice",
    message: "regularize is not called exactly once for each step",
    isIn: (calls) =>
      calls.one.penalties !== undefined &&
      calls.segments.some((segment) => calls.of("regularize", segment).length !== 1),
  },
  {
    cause: "one-parameter",
    message: "optimizer.step does not get all parameters of the network",
    isIn: (calls) =>
      calls.of("step").some(
        ({ parameters }) =>
          !same(
            sorted(parameters),
            names.map((_, at) => at),
          ),
      ),
  },
  {
    cause: "one-parameter",
    message: "regularize does not get all parameters of the network",
    isIn: (calls) =>
      calls.of("regularize").some(
        ({ parameters }) =>
          !same(
            sorted(parameters),
            names.map((_, at) => at),
          ),
      ),
  },
];

const stepsAre = (count: (calls: Calls) => number) => (calls: Calls) =>
  calls.segments.length !== stepCount(calls.one) && calls.segments.length === count(calls);

const batches: readonly CallMistake[] = [
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
      "the second epoch begins with the examples that the first one left: when fewer than a batch are left, the list should start anew",
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
    message: "all epochs after the first use the same order: the examples should be shuffled anew for each epoch",
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

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** The learning rate of each step is η·decay^power(epoch, …). */
const rates =
  (power: (epoch: number, every: number, step: number) => number) =>
  ({ one, learningRates }: Calls): boolean => {
    const { learningRate, learningRateDecay = 1, decayEvery = 1 } = one;
    return learningRates.every((found, step) => {
      const epoch = Math.floor(step / stepsPerEpoch(one));
      const wanted = learningRate * learningRateDecay ** power(epoch, decayEvery, step);
      return found !== null && Math.abs(found - wanted) <= 1e-9 * wanted;
    });
  };
const rightRates = rates((epoch, every) => Math.floor(epoch / every));
const wrongRates = (cause: string, message: string, power: Parameters<typeof rates>[0]): CallMistake => ({
  cause,
  message,
  isIn: (calls) => !rightRates(calls) && rates(power)(calls),
});

const learningRates: readonly CallMistake[] = [
  {
    cause: "nan",
    message: "optimizer.learningRate becomes NaN: an option that is left out counts as 1",
    isIn: (calls) => calls.learningRates.includes(null),
  },
  wrongRates("missing-decay", "optimizer.learningRate never decays", () => 0),
  wrongRates("decay-per-step", "the learning rate decays after every step", (_, __, step) => step),
  wrongRates("decay-per-step", "the learning rate decays before every step", (_, __, step) => step + 1),
  wrongRates(
    "decay-per-step",
    "the learning rate decays every decayEvery steps; decayEvery counts epochs",
    (_, every, step) => Math.floor(step / every),
  ),
  wrongRates("decay-every", "the learning rate decays in every epoch: decayEvery is ignored", (epoch) => epoch),
  wrongRates(
    "decay-every",
    "the learning rate decays before every epoch, also before the first one: decayEvery is ignored",
    (epoch) => epoch + 1,
  ),
  wrongRates(
    "decay-early",
    "the learning rate decays before the first epoch as well: epoch 0 is no time to decay",
    (epoch, every) => Math.floor(epoch / every) + 1,
  ),
  wrongRates("decay-early", "the learning rate decays one epoch too early: epochs count from 0", (epoch, every) =>
    Math.floor((epoch + 1) / every),
  ),
  wrongRates("decay-late", "the learning rate decays one epoch too late: epochs count from 0", (epoch, every) =>
    Math.max(0, Math.floor((epoch - 1) / every)),
  ),
  wrongRates("decay-late", "the learning rate decays one epoch too late", (epoch, every) =>
    Math.max(0, Math.ceil(epoch / every) - 1),
  ),
  wrongRates("decay-once", "the learning rate decays only once", (epoch, every) => (epoch >= every ? 1 : 0)),
  wrongRates(
    "decay-not-kept",
    "the learning rate decays in some epochs and returns to its first value in others",
    (epoch, every) => (epoch > 0 && epoch % every === 0 ? 1 : 0),
  ),
  wrongRates(
    "decay-every",
    "the learning rate decays in those epochs in which it should not",
    (epoch, every) => epoch - Math.floor(epoch / every),
  ),
  wrongRates(
    "decay-inverse",
    "the learning rate is divided by the decay; it should be multiplied",
    (epoch, every) => -Math.floor(epoch / every),
  ),
  wrongRates(
    "decay-twice",
    "the learning rate is multiplied by higher and higher powers of the decay",
    (epoch, every) => {
      const decays = Math.floor(epoch / every);
      return (decays * (decays + 1)) / 2;
    },
  ),
  wrongRates(
    "decay-twice",
    "the learning rate decays twice each time",
    (epoch, every) => 2 * Math.floor(epoch / every),
  ),
  {
    cause: "learning-rate",
    message:
      "optimizer.learningRate has wrong values in some steps: it should be multiplied by learningRateDecay at the start of each epoch e > 0 with e mod decayEvery = 0",
    isIn: (calls) => !rightRates(calls),
  },
];

const epochsOf = ({ one }: Calls): number[] => range(0, one.epochs);
const trainExamples = ({ one }: Calls): number[] => range(0, one.train.labels.length);
const validationExamples = ({ one }: Calls): number[] => range(one.train.labels.length, one.validation.labels.length);
const lacks = (calls: Calls, epoch: number, examples: readonly number[]): boolean => {
  const evaluated = calls.evaluatedAfter(epoch);
  return examples.some((example) => !evaluated.has(example));
};

const evaluation: readonly CallMistake[] = [
  {
    cause: "missing-evaluation",
    message: "the network is never evaluated: accuracies need network.forward with false",
    isIn: (calls) => calls.evaluations.length === 0,
  },
  {
    cause: "evaluation-early",
    message: "the accuracies are computed before each epoch; they should be computed after it",
    isIn: (calls) => calls.evaluatedAfter(calls.one.epochs - 1).size === 0 && calls.evaluatedAfter(-1).size > 0,
  },
  {
    cause: "evaluation-late",
    message: "the network is evaluated only once, at the end; it should be evaluated after each epoch",
    isIn: (calls) =>
      epochsOf(calls)
        .slice(0, -1)
        .every((epoch) => calls.evaluatedAfter(epoch).size === 0),
  },
  {
    cause: "missing-evaluation",
    message: "the training set is not evaluated after each epoch",
    isIn: (calls) =>
      epochsOf(calls).some((epoch) => trainExamples(calls).every((one) => !calls.evaluatedAfter(epoch).has(one))),
  },
  {
    cause: "missing-evaluation",
    message: "the validation set is not evaluated after each epoch",
    isIn: (calls) =>
      epochsOf(calls).some((epoch) => validationExamples(calls).every((one) => !calls.evaluatedAfter(epoch).has(one))),
  },
  {
    cause: "incomplete-evaluation",
    message: "not all examples of the training set are evaluated after each epoch",
    isIn: (calls) => epochsOf(calls).some((epoch) => lacks(calls, epoch, trainExamples(calls))),
  },
  {
    cause: "incomplete-evaluation",
    message: "not all examples of the validation set are evaluated after each epoch",
    isIn: (calls) => epochsOf(calls).some((epoch) => lacks(calls, epoch, validationExamples(calls))),
  },
  {
    cause: "missing-callback",
    message: "onStep is never called",
    isIn: (calls) => calls.one.penalties !== undefined && calls.of("onStep").length === 0,
  },
  {
    cause: "missing-callback",
    message: "onStep is not called exactly once for each step",
    isIn: (calls) => calls.one.penalties !== undefined && calls.of("onStep").length !== stepCount(calls.one),
  },
];

/** What goes wrong in the calls of a training loop, in the order in which it should be repaired. */
export const callMistakes: readonly CallMistake[] = [...parts, ...order, ...batches, ...learningRates, ...evaluation];
