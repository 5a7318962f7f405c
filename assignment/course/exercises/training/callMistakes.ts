import { batchMistakes } from "./batchMistakes.ts";
import { type CallMistake, range } from "./callMistake.ts";
import type { Calls } from "./calls.ts";
import { orderMistakes, partMistakes } from "./partMistakes.ts";
import { rateMistakes } from "./rateMistakes.ts";
import { stepCount } from "./trainingCase.ts";

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
export const callMistakes: readonly CallMistake[] = [
  ...partMistakes,
  ...orderMistakes,
  ...batchMistakes,
  ...rateMistakes,
  ...evaluation,
];
