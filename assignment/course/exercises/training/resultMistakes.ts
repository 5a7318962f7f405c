import type { Mistake, Quantities } from "../../exercise.ts";
import { penaltyGradient } from "../../givenTraining.ts";
import { mapped, quantity, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { classes, stepCount, stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

const vector = (numbers: readonly number[]): Quantity => quantity([numbers.length], numbers);
const epochsOf = (one: TrainingCase): number[] => Array.from({ length: one.epochs }, (_, epoch) => epoch);
const meanOf = (numbers: readonly number[]): number => sumOf(numbers) / numbers.length;
const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The loss of each step with its penalty. */
export const lossesOf = (one: TrainingCase): number[] =>
  one.losses.map((loss, step) => loss + (one.penalties?.[step] ?? 0));

type Part = "train" | "validation";

/** For each example of a part, whether the answer after so many steps is right; `answer` changes the answer. */
function rightAnswers(
  one: TrainingCase,
  part: Part,
  steps: number,
  answer = (found: number): number => found,
): boolean[] {
  const examples = one.answers.shape[1];
  const offset = part === "train" ? 0 : one.train.labels.length;
  return one[part].labels.map((label, at) => answer(one.answers.data[steps * examples + offset + at]) === label);
}

const shareOf = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

/** The accuracy after each epoch. */
export const accuraciesOf = (one: TrainingCase, part: Part, answer?: (found: number) => number): number[] =>
  epochsOf(one).map((epoch) => shareOf(rightAnswers(one, part, (epoch + 1) * stepsPerEpoch(one), answer)));

/** The numbers of all parameters after so many steps. */
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

const largestAt = (numbers: readonly number[]): number => numbers.indexOf(Math.max(...numbers));
const smallestAt = (numbers: readonly number[]): number => numbers.indexOf(Math.min(...numbers));
const afterEpoch = (one: TrainingCase, epoch: number): Quantity => valuesAfter(one, (epoch + 1) * stepsPerEpoch(one));

export const isCopy = "best is a copy";

export function expectedResults(one: TrainingCase): Quantities {
  const validationAccuracy = accuraciesOf(one, "validation");
  return {
    losses: vector(lossesOf(one)),
    trainAccuracy: vector(accuraciesOf(one, "train")),
    validationAccuracy: vector(validationAccuracy),
    [isCopy]: scalar(1),
    best: afterEpoch(one, largestAt(validationAccuracy)),
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => step + 1) : []),
    "the losses of onStep": vector(one.penalties ? lossesOf(one) : []),
  };
}

const mistake = (
  cause: string,
  message: string,
  results: (one: TrainingCase) => Partial<Quantities>,
): Mistake<TrainingCase> => ({ cause, message, results });

const lossMistakes = ["losses", "the losses of onStep"].flatMap((name) =>
  (
    [
      ["missing-penalty", "lack the penalty", (one) => one.losses],
      [
        "missing-penalty",
        "contain the penalty alone; the loss of the batch belongs to it",
        (one) => one.losses.map((_, step) => one.penalties?.[step] ?? 0),
      ],
      [
        "sign",
        "have the penalty subtracted; it should be added",
        (one) => one.losses.map((loss, step) => loss - (one.penalties?.[step] ?? 0)),
      ],
      [
        "penalty-twice",
        "contain the penalty twice",
        (one) => one.losses.map((loss, step) => loss + 2 * (one.penalties?.[step] ?? 0)),
      ],
      [
        "losses-per-epoch",
        "have one number for each epoch, the mean over its steps; there should be one for each step",
        (one) => perEpoch(one, meanOf),
      ],
      [
        "losses-per-epoch",
        "have one number for each epoch, the sum over its steps; there should be one for each step",
        (one) => perEpoch(one, sumOf),
      ],
      [
        "losses-per-epoch",
        "have one number for each epoch, the loss of its last step; there should be one for each step",
        (one) => perEpoch(one, (losses) => losses[losses.length - 1]),
      ],
      [
        "losses-per-epoch",
        "have one number for each epoch, the loss of its first step; there should be one for each step",
        (one) => perEpoch(one, ([first]) => first),
      ],
      [
        "losses-per-epoch",
        "contain the steps of the last epoch only",
        (one) => lossesOf(one).slice(-stepsPerEpoch(one)),
      ],
      [
        "accumulated",
        "contain the sum of all losses so far; each should be that of its own step",
        (one) => lossesOf(one).map((_, step) => sumOf(lossesOf(one).slice(0, step + 1))),
      ],
      [
        "accumulated",
        "contain the mean of all losses so far; each should be that of its own step",
        (one) => lossesOf(one).map((_, step) => meanOf(lossesOf(one).slice(0, step + 1))),
      ],
      [
        "accumulated",
        "contain the sum of the losses of the epoch so far; each should be that of its own step",
        (one) =>
          lossesOf(one).map((_, step) => sumOf(lossesOf(one).slice(step - (step % stepsPerEpoch(one)), step + 1))),
      ],
      [
        "order",
        "are computed after the step; they should be computed before it",
        (one) => one.losses.map((_, step) => one.losses[(step + 1) % stepCount(one)] + (one.penalties?.[step] ?? 0)),
      ],
      [
        "extra-1/N",
        "are divided by batchSize: the loss is a mean already",
        (one) => lossesOf(one).map((loss) => loss / one.batchSize),
      ],
      [
        "extra-1/N",
        "have the loss divided by batchSize, but not the penalty: the loss is a mean already",
        (one) => one.losses.map((loss, step) => loss / one.batchSize + (one.penalties?.[step] ?? 0)),
      ],
      [
        "factor",
        "have the loss multiplied by batchSize: it should stay a mean",
        (one) => one.losses.map((loss, step) => loss * one.batchSize + (one.penalties?.[step] ?? 0)),
      ],
    ] as [cause: string, message: string, losses: (one: TrainingCase) => readonly number[]][]
  ).map(([cause, message, losses]) =>
    mistake(cause, `${name} ${message}`, (one) => ({
      [name]: name === "losses" || one.penalties ? vector(losses(one)) : vector([]),
    })),
  ),
);

