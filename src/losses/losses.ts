import type { TargetKind } from "../tensor/targetKind.ts";
import { BinaryCrossEntropyLoss } from "./binaryCrossEntropy.ts";
import { CrossEntropyLoss, type CrossEntropyOptions } from "./crossEntropy.ts";
import { HuberLoss, type HuberOptions } from "./huber.ts";
import { MeanAbsoluteError } from "./meanAbsoluteError.ts";
import { MeanSquaredError } from "./meanSquaredError.ts";

/**
 * Every loss, with the settings that it reads: the type of its name, the setting `loss` and the choices of the command come
 * from here.
 */
export const losses = {
  crossEntropy: {
    settings: ["labelSmoothing", "classWeights"],
    create: (options: CrossEntropyOptions) => new CrossEntropyLoss(options),
  },
  meanSquaredError: { settings: [], create: () => new MeanSquaredError() },
  meanAbsoluteError: { settings: [], create: () => new MeanAbsoluteError() },
  huber: { settings: ["delta"], create: (options: HuberOptions) => new HuberLoss(options) },
  binaryCrossEntropy: { settings: [], create: () => new BinaryCrossEntropyLoss() },
} as const;

export type LossName = keyof typeof losses;

export const lossNames = Object.keys(losses) as [LossName, ...LossName[]];

/** The default losses of training. */
export const defaultLosses = {
  classes: "crossEntropy",
  probabilities: "crossEntropy",
  numbers: "meanSquaredError",
  labels: "binaryCrossEntropy",
} as const satisfies Record<TargetKind, LossName>;
