import * as v from "valibot";
import { precisions } from "../kernels/kernels.ts";
import { isPowerOfTwo } from "../kernels/ranks.ts";
import { parseLayers } from "../layers/description.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { type LossName, losses } from "../losses/losses.ts";
import { type OptimizerName, optimizers } from "../optimizers/optimizers.ts";
import { scheduleSettings } from "../optimizers/schedules.ts";
import {
  count,
  decay,
  explain,
  finite,
  index,
  literal,
  notNegative,
  positive,
  problemLines,
  share,
} from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { batchMisfit } from "../training/sharding.ts";
import { activationNames, initializerNames, lossNames, optimizerNames } from "./choices.ts";
import { classWeightsSetting } from "./classWeights.ts";
import { upgradeSettings } from "./oldSettings.ts";

/** Sizes of inputs, hidden layers and outputs of a multilayer perceptron, or any layers one by one. */
const layers = v.pipe(
  v.custom<readonly number[] | readonly LayerDescription[]>(Array.isArray, "expected a list of sizes, or of layers"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const list: readonly unknown[] = dataset.value;
    try {
      if (list.some((each) => typeof each === "object")) return parseLayers(list);
      const problem = sizesProblem(list);
      if (problem === undefined) return dataset.value;
      addIssue({ message: problem });
    } catch (error) {
      addIssue({ message: (error as Error).message });
    }
    return NEVER;
  }),
);

function sizesProblem(list: readonly unknown[]): string | undefined {
  const fits = list.length >= 2 && list.every((size) => Number.isInteger(size) && (size as number) >= 1);
  return fits ? undefined : `expected at least 2 sizes of at least 1 (inputs, outputs), found ${JSON.stringify(list)}`;
}

/** `data/augment.ts` explains each of them. */
const augmentation = v.strictObject({
  flip: v.optional(v.union([v.boolean(), literal("alternate")], 'expected true, false or "alternate"'), false),
  shift: v.optional(index, 0),
  border: v.optional(v.picklist(["reflect", "zero"]), "reflect"),
  cutout: v.optional(index, 0),
  mixup: v.optional(notNegative, 0),
  cutmix: v.optional(notNegative, 0),
});

type UnionToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
type OptimizerEntries = UnionToIntersection<(typeof optimizers)[OptimizerName]["options"]["entries"]>;

/** The options that only some optimizers have, from their table, besides `learningRate`, `weightDecay` and `scaledWeightDecay`. */
const optimizerOptions = Object.assign(
  {},
  ...Object.values(optimizers).map(({ options }) => options.entries),
) as OptimizerEntries;

/**
 * A training run as plain data: the same for the command, the library, run folders and pages. Omitted settings have
 * sensible defaults; the assignment's networks are recipes with their own settings.
 */
