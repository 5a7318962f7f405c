import { Augmentation } from "../data/augment.ts";
import { byFinerLabels, type Dataset, firstRows, groupsOf, type Splits } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { multilayerPerceptron } from "../layers/presets.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import { MeanSquaredError } from "../losses/meanSquaredError.ts";
import { Adagrad } from "../optimizers/adagrad.ts";
import { Adam } from "../optimizers/adam.ts";
import { ParameterAverage } from "../optimizers/averaging.ts";
import { clipByNorm, clipByValue } from "../optimizers/clipping.ts";
import { Lion } from "../optimizers/lion.ts";
import type { Optimizer, Trainable } from "../optimizers/optimizer.ts";
import { Rmsprop } from "../optimizers/rmsprop.ts";
import { makeSchedule, type Schedule, warmUp } from "../optimizers/schedules.ts";
import { Sgd } from "../optimizers/sgd.ts";
import { RandomState } from "../random/randomState.ts";
import { l1, l2, type Regularizer } from "../regularizers.ts";
import { DataError } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/tensor.ts";
import type { FitOptions } from "../training/fit.ts";
import type { TrainSettings } from "./settings.ts";

// From settings, which are data, to the parts that train.

export interface BuildOptions {
  readonly kernels?: Kernels | undefined;
  /** of one input; images need it where the settings ask for frequencies or views */
  readonly inputShape?: Shape;
  /** whether to look at inputs in the views of the settings, as a finished model does */
  readonly views?: boolean;
}

/** How many numbers of an input reach the first layer: all, or those of the frequencies that are kept. */
export function networkInputs(inputShape: Shape, frequencies: TrainSettings["frequencies"]): number {
  return frequencies ? frequencies.keep ** 2 * inputShape[2] : sizeOf(inputShape);
}

/** The network that the settings describe, its weights drawn from `random`; without it they are 0, for those that are loaded. */
export function buildNetwork(
  settings: TrainSettings,
  random: RandomState | undefined,
  { kernels, inputShape, views = false }: BuildOptions = {},
): Sequential {
  const { layers, activation, keepProb, initScale, initializer, dtype, residual, frequencies, classGroups } = settings;
  return multilayerPerceptron({
    ...{ sizes: layers, activation, keepProb, initScale, initializer, dtype, residual, random, kernels },
    ...{ inputShape, frequencies, classGroups },
    normalization: settings.normalizationLayers,
    views: views ? settings.views : undefined,
  });
}

/** Each takes of the settings what it knows. */
const optimizers = { sgd: Sgd, adam: Adam, rmsprop: Rmsprop, adagrad: Adagrad, lion: Lion } satisfies Record<
  TrainSettings["optimizer"],
  new (
    network: Trainable,
    options: TrainSettings,
  ) => Optimizer
>;

export function buildOptimizer(settings: TrainSettings, network: Trainable): Optimizer {
  return new optimizers[settings.optimizer](network, settings);
}

const regularizers: Record<TrainSettings["regularization"], (lambda: number) => Regularizer | undefined> = {
  none: () => undefined,
  l1,
  l2,
};

export function buildRegularizer({ regularization, lambda }: TrainSettings): Regularizer | undefined {
  return regularizers[regularization](lambda);
}

/** Of a classifier; `train` tells how frequent the classes are, where their errors are balanced. */
export function buildLoss(
  { labelSmoothing, classWeights }: TrainSettings,
  train: Pick<Dataset, "labels" | "labelNames" | "name">,
): CrossEntropyLoss {
  return new CrossEntropyLoss({
    labelSmoothing,
    classWeights: classWeights === "balanced" ? balancedClassWeights(train) : undefined,
  });
}

/** N / (classes·N_c) for each class c: all classes together count alike. Throws DataError for a class without rows. */
export function balancedClassWeights({
  labels,
  labelNames,
  name,
}: Pick<Dataset, "labels" | "labelNames" | "name">): number[] {
  const counts = labelNames.map(() => 0);
  for (const label of labels) counts[label]++;
  const empty = counts.indexOf(0);
  if (empty >= 0) throw new DataError(`${name}: no row is ${labelNames[empty]}; classes cannot be balanced`);
  return counts.map((count) => labels.length / (counts.length * count));
}

/** The learning rate of every step; undefined for a constant one, which leaves the optimizer's alone. */
export function buildSchedule(
  { schedule, warmUpEpochs, learningRate, epochs }: TrainSettings,
  stepsPerEpoch: number,
): Schedule | undefined {
  if (schedule.kind === "constant" && warmUpEpochs === 0) return undefined;
  const made = makeSchedule(schedule, { learningRate, epochs, stepsPerEpoch });
  return warmUpEpochs > 0 ? warmUp(made, Math.round(warmUpEpochs * stepsPerEpoch)) : made;
}

/** What is done to the gradients before each step of the optimizer, by norm first; undefined when nothing is. */
export function buildClipping({ clipNorm, clipValue }: TrainSettings): ((network: Trainable) => void) | undefined {
  if (clipNorm === undefined && clipValue === undefined) return undefined;
  return (network) => {
    if (clipNorm !== undefined) clipByNorm(network, clipNorm);
    if (clipValue !== undefined) clipByValue(network, clipValue);
  };
}

/** Changes the training images, from the seed two after the run's: weights and shuffles, dropout, then this. */
export function buildAugmentation({ augmentation, seed }: TrainSettings): Augmentation | undefined {
  return augmentation && new Augmentation(augmentation, { random: new RandomState((seed + 2) % 2 ** 32) });
}

export function buildAverage({ averageDecay }: TrainSettings, network: Sequential): ParameterAverage | undefined {
  return averageDecay === undefined ? undefined : new ParameterAverage(network, { decay: averageDecay });
}

/** All that `fit` needs: one seed draws the weights, then shuffles; the data must be normalized as the settings say. */
export function prepareFit(
  asked: TrainSettings,
  data: Pick<Splits, "train" | "validation"> & Pick<FitOptions, "normalization">,
  kernels?: Kernels,
): FitOptions {
  const both = asked.labels === "both";
  const settings = both ? { ...asked, classGroups: asked.classGroups ?? groupsOf(data.train) } : asked;
  const train = both ? byFinerLabels(data.train) : data.train;
  const random = new RandomState(settings.seed);
  const network = buildNetwork(settings, random, { kernels, inputShape: train.inputShape });
  const { epochs, batchSize, learningRateDecay, trainAccuracyImages = train.labels.length } = settings;
  return {
    network,
    loss: train.targets ? new MeanSquaredError() : buildLoss(settings, train),
    optimizer: buildOptimizer(settings, network),
    regularizer: buildRegularizer(settings),
    clip: buildClipping(settings),
    augmentation: buildAugmentation(settings),
    classes: train.labelNames.length,
    schedule: buildSchedule(settings, Math.floor(train.labels.length / batchSize)),
    average: buildAverage(settings, network),
    patience: settings.patience,
    train,
    trainJudged: firstRows(data.train, trainAccuracyImages),
    validation: data.validation,
    normalization: data.normalization ?? settings.normalization,
    epochs,
    batchSize,
    learningRateDecay,
    random,
    dropoutRandom: new RandomState(settings.seed + 1),
  };
}
