import { type Exercise, type Experiment, experiment, type Mistake } from "../exercise.ts";
import type { TrainingCall } from "../givenTraining.ts";
import { quantity, scalar } from "../quantities.ts";
import { Seed, type Sendable, type Student, type StudentObject } from "../student.ts";
import type { Returned } from "../wire.ts";
import { callMistakes } from "./training/callMistakes.ts";
import { Calls } from "./training/calls.ts";
import { resultMistakes } from "./training/resultMistakes.ts";
import { expectedResults, isCopy } from "./training/results.ts";
import { classes, names, type TrainingCase, trainingCases } from "./training/trainingCase.ts";

const skeleton = `import { copy, type NdArray, notWritten, type Parameter, type Random, rows, shuffled } from "./array.ts";

/** Inputs of shape (N, …) and the N classes that belong to them. */
export interface Examples {
  x: NdArray;
  labels: number[];
}

export interface TrainingOptions {
  network: {
    forward(x: NdArray, training: boolean): NdArray;
    backward(dy: NdArray): NdArray;
    /** backward may set new gradient arrays: a list from before it is out of date */
    parameters(): Parameter[];
  };
  loss: {
    forward(logits: NdArray, labels: number[]): number;
    backward(): NdArray;
  };
  optimizer: {
    learningRate: number;
    step(parameters: Parameter[]): void;
  };
  train: Examples;
  validation: Examples;
  batchSize: number;
  epochs: number;
  /** for the order of the examples */
  random: Random;
  /** η ← η·learningRateDecay at the start of each epoch e > 0 with e mod decayEvery = 0; both are 1 if they are left out */
  learningRateDecay?: number;
  decayEvery?: number;
  /** adds the gradient of a penalty to all gradients and returns the penalty: addL1 or addL2 with their λ */
  regularize?: (parameters: Parameter[]) => number;
  /** is told the number of each step, counted from 1, and its loss, after the step */
  onStep?: (step: number, loss: number) => void;
}

export interface TrainingResult {
  /** the loss of each step, with its penalty */
  losses: number[];
  /** the share of correct predictions, from 0 to 1, on all training examples, after each epoch */
  trainAccuracy: number[];
  /** the same on all validation examples */
  validationAccuracy: number[];
  /** copies of the parameters after the epoch with the highest validation accuracy, in the order of parameters() */
  best: NdArray[];
}

/**
 * Trains the network.
 *
 * An epoch has ⌊N / batchSize⌋ steps. The first one uses the examples in stored order. A batch comes from the front of a list of
 * indices; when fewer than batchSize are left, the list becomes 0 … N − 1 again, in a new random order.
 *
 * A step: forward with training = true, the loss, both backward passes, regularize, the step of the optimizer.
 *
 * After each epoch, the network is evaluated with training = false. An answer is the class with the largest logit.
 */
export function train(options: TrainingOptions): TrainingResult {
  return notWritten("train");
}
`;

const CALLS = "the calls of the training loop";

/** The results of code with a mistake that shows in its calls; they agree with what was found, because only the place in the list counts. */
const asMistake = (place: number): Mistake<TrainingCase> => ({
  cause: callMistakes[place].cause,
  message: callMistakes[place].message,
  results: (_, right, { [CALLS]: found }) => ({
    [CALLS]: found && (found.data[0] === place + 1 || found.data[0] === 0) ? found : right[CALLS],
  }),
});

function start(student: Student, one: TrainingCase): Promise<StudentObject> {
  const { train, validation, batchSize, epochs, learningRate, values, gradients, losses, answers } = one;
  const { learningRateDecay, decayEvery, penalties } = one;
  const script: Record<string, Sendable> = {
    ...{ train, validation, batchSize, epochs, learningRate, names, values, gradients, losses, classes, answers },
    ...(learningRateDecay !== undefined && { learningRateDecay }),
    ...(decayEvery !== undefined && { decayEvery }),
    ...(penalties && { penalties }),
  };
  return student.given("training", script, new Seed(one.seed));
}

