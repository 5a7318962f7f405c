import type { Mistake } from "../../exercise.ts";
import { mistake } from "./resultMistake.ts";
import { accuraciesOf, epochsOf, meanOf, type Part, rightAnswers, shareOf, sumOf, vector } from "./results.ts";
import { classes, stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

const parts: readonly (readonly [name: string, part: Part])[] = [
  ["trainAccuracy", "train"],
  ["validationAccuracy", "validation"],
];
const other = (part: Part): Part => (part === "train" ? "validation" : "train");

export const accuracyMistakes: readonly Mistake<TrainingCase>[] = parts.flatMap(([name, part]) => [
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
  mistake(
    "wrong-divisor",
    `${name} counts correct predictions; they should be divided by the number of examples`,
    (one) => ({
      [name]: vector(accuraciesOf(one, part).map((share) => share * one[part].labels.length)),
    }),
  ),
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
    `${name} is the mean of the accuracies of batches, and the last batch is smaller`,
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
  mistake("argmax", `${name} never takes the last class: a loop ends too early`, (one) => ({
    [name]: vector(accuraciesOf(one, part, (answer) => (answer === classes - 1 ? 0 : answer))),
  })),
  mistake("argmax", `${name} never takes the first class: a loop starts too late`, (one) => ({
    [name]: vector(accuraciesOf(one, part, (answer) => (answer === 0 ? 1 : answer))),
  })),
  mistake("rounded", `${name} is rounded to two digits; it should be exact`, (one) => ({
    [name]: vector(accuraciesOf(one, part).map((share) => Math.round(100 * share) / 100)),
  })),
  mistake("accumulated", `${name} counts the correct predictions of earlier epochs again`, (one) => ({
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
