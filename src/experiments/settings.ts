import { z } from "zod";
import { activations } from "../kernels/activations.ts";
import type { ActivationName } from "../kernels/kernels.ts";
import { type InitializerName, initializers } from "../layers/initializers.ts";
import { SettingsError } from "../tensor/errors.ts";

const positive = z.number().positive();
const notNegative = z.number().min(0);
const count = z.int().min(1);
const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];

/** The seed that draws weights and shuffles; dropout's stream starts from the next one. */
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 2);

const optimizerNames = ["sgd", "adam", "rmsprop", "adagrad", "lion"] as const;

/** `optimizers/schedules.ts` states the formulas. */
const schedule = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("constant") }),
    z.strictObject({ kind: z.literal("step"), factor: positive.default(0.1), every: count.default(30) }),
    z.strictObject({ kind: z.literal("exponential"), factor: positive.default(0.95) }),
    z.strictObject({ kind: z.literal("cosine"), minimum: notNegative.default(0) }),
    z.strictObject({
      kind: z.literal("oneCycle"),
      rise: z.number().gt(0).lt(1).default(0.3),
      startDivisor: positive.default(25),
      endDivisor: positive.default(1e4),
    }),
    z.strictObject({
      kind: z.literal("plateau"),
      factor: z.number().gt(0).lt(1).default(0.1),
      patience: z.int().min(0).default(10),
      threshold: notNegative.default(1e-4),
      minimum: notNegative.default(0),
    }),
  ])
  .default({ kind: "constant" });

/** `data/augment.ts` says what each does. */
const augmentation = z.strictObject({
  flip: z.boolean().default(false),
  shift: z.int().min(0).default(0),
  border: z.enum(["reflect", "zero"]).default("reflect"),
  cutout: z.int().min(0).default(0),
  mixup: notNegative.default(0),
});

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
  optimizer: z.enum(optimizerNames).default("sgd"),
  learningRate: positive.default(0.1),
  /** θ ← … − λθ in each step, not multiplied by the learning rate: the assignment's convention */
  weightDecay: notNegative.default(0),
  /** θ ← … − ηλθ, multiplied by the learning rate: the usual convention, that of PyTorch's AdamW */
  scaledWeightDecay: notNegative.default(0),
  /** of sgd */
  momentum: z.number().min(0).lt(1).default(0),
  nesterov: z.boolean().default(false),
  /** decay of the mean gradient, of adam (0.9) and lion (0.9) */
  beta1: z.number().min(0).lt(1).optional(),
  /** decay of the mean square, of adam (0.999), and of the mean that lion keeps (0.99) */
  beta2: z.number().min(0).lt(1).optional(),
  /** decay of the mean square, of rmsprop (0.99) */
  alpha: z.number().min(0).lt(1).optional(),
  /** added to the root that the gradient is divided by, of adam, rmsprop and adagrad (1e-8, 1e-8 and 1e-10) */
  epsilon: notNegative.optional(),
  regularization: z.enum(["none", "l1", "l2"]).default("none"),
  lambda: notNegative.default(0),
  learningRateDecay: z
    .strictObject({ factor: positive.default(1), every: count.default(1) })
    .default({ factor: 1, every: 1 }),
  schedule,
  /** epochs (or a part of one) in which the learning rate rises from nearly 0 to what the schedule says */
  warmUpEpochs: notNegative.default(0),
  /** the largest norm of all gradients together */
  clipNorm: positive.optional(),
  /** the largest size of each gradient */
  clipValue: positive.optional(),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /** balanced: an error counts in inverse proportion to the frequency of its class */
  classWeights: z.enum(["none", "balanced"]).default("none"),
  /** between each hidden linear layer and its activation */
  normalizationLayers: z.enum(["none", "batch", "layer"]).default("none"),
  /** x + step(x) around the hidden steps that keep the size */
  residual: z.boolean().default(false),
  /** of the weights; only `scaled` uses initScale */
  initializer: z.enum(Object.keys(initializers) as [InitializerName, ...InitializerName[]]).default("scaled"),
  augmentation: augmentation.optional(),
  /** the lowest frequencies of the images in place of their pixels; `layers` then begins with keep²·channels */
  frequencies: z.strictObject({ keep: count.default(16), power: z.number().min(0).max(2).default(0.2) }).optional(),
  /** in which views the finished model looks at an image, to answer with their mean; training does without */
  views: z.strictObject({ flip: z.boolean().default(true), shift: z.int().min(0).max(64).default(0) }).optional(),
  /** d in a ← d·a + (1 − d)·θ: the average a is then what is evaluated and saved */
  averageDecay: z.number().min(0).lt(1).optional(),
  /** ends training when the validation has not improved for so many epochs */
  patience: count.optional(),
  batchSize: count.default(100),
  epochs: count.default(5),
  seed: seed.default(123),
  /** 20 superclasses, 100 classes, or both: trained on the classes, judged by the superclasses */
  labels: z.enum(["coarse", "fine", "both"]).default("coarse"),
  /** with both labels: of each class the superclass that it counts for; read from the data, when it is left out */
  classGroups: z.array(z.int().min(0)).min(1).max(10_000).optional(),
  /** how many of the training images to use, from the first; all, when it is left out */
  trainImages: count.optional(),
  /** on how many of the training images, from the first, the accuracy after an epoch is measured; all, when it is left out */
  trainAccuracyImages: count.optional(),
  /** per channel; fitted on the training images, when it is left out */
  normalization: z.strictObject({ mean: z.array(z.number()), deviation: z.array(positive) }).optional(),
});

export type TrainSettings = z.output<typeof trainSettings>;

/** Settings that only some optimizers have; given to another one they would do nothing, and nobody would notice. */
const ofOptimizers = {
  momentum: ["sgd"],
  nesterov: ["sgd"],
  beta1: ["adam", "lion"],
  beta2: ["adam", "lion"],
  alpha: ["rmsprop"],
  epsilon: ["adam", "rmsprop", "adagrad"],
} satisfies Partial<Record<keyof TrainSettings, TrainSettings["optimizer"][]>>;

function strayProblems(settings: TrainSettings): string[] {
  const { optimizer } = settings;
  return Object.entries(ofOptimizers)
    .filter(([name, users]) => settings[name as keyof typeof ofOptimizers] && !(users as string[]).includes(optimizer))
    .map(([name, users]) => `  ${name}: ${optimizer} has none, it is a setting of ${users.join(", ")}`);
}

/** Checks settings and fills in the defaults. Throws SettingsError that names each field that is wrong. */
export function parseSettings(input: unknown): TrainSettings {
  const result = trainSettings.safeParse(input);
  const problems = result.success
    ? strayProblems(result.data)
    : result.error.issues.map(({ path, message }) => `  ${path.join(".") || "settings"}: ${message}`);
  if (result.success && problems.length === 0) return result.data;
  throw new SettingsError(`these settings do not fit:\n${problems.join("\n")}`);
}
