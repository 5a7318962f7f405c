import type { Quantities } from "../../exercise.ts";
import { penaltyGradient } from "../../givenTraining.ts";
import { quantity, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

export const vector = (numbers: readonly number[]): Quantity => quantity([numbers.length], numbers);
export const epochsOf = (one: TrainingCase): number[] => Array.from({ length: one.epochs }, (_, epoch) => epoch);
export const meanOf = (numbers: readonly number[]): number => sumOf(numbers) / numbers.length;
export const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The loss of each step with its penalty. */
export const lossesOf = (one: TrainingCase): number[] =>
  one.losses.map((loss, step) => loss + (one.penalties?.[step] ?? 0));

export type Part = "train" | "validation";

/** For each example of a part, whether the prediction after `steps` steps is correct; `answer` changes the answer. */
export function rightAnswers(
  one: TrainingCase,
  part: Part,
  steps: number,
  answer = (found: number): number => found,
): boolean[] {
  const examples = one.answers.shape[1];
  const offset = part === "train" ? 0 : one.train.labels.length;
  return one[part].labels.map((label, at) => answer(one.answers.data[steps * examples + offset + at]) === label);
}

export const shareOf = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

/** The accuracy after each epoch. */
export const accuraciesOf = (one: TrainingCase, part: Part, answer?: (found: number) => number): number[] =>
  epochsOf(one).map((epoch) => shareOf(rightAnswers(one, part, (epoch + 1) * stepsPerEpoch(one), answer)));

/** The numbers of all parameters after `steps` steps. */
export function valuesAfter(one: TrainingCase, steps: number): Quantity {
  const numbers = one.values.flatMap(({ data }) => [...data]);
  const extra = one.penalties ? penaltyGradient : 0;
  const { learningRate, learningRateDecay = 1, decayEvery = 1 } = one;
  for (let step = 0; step < steps; step++) {
    const epoch = Math.floor(step / stepsPerEpoch(one));
    const rate = learningRate * learningRateDecay ** Math.floor(epoch / decayEvery);
    numbers.forEach((_, i) => {
      numbers[i] -= rate * (one.gradients.data[step * numbers.length + i] + extra);
    });
  }
  return vector(numbers);
}

export const largestAt = (numbers: readonly number[]): number => numbers.indexOf(Math.max(...numbers));
export const smallestAt = (numbers: readonly number[]): number => numbers.indexOf(Math.min(...numbers));
export const afterEpoch = (one: TrainingCase, epoch: number): Quantity =>
  valuesAfter(one, (epoch + 1) * stepsPerEpoch(one));

export const isCopy = "best is a copy";

/** `found`: the validation accuracies of the student's code; what is best follows them, so that a wrong accuracy is reported once. */
export function expectedResults(one: TrainingCase, found?: Quantity): Quantities {
  const validationAccuracy = accuraciesOf(one, "validation");
  const isPlausible = found?.data.length === one.epochs && found.data.every(Number.isFinite);
  const best = largestAt(isPlausible ? [...found.data] : validationAccuracy);
  return {
    losses: vector(lossesOf(one)),
    trainAccuracy: vector(accuraciesOf(one, "train")),
    validationAccuracy: vector(validationAccuracy),
    [isCopy]: scalar(1),
    best: afterEpoch(one, best),
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => step + 1) : []),
    "the losses of onStep": vector(one.penalties ? lossesOf(one) : []),
  };
}

/** A number for each epoch, from the losses of its steps. */
export function perEpoch(one: TrainingCase, of: (losses: number[]) => number): number[] {
  const length = stepsPerEpoch(one);
  return epochsOf(one).map((epoch) => of(lossesOf(one).slice(epoch * length, (epoch + 1) * length)));
}