function perEpoch(one: TrainingCase, of: (losses: number[]) => number): number[] {
  const length = stepsPerEpoch(one);
  return epochsOf(one).map((epoch) => of(lossesOf(one).slice(epoch * length, (epoch + 1) * length)));
}

const parts: readonly (readonly [name: string, part: Part])[] = [
  ["trainAccuracy", "train"],
  ["validationAccuracy", "validation"],
];
const other = (part: Part): Part => (part === "train" ? "validation" : "train");

const accuracyMistakes = parts.flatMap(([name, part]) => [
  mistake("percent", `${name} is in percent; it should be a fraction from 0 to 1`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((share) => 100 * share)),
  })),
  mistake("error-rate", `${name} is the share of wrong answers; it should be that of right ones`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((share) => 1 - share)),
  })),
  mistake("wrong-input", `${name} is that of the ${other(part)} examples`, (one) => ({
    [name]: vector(accuraciesOf(one, other(part))),
  })),
  mistake("wrong-divisor", `${name} is divided by the number of ${other(part)} examples`, (one) => ({
    [name]: vector(
      accuraciesOf(one, part).map((share) => (share * one[part].labels.length) / one[other(part)].labels.length),
    ),
  })),
  mistake("wrong-divisor", `${name} counts right answers; they should be divided by the number of examples`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((share) => share * one[part].labels.length)),
  })),
  mistake(
    "wrong-divisor",
    `${name} is divided by batchSize; it should be divided by the number of examples`,
    (one) => ({
      [name]: vector(accuraciesOf(one, part).map((share) => (share * one[part].labels.length) / one.batchSize)),
    }),
  ),
  mistake("wrong-divisor", `${name} counts the last, smaller batch as a whole one`, (one) => ({
    [name]: vector(
      accuraciesOf(one, part).map((share) => {
        const size = one[part].labels.length;
        return (share * size) / (Math.ceil(size / one.batchSize) * one.batchSize);
      }),
    ),
  })),
  mistake(
    "mean-of-means",
    `${name} is the mean of the accuracies of batches, of which the last one is smaller`,
    (one) => ({
      [name]: vector(
        epochsOf(one).map((epoch) => {
          const right = rightAnswers(one, part, (epoch + 1) * stepsPerEpoch(one));
          const starts = right.flatMap((_, at) => (at % one.batchSize === 0 ? [at] : []));
          return meanOf(starts.map((at) => shareOf(right.slice(at, at + one.batchSize))));
        }),
      ),
    }),
  ),
  mistake("argmin", `${name} takes the class with the smallest logit; it should be the largest`, (one) => ({
    [name]: vector(accuraciesOf(one, part, (answer) => (answer + classes - 1) % classes)),
  })),
  mistake(
    "argmax-from-zero",
    `${name} always takes class 0 where all logits are negative: the largest logit so far should not start at 0`,
    (one) => ({
      [name]: vector(accuraciesOf(one, part, () => 0)),
    }),
  ),
  mistake("argmax", `${name} takes the last class in all cases`, (one) => ({
    [name]: vector(accuraciesOf(one, part, () => classes - 1)),
  })),
  mistake("accumulated", `${name} counts the right answers of earlier epochs again`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((_, epoch, all) => sumOf(all.slice(0, epoch + 1)))),
  })),
  mistake("accumulated", `${name} is the best accuracy so far; it should be that of each epoch`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((_, epoch, all) => Math.max(...all.slice(0, epoch + 1)))),
  })),
  mistake("losses-per-epoch", `${name} has only the last epoch; it should have all`, (one) => ({
    [name]: vector(accuraciesOf(one, part).slice(-1)),
  })),
  mistake("extra-evaluation", `${name} has an accuracy from before the training as well`, (one) => ({
    [name]: vector([shareOf(rightAnswers(one, part, 0)), ...accuraciesOf(one, part)]),
  })),
  mistake("accuracy-per-step", `${name} has one number for each step; it should have one for each epoch`, (one) => ({
    [name]: vector(one.losses.map((_, step) => shareOf(rightAnswers(one, part, step + 1)))),
  })),
]);

