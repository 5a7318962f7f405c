import { z } from "zod";
import type { Splits } from "../data/dataset.ts";
import { activations } from "../kernels/activations.ts";
import type { ActivationName, Kernels } from "../kernels/kernels.ts";
import { multilayerPerceptron } from "../layers/presets.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import { Adam } from "../optimizers/adam.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { Sgd } from "../optimizers/sgd.ts";
import { RandomState } from "../random/randomState.ts";
import { l1, l2, type Regularizer } from "../regularizers.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { FitOptions } from "./fit.ts";

const positive = z.number().positive();
const notNegative = z.number().min(0);
const count = z.int().min(1);
const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];

/** The seed that draws weights and shuffles; dropout's stream starts from the next one. */
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 2);

/**
 * A training run as plain data: the same for the command, the library, run folders and pages. The defaults are the
 * assignment's TinyNet.
 */
export const trainSettings = z.strictObject({
  /** sizes of inputs, hidden layers and outputs */
  layers: z.array(count).min(2).default([3072, 128, 20]),
  activation: z.enum(activationNames).default("gelu"),
  initScale: notNegative.default(0.002),
  keepProb: z.number().min(0).max(1).default(1),
  dtype: z.enum(["float32", "float64"]).default("float32"),
  optimizer: z.enum(["sgd", "adam"]).default("sgd"),
  learningRate: positive.default(0.1),
  weightDecay: notNegative.default(0),
  regularization: z.enum(["none", "l1", "l2"]).default("none"),
  lambda: notNegative.default(0),
  learningRateDecay: z
    .strictObject({ factor: positive.default(1), every: count.default(1) })
    .default({ factor: 1, every: 1 }),
  batchSize: count.default(100),
  epochs: count.default(5),
  seed: seed.default(123),
  labels: z.enum(["coarse", "fine"]).default("coarse"),
  /** how many of the training images to use, from the first; all, when it is left out */
  trainImages: count.optional(),
  /** per channel; fitted on the training images, when it is left out */
  normalization: z.strictObject({ mean: z.array(z.number()), deviation: z.array(positive) }).optional(),
});

export type TrainSettings = z.output<typeof trainSettings>;

/** Checks settings and fills in the defaults. Throws SettingsError that names each field that is wrong. */
export function parseSettings(input: unknown): TrainSettings {
  const result = trainSettings.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "settings"}: ${message}`);
  throw new SettingsError(`these settings do not fit:\n${problems.join("\n")}`);
}

/** The network that the settings describe, its weights drawn from `random`. */
export function buildNetwork(settings: TrainSettings, random: RandomState, kernels?: Kernels): Sequential {
  const { layers, activation, keepProb, initScale, dtype } = settings;
  return multilayerPerceptron({ sizes: layers, activation, keepProb, initScale, dtype, random, kernels });
}

function buildOptimizer({ optimizer, learningRate, weightDecay }: TrainSettings, network: Sequential): Optimizer {
  return optimizer === "sgd"
    ? new Sgd(network, { learningRate, weightDecay })
    : new Adam(network, { learningRate, weightDecay });
}

const regularizers: Record<TrainSettings["regularization"], (lambda: number) => Regularizer | undefined> = {
  none: () => undefined,
  l1,
  l2,
};

/** All that `fit` needs: one seed draws the weights, then shuffles; the data must be normalized as the settings say. */
export function prepareFit(
  settings: TrainSettings,
  data: Pick<Splits, "train" | "validation"> & Pick<FitOptions, "normalization">,
  kernels?: Kernels,
): FitOptions {
  const random = new RandomState(settings.seed);
  const network = buildNetwork(settings, random, kernels);
  const { epochs, batchSize, learningRateDecay, regularization, lambda } = settings;
  return {
    network,
    loss: new CrossEntropyLoss(),
    optimizer: buildOptimizer(settings, network),
    regularizer: regularizers[regularization](lambda),
    train: data.train,
    validation: data.validation,
    normalization: data.normalization,
    epochs,
    batchSize,
    learningRateDecay,
    random,
    dropoutRandom: new RandomState(settings.seed + 1),
  };
}
