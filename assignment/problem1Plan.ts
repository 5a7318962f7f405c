import * as v from "valibot";
import type { TrainSettingsInput } from "../src/experiments/settings.ts";

/** The part of the assignment that is trained: all of it, or enough to run every step. */
export const problem1Plan = v.strictObject({
  quick: v.boolean(),
  tinynet: v.strictObject({
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1)),
    trainImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
    validationImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  comparison: v.strictObject({
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1)),
    trainImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
    validationImages: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
});

export type Problem1Plan = v.InferOutput<typeof problem1Plan>;

/** The assignment as it is set. */
export const fullPlan: Problem1Plan = {
  quick: false,
  tinynet: { epochs: 5, trainImages: 40_000, validationImages: 10_000 },
  comparison: { epochs: 50, trainImages: 20_000, validationImages: 10_000 },
};

/**
 * The whole lab in under a minute. TinyNet keeps all images, so its epochs are still the published ones; the
 * comparisons keep their batches, so the losses of their first epoch are too.
 */
export const quickPlan: Problem1Plan = {
  quick: true,
  tinynet: { epochs: 2, trainImages: 40_000, validationImages: 10_000 },
  comparison: { epochs: 5, trainImages: 4_000, validationImages: 2_000 },
};

/** The runs of the comparisons, by their names in the reference, in the order in which the assignment asks for them. */
export const comparisonRuns = ["sgd", "sgdw", "l1", "l1pub", "l2", "adamw", "adaml2"] as const;

/** The part of the assignment that a run answers; a step for each. */
export const runTitles: Readonly<Record<string, string>> = {
  tinynet: "TinyNet: train, save, load, evaluate",
  sgd: "SGD",
  sgdw: "SGD with weight decay",
  l1: "SGD with L1",
  l1pub: "SGD with the sign of the gradient (the published L1 curve)",
  l2: "SGD with L2",
  adamw: "AdamW",
  adaml2: "Adam with L2",
};

const compared = {
  layers: [3072, 100, 100, 100, 100, 100, 20],
  initializer: "scaled",
  initScale: 0.1,
  seed: 1234,
  batchSize: 100,
} satisfies TrainSettingsInput;
const sgd = { ...compared, optimizer: "sgd", learningRate: 0.01 } satisfies TrainSettingsInput;
const adam = { ...compared, optimizer: "adam", learningRate: 1e-4 } satisfies TrainSettingsInput;

/**
 * The settings of the comparisons by the names of their runs, without epochs, number of images, normalization and the reference's float64. l1pub is left out, because no setting
 * reproduces its erratum.
 */
export const comparisonSettings = {
  sgd,
  sgdw: { ...sgd, weightDecay: 1e-4 },
  l1: { ...sgd, regularization: "l1", lambda: 1e-3 },
  l2: { ...sgd, regularization: "l2", lambda: 5e-3 },
  adamw: { ...adam, weightDecay: 1e-6 },
  adaml2: { ...adam, regularization: "l2", lambda: 1e-4 },
} as const satisfies Partial<Record<(typeof comparisonRuns)[number], TrainSettingsInput>>;