const bestIs = (cause: string, message: string, epoch: (one: TrainingCase) => number): Mistake<TrainingCase> =>
  mistake(cause, message, (one) => ({ best: afterEpoch(one, epoch(one)) }));

const bestMistakes: readonly Mistake<TrainingCase>[] = [
  {
    cause: "not-copied",
    message: "best holds the arrays of the network themselves: later steps change them. Copies are needed",
    results: () => ({ [isCopy]: scalar(0) }),
  },
  bestIs(
    "last-epoch",
    "best holds the parameters after the last epoch; it should be those of the best epoch",
    (one) => one.epochs - 1,
  ),
  bestIs("wrong-best", "best is chosen by the accuracy on the training set; it should be the validation set", (one) =>
    largestAt(accuraciesOf(one, "train")),
  ),
  bestIs("wrong-best", "best has the lowest validation accuracy; it should have the highest", (one) =>
    smallestAt(accuraciesOf(one, "validation")),
  ),
  bestIs("wrong-best", "best is chosen by the mean loss of the epoch; it should be the validation accuracy", (one) =>
    smallestAt(perEpoch(one, meanOf)),
  ),
  bestIs("wrong-best", "best is chosen by the last loss of the epoch; it should be the validation accuracy", (one) =>
    smallestAt(perEpoch(one, (losses) => losses[losses.length - 1])),
  ),
  bestIs("first-epoch", "best holds the parameters after the first epoch", () => 0),
  bestIs(
    "wrong-best",
    "best is taken after each epoch that is better than the one before, not better than the best so far",
    (one) =>
      accuraciesOf(one, "validation").reduce(
        (last, share, epoch, all) => (epoch === 0 || share > all[epoch - 1] ? epoch : last),
        0,
      ),
  ),
  bestIs(
    "epoch-early",
    "best holds the parameters from one epoch before the best one",
    (one) => largestAt(accuraciesOf(one, "validation")) - 1,
  ),
  bestIs("epoch-late", "best holds the parameters from one epoch after the best one", (one) =>
    Math.min(one.epochs, largestAt(accuraciesOf(one, "validation")) + 1),
  ),
  bestIs("start", "best holds the parameters from before the training", () => -1),
  mistake("wrong-input", "best holds the gradients; it should hold the values", (one) => {
    const step = (largestAt(accuraciesOf(one, "validation")) + 1) * stepsPerEpoch(one) - 1;
    const length = one.gradients.shape[1];
    const gradients = one.gradients.data.slice(step * length, (step + 1) * length);
    return { best: mapped(vector([...gradients]), (value) => value + (one.penalties ? penaltyGradient : 0)) };
  }),
];

const callbackMistakes: readonly Mistake<TrainingCase>[] = [
  mistake("step-counter", "onStep counts the steps from 0; it should count from 1", (one) => ({
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => step) : []),
  })),
  mistake("step-counter", "onStep counts the steps of each epoch anew; it should count all steps", (one) => ({
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => (step % stepsPerEpoch(one)) + 1) : []),
  })),
  mistake(
    "step-counter",
    "onStep counts the steps of each epoch anew, from 0; it should count all steps from 1",
    (one) => ({
      "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => step % stepsPerEpoch(one)) : []),
    }),
  ),
  mistake("step-counter", "onStep gets the epoch; it should get the number of the step", (one) => ({
    "the steps of onStep": vector(
      one.penalties ? one.losses.map((_, step) => Math.floor(step / stepsPerEpoch(one))) : [],
    ),
  })),
];

/** What goes wrong in the results of a training loop whose calls are right. */
export const resultMistakes: readonly Mistake<TrainingCase>[] = [
  ...lossMistakes,
  ...accuracyMistakes,
  ...bestMistakes,
  ...callbackMistakes,
];
