import type { RandomState } from "../../../../src/random/randomState.ts";
import type { Case } from "../../exercise.ts";
import { quantity, randomQuantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

/** A training whose parts follow a script: see GivenTraining. */
export interface TrainingCase extends Case {
  readonly train: { readonly x: Quantity; readonly labels: readonly number[] };
  readonly validation: { readonly x: Quantity; readonly labels: readonly number[] };
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly learningRateDecay?: number;
  readonly decayEvery?: number;
  readonly values: readonly Quantity[];
  readonly gradients: Quantity;
  readonly losses: readonly number[];
  /** none without regularize */
  readonly penalties?: readonly number[];
  readonly answers: Quantity;
  readonly seed: number;
}

interface Plan {
  readonly exampleShape: readonly number[];
  readonly batchSize: number;
  /** correct predictions after each epoch */
  readonly trainRight: readonly number[];
  readonly validationRight: readonly number[];
  readonly trainSize: number;
  readonly validationSize: number;
  readonly options: Pick<TrainingCase, "learningRateDecay" | "decayEvery" | "special">;
  readonly isRegularized: boolean;
}

export const classes = 3;
export const names = ["fc1_w", "fc1_b"];
const shapes = [[2, 3], [3]];

/** A training set that leaves a remainder, with all options; and one without a remainder and options, whose last epoch is the best. */
export function trainingCases(random: RandomState): [TrainingCase, TrainingCase] {
  const first: Plan = {
    exampleShape: [2, 2, 3],
    trainSize: 15,
    validationSize: 8,
    batchSize: 4,
    trainRight: [5, 8, 9, 13, 11],
    validationRight: [2, 4, 7, 3, 5],
    options: { learningRateDecay: 0.6, decayEvery: 2 },
    isRegularized: true,
  };
  const second: Plan = {
    exampleShape: [4],
    trainSize: 12,
    validationSize: 7,
    batchSize: 3,
    trainRight: [4, 9, 7, 6],
    validationRight: [3, 2, 4, 6],
    options: { special: "without the options that may be left out, and with whole batches only" },
    isRegularized: false,
  };
  return [planned(random, first), planned(random, second)];
}

function planned(random: RandomState, plan: Plan): TrainingCase {
  const { trainSize, validationSize, batchSize, exampleShape } = plan;
  const epochs = plan.trainRight.length;
  const stepsPerEpoch = Math.floor(trainSize / batchSize);
  const steps = epochs * stepsPerEpoch;
  const examples = (size: number) => ({
    x: randomQuantity(random, [size, ...exampleShape]),
    labels: Array.from({ length: size }, () => Math.floor(classes * random.uniform())),
  });
  const train = examples(trainSize);
  const validation = examples(validationSize);
  const positive = () => Array.from({ length: steps }, () => 0.5 + 2 * random.uniform());
  const answers = Array.from({ length: steps + 1 }, (_, step) => {
    const epoch = step / stepsPerEpoch - 1;
    const right = (counts: readonly number[], size: number): number =>
      counts[epoch] ?? Math.floor(random.uniform() * (size + 1));
    return [
      ...answersFor(train.labels, right(plan.trainRight, trainSize), random),
      ...answersFor(validation.labels, right(plan.validationRight, validationSize), random),
    ];
  });
  const numbers = shapes.reduce((sum, shape) => sum + shape.reduce((product, length) => product * length, 1), 0);
  return {
    ...plan.options,
    dims: {
      "the number of training examples": trainSize,
      "the number of validation examples": validationSize,
      batchSize,
      epochs,
    },
    train,
    validation,
    batchSize,
    epochs,
    learningRate: 0.2,
    values: shapes.map((shape) => randomQuantity(random, shape)),
    gradients: randomQuantity(random, [steps, numbers]),
    losses: positive(),
    ...(plan.isRegularized && { penalties: positive() }),
    answers: quantity([steps + 1, trainSize + validationSize], answers.flat()),
    seed: Math.floor(random.uniform() * 1e6),
  };
}

/** A prediction for each label, with a given number of correct ones at random places. */
function answersFor(labels: readonly number[], right: number, random: RandomState): number[] {
  const isRight = labels.map((_, at) => at < right);
  random.shuffle(isRight);
  return labels.map((label, at) => (isRight[at] ? label : (label + 1 + Math.floor(2 * random.uniform())) % classes));
}

export const stepsPerEpoch = ({ train, batchSize }: TrainingCase): number =>
  Math.floor(train.labels.length / batchSize);
export const stepCount = (one: TrainingCase): number => one.epochs * stepsPerEpoch(one);
