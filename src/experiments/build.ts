import { Augmentation } from "../data/augment.ts";
import { byFinerLabels, type Dataset, firstRows, groupsOf, type Splits, targetKindOf } from "../data/dataset.ts";
import { nextFolds } from "../data/folds.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { makeNetwork, type NetworkDescription } from "../layers/description.ts";
import { multilayerLayers, withTestTimeAugmentation } from "../layers/multilayerPerceptron.ts";
import { setReceptiveFields } from "../layers/receptiveFields.ts";
import type { LayerDescription } from "../layers/registry.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { AnyLoss } from "../losses/loss.ts";
import { defaultLosses, losses } from "../losses/losses.ts";
import { ExponentialMovingAverage } from "../optimizers/averaging.ts";
import { clipByNorm, clipByValue } from "../optimizers/clipping.ts";
import { GroupedOptimizer, type WithParameters } from "../optimizers/groups.ts";
import type { Optimizer, Trainable } from "../optimizers/optimizer.ts";
import { optimizers } from "../optimizers/optimizers.ts";
import { makeSchedule, type Schedule, warmUp } from "../optimizers/schedules.ts";
import { RandomState } from "../random/randomState.ts";
import { l1, l2, type Regularizer } from "../regularizers.ts";
import { problemLines } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/tensor.ts";
import { fitLinearMembers } from "../training/fitLinearMembers.ts";
import type { FitOptions } from "../training/fitOptions.ts";
import { checkOutputs } from "../training/resolveOptions.ts";
import { checkTargets } from "../training/trainStep.ts";
import { whitenFirstLayer } from "../training/whitenFirstLayer.ts";
import { classWeightsOf } from "./classWeights.ts";
import type { Model } from "./model.ts";
import { lossProblems, type TrainSettings } from "./settings.ts";
import { buildTeacher, type GivenTeacher } from "./teacher.ts";
import { parameterLimit } from "./trainingMemory.ts";

// From settings, which are data, to the parts that train.

/** The number of inputs of the first layer: all numbers of an input, or the amplitudes that are kept. */
export function networkInputs(inputShape: Shape, dct: TrainSettings["dct"]): number {
  return dct ? dct.keep ** 2 * inputShape[2] : sizeOf(inputShape);
}

/** Layers as a list of sizes? */
export function isSizes(layers: TrainSettings["layers"]): layers is readonly number[] {
  return typeof layers[0] === "number";
}

/** Whether the settings describe an ensemble; its best epoch is chosen by the loss. */
export function hasEnsemble({ layers }: TrainSettings): boolean {
  return layers.some((layer) => typeof layer === "object" && layer.kind === "ensemble");
}

/**
 * The network that settings describe, layer by layer, for inputs of a shape: as it is trained, or with `testTimeAugmentation` as the finished
 * model answers. `classGroups` become a layer behind the others. Throws SettingsError if the first of the sizes is not the number of inputs.
 */
export function networkOf(
  settings: TrainSettings,
  inputShape: Shape,
  { testTimeAugmentation = false }: { readonly testTimeAugmentation?: boolean } = {},
): NetworkDescription {
  const { layers, dtype, normalizationLayers: normalization } = settings;
  let described: readonly LayerDescription[];
  if (isSizes(layers)) {
    const inputs = networkInputs(inputShape, settings.dct);
    if (layers[0] !== inputs) {
      throw new SettingsError(
        `layers[0]: expected ${inputs}, the numbers that reach the first layer from inputs ${formatShape(inputShape)}, found ${layers[0]}`,
      );
    }
    described = multilayerLayers({ ...settings, sizes: layers, normalization });
  } else {
    const { classGroups: groups } = settings;
    const grouped = groups && layers.at(-1)?.kind !== "groupClasses";
    described = grouped ? [...layers, { kind: "groupClasses", groups: [...groups] }] : layers;
  }
  if (testTimeAugmentation && settings.testTimeAugmentation)
    described = withTestTimeAugmentation(described, inputShape, settings.testTimeAugmentation);
  return { inputShape, layers: described, dtype };
}

