import * as v from "valibot";
import { type Dataset, type RowTargets, targetKindOf } from "../data/dataset.ts";
import { oneRank } from "../kernels/ranks.ts";
import type { Pass } from "../layers/layer.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import type { AnyLoss } from "../losses/loss.ts";
import { defaultLosses, type LossName, losses } from "../losses/losses.ts";
import { ExponentialMovingAverage } from "../optimizers/averaging.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { makeOptimizer } from "../optimizers/optimizers.ts";
import { makeSchedule, type ScheduleSettings } from "../optimizers/schedules.ts";
import { decay, parsePlain } from "../schema.ts";
import { SettingsError, typeName } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/tensor.ts";
import type { Average, FitOptions, LearningRates } from "./fitOptions.ts";
import { memberLoss } from "./memberLoss.ts";
import { ensembleOf } from "./outOfFold.ts";
import { Sharding } from "./sharding.ts";
import { checkTargets, type Training } from "./trainStep.ts";

/** The parts of a training, made from the options of `fit`. */
export interface ResolvedOptions extends Training {
  readonly schedule: LearningRates | undefined;
  readonly average: Average | undefined;
  /** of the loss: validation weights classes as training does, and its loss chooses the best epoch */
  readonly classWeights: readonly number[] | undefined;
}

/**
 * Checks the options of `fit` and makes the parts that are given as plain data. Throws SettingsError that names the option for data that is
 * not a Dataset, an optimizer or average of another network, and a loss that does not take such targets.
 */
export function resolveOptions(options: FitOptions, stepsPerEpoch: number): ResolvedOptions {
  const { epochs, schedule, average, batchSize = 100 } = options;
  const optimizer = optimizerOf(options);
  const kind = targetKindOf(options.train);
  const { loss = defaultLosses[kind] } = options;
  const chosen = lossOf(loss);
  checkTargets(chosen, options.train);
  checkOutputs(options.network, options.train, "fit: network");
  const { learningRate } = optimizer;
  checkParts(options);
  checkMixing(options);
  checkPreciseBatchNorm(options);
  checkTeacher(options, chosen);
  const sharding = options.sharding && new Sharding(options.sharding, options.network, { loss: chosen, batchSize });
  return {
    ...options,
    sharding,
    loss: sharding ? sharding.lossOf(chosen) : memberLoss(chosen, options.network),
    classWeights: chosen instanceof CrossEntropyLoss ? chosen.classWeights : undefined,
    optimizer,
    schedule:
      schedule && isPlain(schedule) ? makeSchedule(schedule, { learningRate, epochs, stepsPerEpoch }) : schedule,
    average: average && averageOf(options, average),
  };
}

/** Data in parts needs the shards and processes that it was read for. */
function checkParts({ train, validation, sharding }: FitOptions): void {
  for (const { name, parts } of [train, validation]) {
    if (!parts) continue;
    const { shards, ranks = oneRank } = sharding ?? {};
    if (shards === parts.count && ranks.size === parts.ranks.size) continue;
    throw new SettingsError(
      `shards: expected ${parts.count} and ${parts.ranks.size} processes, for which ${name} was read in parts, found ${shards ?? "none"} and ${ranks.size}`,
    );
  }
}

/** Mixup and cutmix mix labels, numbers and probabilities, but not the class numbers of tokens. */
function checkMixing({ augmentation, train }: FitOptions): void {
  const { mixup = 0, cutmix = 0 } = augmentation?.settings ?? {};
  if (mixup + cutmix > 0 && train.targets?.kind === "classes")
    throw new SettingsError(
      `augmentation: expected neither mixup nor cutmix for a class of each token, found ${mixup > 0 ? "mixup" : "cutmix"}; leave it out`,
    );
}

/** There must be something to measure, in a network whose rows all processes can read. */
function checkPreciseBatchNorm({ preciseBatchNorm, network, train }: FitOptions): void {
  if (!preciseBatchNorm) return;
  const isNormalized = network.buffers.some(({ key }) => key === "variance");
  const found = ensembleOf(network)
    ? "an ensemble"
    : train.parts
      ? "data in parts"
      : !isNormalized && "a network without it";
  if (!found) return;
  throw new SettingsError(
    `preciseBatchNorm: expected a network with batch normalization, found ${found}; leave it out`,
  );
}

/** A teacher gives a probability of each class, for all rows of a batch. */
function checkTeacher(
  { teacher, train, sharding }: FitOptions,
  { kind, targetKinds = ["probabilities"] }: AnyLoss,
): void {
  if (!teacher) return;
  if (sharding) throw new SettingsError("teacher: expected no shards beside it, found some; leave out one of the two");
  if (train.folds)
    throw new SettingsError("teacher: expected a plain network to train, found an ensemble; choose layers for it");
  if (train.targets || !targetKinds.includes("probabilities"))
    throw new SettingsError(
      `teacher: expected classes and a loss for their probabilities, found ${targetKindOf(train)} and ${kind}`,
    );
  checkOutputs(teacher.network, train, "teacher", "evaluate");
}