export const trainSettings = v.strictObject({
  /** [3072, 128, 20] for a multilayer perceptron, or a description of each layer: [{ kind: "linear", outputs: 20 }] */
  layers: v.optional(layers, [3072, 128, 20]),
  /** between the linear layers of a multilayer perceptron, as the settings up to `dct` */
  activation: v.optional(v.picklist(activationNames), "gelu"),
  /** of the weights: he, unless `initScale` is given */
  initializer: v.optional(v.picklist(initializerNames)),
  /** the standard deviation of the weights for the initializer `scaled` */
  initScale: v.optional(notNegative),
  /** for images: each output of the first linear layer starts with weights around one place, within about this number of pixels */
  receptiveField: v.optional(positive),
  keepProb: v.optional(share, 1),
  /** between each hidden linear layer and its activation */
  normalizationLayers: v.optional(v.picklist(["none", "batch", "layer"]), "none"),
  /** x + step(x) around the hidden steps that keep the size */
  residual: v.optional(v.boolean(), false),
  /** the lowest frequencies of the images in place of their pixels; `layers` then begins with keep²·channels */
  dct: v.optional(
    v.strictObject({
      keep: v.optional(count, 16),
      power: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2)), 0.2),
    }),
  ),
  /** with both labels: the superclass of each class; by default read from the data */
  classGroups: v.optional(v.pipe(v.array(index), v.minLength(1), v.maxLength(10_000))),
  dtype: v.optional(v.picklist(["float32", "float64"]), "float32"),
  /**
   * bfloat16: products and convolutions may round their operands to bfloat16 and sum in float32 (native kernels, where the processor has
   * AVX512-BF16); 3×3 convolutions may multiply 16-bit integers with common scales, as exactly. Weights, normalization, losses and updates stay float32. float32, the default, is not kept.
   */
  precision: v.optional(
    v.pipe(
      v.picklist(precisions),
      v.transform((precision) => (precision === "float32" ? undefined : precision)),
    ),
  ),
  /** knowledge distillation: a trained model whose answers are a share `weight` of the targets; the checksum is filled in when it is read */
  teacher: v.optional(
    v.strictObject({
      model: v.pipe(v.string(), v.nonEmpty()),
      weight: v.optional(share, 0.9),
      checksum: v.optional(v.string()),
    }),
  ),
  /** the loss to minimize; by default cross-entropy for classes, the mean squared error for numbers */
  loss: v.optional(v.picklist(lossNames)),
  labelSmoothing: v.optional(decay, 0),
  /** the weight of each class in the loss: "balanced" (in inverse proportion to its frequency), a list, or numbers by name */
  classWeights: v.optional(classWeightsSetting, "none"),
  /** for the loss huber: the difference above which it is linear; for tables in standard deviations of the target */
  delta: v.optional(positive),
  optimizer: v.optional(v.picklist(optimizerNames), "sgd"),
  /** by default that of the table of optimizers */
  learningRate: v.optional(positive),
  /** θ ← … − λθ in each step, not multiplied by the learning rate: the assignment's convention */
  weightDecay: v.optional(notNegative, 0),
  /** θ ← … − ηλθ, multiplied by the learning rate: the usual convention, that of PyTorch's AdamW */
  scaledWeightDecay: v.optional(notNegative, 0),
  /** the parameters with weight decay: all (the default), or only weights (not biases and normalizations) */
  decayed: v.optional(v.picklist(["all", "weights"])),
  /** the learning rate of biases, as a multiple of `learningRate` (default: 1) */
  biasRate: v.optional(notNegative),
  ...optimizerOptions,
  regularization: v.optional(v.picklist(["none", "l1", "l2"]), "none"),
  lambda: v.optional(notNegative, 0),
  /** the learning rate over the run; the assignment's decay is { kind: "step" } */
  schedule: v.optional(scheduleSettings, { kind: "constant" }),
  /** epochs (or a part of one) in which the learning rate rises from nearly 0 to that of the schedule */
  warmUpEpochs: v.optional(notNegative, 0),
  /** the largest norm of all gradients together */
  clipNorm: v.optional(positive),
  /** the largest size of each gradient */
  clipValue: v.optional(positive),
  augmentation: v.optional(augmentation),
  /** test-time augmentation: the finished model answers with the mean over these views of each image; training does not use it */
  testTimeAugmentation: v.optional(
    v.strictObject({
      flip: v.optional(v.boolean(), true),
      shift: v.optional(v.pipe(index, v.maxValue(64)), 0),
      diagonal: v.optional(v.boolean()),
    }),
  ),
  /** d in a ← d·a + (1 − d)·θ: the average a is then evaluated and saved */
  emaDecay: v.optional(decay),
  /**
   * evaluates and saves with the mean and variance of batch normalization measured on the rows of `trainAccuracyImages` without
   * augmentation, instead of those that followed the batches of training
   */
  preciseBatchNorm: v.optional(v.boolean()),
  /** the number of epochs between two measurements of the scores (default: 1); they are also measured after the last epoch, and the best epoch is a measured one */
  evaluateEvery: v.optional(count),
  /** ends training when the validation has not improved for this number of epochs */
  patience: v.optional(count),
  batchSize: v.optional(count, 100),
  /** divides each batch into this number of parts, a power of two; the bits then do not depend on the number of processes */
  shards: v.optional(v.pipe(count, v.maxValue(1024), v.check(isPowerOfTwo, "expected a power of two"))),
  /** divides the training rows into as many fixed parts as `shards`; each process reads its own */
  inParts: v.optional(
    v.pipe(
      v.boolean(),
      v.transform((inParts) => inParts || undefined),
    ),
  ),
  epochs: v.optional(count, 5),
  /** draws the weights and shuffles; dropout's stream starts from the next one */
  seed: v.optional(v.pipe(index, v.maxValue(2 ** 32 - 2)), 123),
  /** for CIFAR-100: 20 superclasses, 100 classes, or both: trained on the classes, evaluated by the superclasses */
  labels: v.optional(v.picklist(["coarse", "fine", "both"]), "coarse"),
  /** the number of training rows to use, from the first (default: all) */
  trainImages: v.optional(count),
  /** the number of training rows, from the first, for the score after an epoch (default: all) */
  trainAccuracyImages: v.optional(count),
  /** for images, per channel; by default fitted on the training images */
  normalization: v.optional(v.strictObject({ mean: v.array(finite), deviation: v.array(positive) })),
});