/** "3072 → 128 → 20, gelu", or the kinds of the layers. */
export function describeLayers({ layers, activation }: TrainSettings): string {
  if (isSizes(layers)) return `${layers.join(" → ")}, ${activation}`;
  const [first] = layers;
  if (layers.length === 1 && first.kind === "ensemble") return describeEnsemble(first.layers, first.copies ?? 1);
  const kinds = layers.map((layer) => ("outputs" in layer ? `${layer.kind} ${layer.outputs}` : layer.kind));
  return kinds.length <= 12 ? kinds.join(", ") : `${kinds.slice(0, 6).join(", ")}, … ${kinds.length} layers`;
}

/** "ensemble of 8 × (linear, additive, network 64-64)": copies and kinds of members. */
function describeEnsemble(members: readonly LayerDescription[], copies: number): string {
  return `ensemble of ${copies === 1 ? "" : `${copies} × `}(${kindsOf(members).join(", ")})`;
}

/** The kinds of members of an ensemble and their weights, with sum 1, the largest first; undefined for other networks. */
export function ensembleWeights({ network: { layers }, parameters }: Pick<Model, "network" | "parameters">) {
  const [first] = layers;
  const mix = Object.entries(parameters).find(([key]) => key.endsWith("_mix"))?.[1];
  if (layers.length !== 1 || first.kind !== "ensemble" || !mix) return undefined;
  return kindsOf(first.layers)
    .map((kind, k) => ({ kind, weight: mix.data[k] }))
    .sort((a, b) => b.weight - a.weight);
}

function kindsOf(members: readonly LayerDescription[]): string[] {
  return members.map((member) => {
    const inner = "layers" in member ? member.layers : [member];
    const bins = inner.some(({ kind }) => kind === "piecewiseLinear");
    const sizes = inner.flatMap((layer) => (layer.kind === "linear" ? [layer.outputs] : [])).slice(0, -1);
    if (sizes.length === 0) return bins ? "additive" : "linear";
    return `network ${sizes.join("-")}${bins ? " on bins" : ""}`;
  });
}

export function buildOptimizer(settings: TrainSettings, network: WithParameters): Optimizer {
  const { create } = optimizers[settings.optimizer];
  const { decayed, biasRate } = settings;
  if (decayed !== "weights" && (biasRate ?? 1) === 1) return new create(network, settings);
  const undecayed = { ...settings, weightDecay: 0, scaledWeightDecay: 0 };
  return new GroupedOptimizer(network, settings, (part, { decays }) => new create(part, decays ? settings : undecayed));
}

const regularizers: Record<TrainSettings["regularization"], (lambda: number) => Regularizer | undefined> = {
  none: () => undefined,
  l1,
  l2,
};

export function buildRegularizer({ regularization, lambda }: TrainSettings): Regularizer | undefined {
  return regularizers[regularization](lambda);
}

/**
 * The loss to minimize: that of the settings, or the one that fits the targets. `train` has the names and the frequencies of the
 * classes. Throws SettingsError for a loss that does not take such targets or settings.
 */
export function buildLoss(
  settings: TrainSettings,
  train: Pick<Dataset, "labels" | "labelNames" | "name" | "targets">,
): AnyLoss {
  const { loss = defaultLosses[targetKindOf(train)], labelSmoothing, delta } = settings;
  const problems = lossProblems(loss, settings);
  if (problems.length > 0) throw new SettingsError(problemLines(train.name, problems));
  const classWeights = classWeightsOf(settings.classWeights, train);
  const chosen = losses[loss].create({ labelSmoothing, classWeights, delta });
  checkTargets(chosen, train);
  return chosen;
}

/** The learning rate of every step; undefined for a constant one. */
export function buildSchedule(
  { schedule, warmUpEpochs, learningRate, epochs }: TrainSettings,
  stepsPerEpoch: number,
): Schedule | undefined {
  if (schedule.kind === "constant" && warmUpEpochs === 0) return undefined;
  const made = makeSchedule(schedule, { learningRate, epochs, stepsPerEpoch });
  return warmUpEpochs > 0 ? warmUp(made, Math.round(warmUpEpochs * stepsPerEpoch)) : made;
}