function lossOf(loss: LossName | AnyLoss): AnyLoss {
  if (typeof loss === "object" && typeof loss?.compute === "function") return loss;
  if (typeof loss === "string" && Object.hasOwn(losses, loss)) return losses[loss].create({});
  const found = typeof loss === "string" ? loss : typeName(loss);
  throw new SettingsError(`fit: loss: expected one of ${Object.keys(losses).join(", ")}, found ${found}`);
}

function isPlain(schedule: ScheduleSettings | LearningRates): schedule is ScheduleSettings {
  if (typeof schedule === "object") return !("learningRate" in schedule);
  throw wrong("schedule", 'plain data such as { kind: "cosine" }', schedule);
}

function optimizerOf({ network, optimizer }: FitOptions): Optimizer {
  if (typeof optimizer === "function") return optimizer(network);
  if (typeof optimizer !== "object" || optimizer === null)
    throw wrong("optimizer", 'plain data such as { kind: "adam", learningRate: 0.001 }', optimizer);
  if (!("step" in optimizer)) return makeOptimizer(optimizer, network);
  if (optimizer.network === network) return optimizer;
  throw new SettingsError(
    'fit: optimizer: expected one of the network that is trained, found one of another network; pass plain data such as { kind: "adam", learningRate: 0.001 }',
  );
}

const averageSettings = v.strictObject({ decay });

function averageOf({ network }: FitOptions, average: NonNullable<FitOptions["average"]>): Average {
  if (typeof average !== "object" || !("update" in average))
    return new ExponentialMovingAverage(network, parsePlain(averageSettings, average, "fit: average"));
  if (!("network" in average) || average.network === network) return average;
  throw new SettingsError(
    "fit: average: expected one of the network that is trained, found one of another network; pass { decay }",
  );
}

const optionNames: Readonly<Record<keyof FitOptions, true>> = {
  ...{ network: true, loss: true, optimizer: true, regularizer: true, augmentation: true, classes: true, clip: true },
  teacher: true,
  ...{ train: true, trainEvaluated: true, validation: true, normalization: true, epochs: true, batchSize: true },
  ...{
    random: true,
    dropoutRandom: true,
    schedule: true,
    average: true,
    preciseBatchNorm: true,
    evaluateEvery: true,
    patience: true,
    ties: true,
    guard: true,
    sharding: true,
  },
  ...{ signal: true, resume: true, checkpoint: true, onStep: true, onEpoch: true },
};

/** Throws SettingsError for unknown options, and unless network and data have the right form. */
export function checkOptions(options: FitOptions): void {
  const { network, random } = options ?? ({} as FitOptions);
  if (typeof network?.forward !== "function") throw wrong("network", "a Sequential", network);
  if (typeof random?.shuffle !== "function") throw wrong("random", "new RandomState(seed)", random);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name));
  if (unknown !== undefined) {
    const known = Object.keys(optionNames).join(", ");
    throw new SettingsError(`fit: ${unknown}: there is no such option; expected some of ${known}`);
  }
  for (const part of ["train", "validation"] as const) {
    const data: Partial<Dataset> | undefined = options[part];
    const problem = datasetProblem(data);
    if (problem) throw new SettingsError(`fit: ${part}: ${problem}; datasetOf({ inputs, labels }) makes a Dataset`);
  }
}

/** Throws SettingsError unless a network has an output for each class, or for each number, of the data. */
export function checkOutputs(network: Sequential, data: Dataset, place: string, mode: Pass["mode"] = "train"): void {
  const { name, inputShape, labelNames, targets } = data;
  const outputs = network.outputShape([1, ...inputShape], mode).slice(1);
  if (targets?.kind === "classes") {
    checkTokens(outputs, targets, data, place);
    return;
  }
  const expected = targets ? targets.width : labelNames.length;
  if (outputs.length === 1 && outputs[0] === expected) return;
  const what = targets
    ? `${expected} outputs, as many as the targets of ${name} have`
    : `${expected} outputs, one for each class of ${name}`;
  throw new SettingsError(`${place}: expected ${what}, found ${formatShape(outputs)}`);
}

/** Logits of each token. */
function checkTokens(outputs: Shape, { width }: RowTargets, { name, labelNames }: Dataset, place: string): void {
  if (outputs.length > 1 && outputs.at(-1) === labelNames.length && sizeOf(outputs.slice(0, -1)) === width) return;
  const wanted = formatShape([width, labelNames.length]);
  throw new SettingsError(
    `${place}: expected outputs ${wanted}, one for each token and class of ${name}, found ${formatShape(outputs)}`,
  );
}

function datasetProblem(data: Partial<Dataset> | undefined): string | undefined {
  if (typeof data !== "object" || data === null) return `expected a Dataset, found ${typeName(data)}`;
  for (const field of ["inputs", "inputShape", "labels", "labelNames"] as const) {
    if (typeof data[field]?.length !== "number") return `expected a Dataset, found no ${field} in it`;
  }
  return undefined;
}

function wrong(option: string, expected: string, found: unknown): SettingsError {
  return new SettingsError(`fit: ${option}: expected ${expected}, found ${typeName(found)}`);
}