export type TrainSettings = v.InferOutput<typeof trainSettings> & { readonly learningRate: number };

/** The input of `parseSettings`: everything has a default. */
export type TrainSettingsInput = v.InferInput<typeof trainSettings>;

/** Settings that only describe a multilayer perceptron, in the form of a list of sizes. */
const ofSizes = ["initializer", "initScale", "residual", "dct"] as const satisfies (keyof TrainSettings)[];

/** A line for each setting that is given and that the loss does not have. */
export function lossProblems(
  loss: LossName,
  { labelSmoothing, classWeights, delta }: Pick<TrainSettings, "labelSmoothing" | "classWeights" | "delta">,
): string[] {
  const given = {
    labelSmoothing: labelSmoothing > 0,
    classWeights: classWeights !== "none",
    delta: delta !== undefined,
  };
  const uses = (name: string) => (each: LossName) => (losses[each].settings as readonly string[]).includes(name);
  return Object.entries(given)
    .filter(([name, isGiven]) => isGiven && !uses(name)(loss))
    .map(([name]) => `${name}: expected the loss ${lossNames.filter(uses(name)).join(", ")}, found ${loss}`);
}

function combinationProblems(settings: v.InferOutput<typeof trainSettings>): string[] {
  const { optimizer, layers, loss, shards, batchSize } = settings;
  const problems: string[] = [];
  const misfit = shards === undefined ? undefined : batchMisfit(batchSize, shards);
  if (misfit) problems.push(misfit);
  if (settings.inParts && shards === undefined)
    problems.push(
      "inParts: expected shards beside it (--shards 8), found none; each shard of a batch has a part of the rows",
    );
  if (settings.precision && settings.dtype !== "float32")
    problems.push(`precision: expected dtype float32, found ${settings.dtype}; ${settings.precision} is for float32`);
  const own = optimizers[optimizer].options.entries;
  for (const name of Object.keys(optimizerOptions)) {
    if (!settings[name as keyof typeof settings] || Object.hasOwn(own, name)) continue;
    const users = optimizerNames.filter((each: OptimizerName) => Object.hasOwn(optimizers[each].options.entries, name));
    problems.push(`${name}: expected an optimizer that has it (${users.join(", ")}), found ${optimizer}`);
  }
  if (settings.adamLayers && (settings.decayed === "weights" || (settings.biasRate ?? 1) !== 1)) {
    problems.push("adamLayers: expected it without decayed and biasRate, which divide the parameters in another way");
  }
  if (settings.lambda > 0 && settings.regularization === "none") {
    problems.push(`lambda: expected a regularization (l1, l2), found none; it is the factor of that penalty`);
  }
  if (loss) problems.push(...lossProblems(loss, settings));
  if (typeof layers[0] === "object") {
    for (const name of ofSizes) {
      if (settings[name])
        problems.push(`${name}: expected layers as a list of sizes, found a list of layers; set it there`);
    }
  }
  return problems;
}

/**
 * Fills in the defaults and checks what types cannot check. Throws SettingsError with a line for each problem: the setting, what was
 * expected, what was found.
 */
export function parseSettings(input: TrainSettingsInput): TrainSettings {
  return readSettings(input);
}

/** The same for settings from a file or a command line. Settings of earlier versions are converted. */
export function readSettings(input: unknown): TrainSettings {
  const result = v.safeParse(trainSettings, upgradeSettings(input));
  const problems = result.success ? combinationProblems(result.output) : explain(result.issues);
  if (!result.success || problems.length > 0) throw new SettingsError(problemLines("settings", problems));
  const { optimizer, momentum = 0 } = result.output;
  const { learningRate = optimizers[optimizer].learningRate } = result.output;
  // Runs of sgd with and without momentum are compared by it; other optimizers have defaults of their own
  return inOrder({ ...result.output, learningRate, ...(optimizer === "sgd" && { momentum }) });
}

/** Settings in the order of the schema, so that a run that is read again, and resumed, writes the same bytes. */
function inOrder(settings: TrainSettings): TrainSettings {
  const names = Object.keys(trainSettings.entries).filter((name) => Object.hasOwn(settings, name));
  return Object.fromEntries(names.map((name) => [name, settings[name as keyof TrainSettings]])) as TrainSettings;
}