/** Clips the gradients before each step of the optimizer, by norm first; undefined without clipping. */
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

export function buildAverage({ emaDecay }: TrainSettings, network: Sequential): ExponentialMovingAverage | undefined {
  return emaDecay === undefined ? undefined : new ExponentialMovingAverage(network, { decay: emaDecay });
}

/** Options of `fit` with all parts. */
export interface PreparedFit extends FitOptions {
  readonly network: Sequential;
  readonly loss: AnyLoss;
  readonly optimizer: Optimizer;
}

function checkPrecision({ precision }: TrainSettings, { workspace: { kernels } }: Sequential): void {
  if (!precision || kernels.precision === precision) return;
  throw new SettingsError(
    `precision: expected kernels of ${precision}, which openKernels({ precision: "${precision}" }) gives, found ${kernels.name}; pass them, or leave the precision out`,
  );
}

/**
 * The options of `fit`, from settings and data: one seed draws the weights, then shuffles. Throws SettingsError if the network has another
 * number of outputs than the data needs.
 */
export function prepareFit(
  asked: TrainSettings,
  data: Pick<Splits, "train" | "validation"> & Pick<FitOptions, "normalization"> & GivenTeacher,
  kernels?: Kernels,
  /** the most bytes for parameters, their gradients and the state of training */
  memory?: number,
): PreparedFit {
  const both = asked.labels === "both" && data.train.finer !== undefined;
  const settings = both ? { ...asked, classGroups: asked.classGroups ?? groupsOf(data.train) } : asked;
  const train = both ? byFinerLabels(data.train) : data.train;
  if (settings.inParts && !train.parts)
    throw new SettingsError(
      `inParts: expected data in parts, found all rows of ${train.name}; \`handgrad train --in-parts\` and openData with parts read it so`,
    );
  const random = new RandomState(settings.seed);
  const network = makeNetwork(networkOf(settings, train.inputShape), {
    random,
    kernels,
    limit: memory === undefined ? undefined : parameterLimit(settings, memory),
  });
  checkPrecision(settings, network);
  checkOutputs(network, train, "layers");
  if (settings.receptiveField) setReceptiveFields(network, train.inputShape, { size: settings.receptiveField, random });
  whitenFirstLayer(network, train, { normalization: data.normalization ?? settings.normalization });
  fitLinearMembers(network, train, { normalization: data.normalization ?? settings.normalization });
  const rows = train.labels.length;
  const { epochs, batchSize, trainAccuracyImages = rows } = settings;
  if (batchSize > rows)
    throw new SettingsError(`batchSize: expected at most ${rows}, the rows of ${train.name}, found ${batchSize}`);
  const evaluated = firstRows(data.train, trainAccuracyImages);
  return {
    network,
    loss: buildLoss(settings, train),
    optimizer: buildOptimizer(settings, network),
    regularizer: buildRegularizer(settings),
    clip: buildClipping(settings),
    teacher: buildTeacher(settings, { ...data, train }, network.workspace.kernels),
    augmentation: buildAugmentation(settings),
    classes: train.labelNames.length,
    schedule: buildSchedule(settings, Math.floor(rows / batchSize)),
    average: buildAverage(settings, network),
    preciseBatchNorm: settings.preciseBatchNorm,
    evaluateEvery: settings.evaluateEvery,
    patience: settings.patience,
    train,
    trainEvaluated: evaluated.folds ? { ...evaluated, folds: nextFolds(evaluated.folds) } : evaluated,
    validation: data.validation,
    normalization: data.normalization ?? settings.normalization,
    epochs,
    batchSize,
    random,
    dropoutRandom: new RandomState(settings.seed + 1),
    ...(settings.shards !== undefined && { sharding: { shards: settings.shards, seed: settings.seed } }),
  };
}
