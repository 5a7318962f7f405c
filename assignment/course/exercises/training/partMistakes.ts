import { type CallMistake, same, sorted } from "./callMistake.ts";
import type { Calls } from "./calls.ts";
import { names, stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

const isMissing = (name: Parameters<Calls["of"]>[0]) => (calls: Calls) => calls.of(name).length === 0;

const isLabelled = ({ train }: TrainingCase, labels: readonly number[], rows: readonly number[]): boolean =>
  same(
    labels,
    rows.map((row) => train.labels[row]),
  );

/** What the parts of a training are called with. */
export const partMistakes: readonly CallMistake[] = [
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
    cause: "forward-twice",
    message: "network.forward is called more than once for the same batch: one result is enough for all that needs it",
    isIn: (calls) =>
      calls.segments.some((segment) => {
        const batches = calls.of("forward", segment).filter(({ training }) => training !== false);
        return batches.some(({ rows }, at) => batches.slice(at + 1).some((other) => same(rows, other.rows)));
      }),
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
    cause: "input-modified",
    message: "the examples or their labels are modified in place: shuffle indices, not the data",
    isIn: (calls) => calls.isDataChanged,
  },
  {
    cause: "full-batch",
    message: "network.forward gets more examples than loss.forward gets labels: it should get those of the batch",
    isIn: ({ trained }) => trained.some(({ loss, forward }) => forward.rows.length > loss.labels.length),
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
    isIn: ({ one, trained }) => {
      const length = stepsPerEpoch(one);
      return (
        trained.some(({ loss, forward }) => !isLabelled(one, loss.labels, forward.rows)) &&
        trained.every(({ loss }, step) => {
          const from = (step % length) * one.batchSize;
          return same(loss.labels, one.train.labels.slice(from, from + one.batchSize));
        })
      );
    },
  },
  {
    cause: "labels-mismatch",
    message: "loss.forward gets labels that belong to other examples than x",
    isIn: (calls) => calls.trained.some(({ loss, forward }) => !isLabelled(calls.one, loss.labels, forward.rows)),
  },
  { cause: "missing-backward", message: "network.backward is never called", isIn: isMissing("backward") },
  {
    cause: "wrong-input",
    message: "network.backward does not get the result of loss.backward",
    isIn: (calls) => calls.of("backward").some(({ isOfLoss }) => !isOfLoss),
  },
  { cause: "no-step", message: "optimizer.step is never called: the parameters never change", isIn: isMissing("step") },
];

/** In which order, and how often, they are called. */
export const orderMistakes: readonly CallMistake[] = [
  {
    cause: "order",
    message: "optimizer.step is called before network.backward, so it uses the gradients of the batch before",
    isIn: ({ segments, rest }) =>
      !segments[0].some(({ call }) => call === "backward") &&
      [...segments.slice(1), rest].some((segment) => segment.some(({ call }) => call === "backward")),
  },
  {
    cause: "backward-twice",
    message: "network.backward is called more than once for a batch",
    isIn: (calls) =>
      calls.segments.some(
        (segment) => calls.of("backward", segment).length > 1 && calls.trainedIn(segment).length === 1,
      ),
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
        const [trained] = calls.trainedIn(segment);
        return before.at(-1)?.place !== trained?.loss.forward;
      }),
  },
  {
    cause: "missing-penalty",
    message: "regularize is never called",
    isIn: (calls) => calls.one.penalties !== undefined && calls.of("regularize").length === 0,
  },
  {
    cause: "order",
    message: "regularize is called after optimizer.step: what it adds to the gradients comes too late",
    isIn: (calls) => calls.one.penalties !== undefined && !calls.segments[0].some(({ call }) => call === "regularize"),
  },
  {
    cause: "order",
    message: "regularize is called before network.backward, which overwrites what it has added to the gradients",
    isIn: (calls) => !calls.isBefore("backward", "regularize"),
  },
  {
    cause: "penalty-twice",
    message: "regularize is not called exactly once for each step",
    isIn: (calls) =>
      calls.one.penalties !== undefined &&
      calls.segments.some((segment) => calls.of("regularize", segment).length !== 1),
  },
  {
    cause: "order",
    message: "onStep is called before optimizer.step of its step; it should be called after it",
    isIn: (calls) => calls.segments[0].some(({ call }) => call === "onStep"),
  },
  {
    cause: "stale-parameters",
    message:
      "the list of parameters is from before network.backward, which may set new gradient arrays: ask the network for its parameters after it",
    isIn: (calls) => [...calls.of("regularize"), ...calls.of("step")].some(({ isCurrent }) => !isCurrent),
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
