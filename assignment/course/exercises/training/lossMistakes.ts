import type { Mistake } from "../../exercise.ts";
import { mistake } from "./resultMistake.ts";
import { lossesOf, meanOf, perEpoch, sumOf, vector } from "./results.ts";
import { stepCount, stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

/** The losses, returned and told to onStep. */
export const lossMistakes: readonly Mistake<TrainingCase>[] = ["losses", "the losses of onStep"].flatMap((name) =>
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

/** The numbers of the steps, told to onStep. */
export const callbackMistakes: readonly Mistake<TrainingCase>[] = [
  mistake("step-counter", "onStep counts the steps from 0; it should count from 1", (one) => ({
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => step) : []),
  })),
  mistake("step-counter", "onStep counts the steps of each epoch from the start; it should count all steps", (one) => ({
    "the steps of onStep": vector(one.penalties ? one.losses.map((_, step) => (step % stepsPerEpoch(one)) + 1) : []),
  })),
  mistake(
    "step-counter",
    "onStep counts the steps of each epoch from the start, from 0; it should count all steps from 1",
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