async function callsOf(training: StudentObject): Promise<TrainingCall[]> {
  const calls = await training.call("calls");
  const items = calls.kind === "list" ? calls.items : [];
  return items.map((item) => JSON.parse(item.kind === "plain" ? String(item.value) : "") as TrainingCall);
}

type Report = (name: string, value: Returned) => void;

async function run(student: Student, one: TrainingCase, report: Report): Promise<void> {
  const training = await start(student, one);
  const result = await student.make("train", training);
  const changed = await training.call("dataIsChanged");
  const calls = new Calls(one, await callsOf(training), changed.kind === "plain" && changed.value === true);
  const mistake = callMistakes.findIndex(({ isIn }) => isIn(calls)) + 1;
  report(CALLS, { kind: "plain", value: mistake });
  if (mistake > 0) return; // wrong calls make wrong results, which would say less
  for (const name of ["losses", "trainAccuracy", "validationAccuracy"]) report(name, await result.get(name));
  const best = joined(await result.get("best"));
  await training.call("disturb");
  const kept = JSON.stringify(best) === JSON.stringify(joined(await result.get("best")));
  report(isCopy, { kind: "plain", value: kept });
  if (kept) report("best", best); // what is no copy has the last epoch's numbers, whatever epoch was chosen
  const told = calls.of("onStep");
  report("the steps of onStep", vector(told.map(({ step }) => step)));
  report("the losses of onStep", vector(told.map(({ loss }) => loss)));
}

const vector = (numbers: readonly number[]): Returned => ({ kind: "array", ...quantity([numbers.length], numbers) });

/** A list of arrays as one vector. */
function joined(list: Returned): Returned {
  if (list.kind !== "list" || list.items.some(({ kind }) => kind !== "array")) return list;
  return vector(list.items.flatMap((item) => (item.kind === "array" ? [...item.data] : [])));
}

/** The examples in the order of the batches. */
async function orderOf(student: Student, one: TrainingCase): Promise<Returned> {
  const training = await start(student, one);
  await student.make("train", training);
  return vector(new Calls(one, await callsOf(training)).batches.flat());
}

const experiments: readonly Experiment[] = [
  experiment<TrainingCase>({
    title: "a training whose parts record their calls",
    cases: trainingCases,
    run,
    expected: (one, found) => ({ [CALLS]: scalar(0), ...expectedResults(one, found.validationAccuracy) }),
    mistakes: [...callMistakes.map((_, place) => asMistake(place)), ...resultMistakes],
  }),
  experiment<TrainingCase>({
    title: "two trainings with the same random numbers",
    cases: (random) => trainingCases(random).slice(0, 1),
    run: async (student, one, report) => {
      const first = await orderOf(student, one);
      const second = await orderOf(student, one);
      const other = await orderOf(student, { ...one, seed: one.seed + 1 });
      report("same", { kind: "plain", value: JSON.stringify(first) === JSON.stringify(second) });
      report("other", { kind: "plain", value: JSON.stringify(first) !== JSON.stringify(other) });
    },
    expected: () => ({ same: scalar(1), other: scalar(1) }),
    afterSuccess: true,
    anyFinding: {
      cause: "random-ignored",
      message:
        "the order of the examples does not depend on options.random alone: the same training cannot be repeated",
    },
  }),
];

export const training: Exercise = {
  id: "training",
  title: "Training loop",
  chapter: "training",
  points: 12,
  skeleton,
  questions: [
    {
      text: "Why is the network evaluated on examples that no step has used, and why are the best parameters kept instead of the last ones?",
    },
    { text: "Why does forward need to know whether it trains? Which of your layers behaves differently?" },
  ],
  hints: [
    "Write one step first, then the loop over the steps of an epoch, then what happens between epochs. What must be known at each of these three places?",
    "Keep a list of indices that lives longer than an epoch. A batch is its front part; x and labels are both taken by these indices. After an epoch, evaluation is a function of the network and a set of examples that you need twice.",
    "The order in a step: forward, loss, backward of the loss, backward of the network, regularize (it adds to the gradients, so it comes after backward), step of the optimizer. The decay comes before the steps of an epoch, the evaluation after them; the parameters are copied when the validation accuracy is higher than ever before.",
  ],
  experiments,
};
