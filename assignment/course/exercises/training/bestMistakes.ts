import type { Mistake } from "../../exercise.ts";
import { penaltyGradient } from "../../givenTraining.ts";
import { mapped, scalar } from "../../quantities.ts";
import { mistake } from "./resultMistake.ts";
import { accuraciesOf, afterEpoch, isCopy, largestAt, meanOf, perEpoch, smallestAt, vector } from "./results.ts";
import { stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

const bestIs = (cause: string, message: string, epoch: (one: TrainingCase) => number): Mistake<TrainingCase> =>
  mistake(cause, message, (one) => ({ best: afterEpoch(one, epoch(one)) }));

export const bestMistakes: readonly Mistake<TrainingCase>[] = [
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
  mistake("empty-best", "best is empty: no epoch counts as the best one", () => ({ best: vector([]) })),
  mistake("wrong-input", "best holds the gradients; it should hold the values", (one) => {
    const step = (largestAt(accuraciesOf(one, "validation")) + 1) * stepsPerEpoch(one) - 1;
    const length = one.gradients.shape[1];
    const gradients = one.gradients.data.slice(step * length, (step + 1) * length);
    return { best: mapped(vector([...gradients]), (value) => value + (one.penalties ? penaltyGradient : 0)) };
  }),
];
