import * as v from "valibot";
import type { Batch } from "../data/batches.ts";
import { type Dataset, targetKindOf } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { makeNetwork } from "../layers/description.ts";
import { RandomState } from "../random/randomState.ts";
import { explain, index, notNegative, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { formatShape, Tensor } from "../tensor/tensor.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../training/checkpoint.ts";
import { describeFault, examineStep, type Fault, type NonFiniteError } from "../training/guard.ts";
import { memberLoss } from "../training/memberLoss.ts";
import { buildAugmentation, buildClipping, buildLoss, buildOptimizer, buildRegularizer, networkOf } from "./build.ts";
import { classWeightsOf } from "./classWeights.ts";
import { fileError } from "./fileError.ts";
import type { Model } from "./model.ts";
import { readSettings, type TrainSettings } from "./settings.ts";
import { buildTeacher } from "./teacher.ts";

/** The metadata of a replay file besides the state, all of it from the run. */
export interface ReplayAbout {
  readonly settings: TrainSettings;
  readonly [field: string]: unknown;
}

const replayFields = v.object({
  settings: v.unknown(),
  kernels: v.object({ choice: v.string(), strict: v.boolean() }),
  /** of the classes, for a teacher */
  labelNames: v.optional(v.array(v.string())),
  step: index,
  epoch: index,
  learningRate: notNegative,
  /** the kind of targets of the batch; files of version 0.1 with targets have numbers */
  targetKind: v.optional(v.picklist(["classes", "probabilities", "numbers", "labels"]), "numbers"),
});

/** The step that failed, as a file: the state before it and its batch. It can be repeated without the data set. */
export function encodeReplay(error: NonFiniteError, about: ReplayAbout, train: Dataset): Uint8Array<ArrayBuffer> {
  const { state, batch, rows, step, epoch, fault, learningRate } = error;
  const targetKind = targetKindOf(train);
  if (!state || !batch || !rows) throw error;
  const { classWeights } = about.settings;
  // The batch does not contain the names of the classes
  const named = typeof classWeights === "object" && { classWeights: classWeightsOf(classWeights, train) };
  const settings = { ...about.settings, ...named };
  const vector = (data: ArrayLike<number>) => new Tensor([data.length], Float64Array.from(data));
  const extra = {
    inputs: batch.inputs,
    labels: vector(batch.labels),
    ...(batch.targets && { targets: batch.targets }),
    ...(batch.folds && { folds: vector(batch.folds) }),
    rows: vector(rows),
    ...(classWeights === "balanced" && { trainLabels: vector(train.labels) }),
  };
  const { labelNames } = train;
  const taught = settings.teacher && { labelNames };
  return encodeCheckpoint(
    state,
    { ...about, settings, ...taught, targetKind, step, epoch, fault, learningRate },
    extra,
  );
}

export interface Replay {
  readonly checkpoint: Checkpoint;
  readonly settings: TrainSettings;
  readonly kernels: { readonly choice: string; readonly strict: boolean };
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly targetKind: TargetKind;
  readonly labelNames?: readonly string[] | undefined;
  readonly batch: Batch;
  readonly rows: Int32Array;
  readonly trainLabels: Int32Array;
}

/** Reads what `encodeReplay` wrote. Throws DataError that names the file. */
export function decodeReplay(bytes: Uint8Array, { name }: { readonly name: string }): Replay {
  const checkpoint = decodeCheckpoint(bytes, { name });
  const parsed = v.safeParse(replayFields, checkpoint.about);
  if (!parsed.success) {
    const problems = explain(parsed.issues);
    throw new DataError(problemLines(`${name}: a checkpoint, but not the replay of a failed step`, problems));
  }
  const { extra } = checkpoint;
  const wholeNumbers = (field: string): Int32Array => {
    if (!Object.hasOwn(extra, field)) throw new DataError(`${name}: the tensor extra.${field} is missing`);
    return Int32Array.from(extra[field].data);
  };
  if (!Object.hasOwn(extra, "inputs")) throw new DataError(`${name}: the tensor extra.inputs is missing`);
  const labels = wholeNumbers("labels");
  const rows = wholeNumbers("rows");
  const { inputs } = extra;
  if (inputs.shape[0] !== labels.length || rows.length !== labels.length || inputs.rank < 2) {
    throw new DataError(`${name}: extra.inputs is ${formatShape(inputs.shape)}, with ${labels.length} labels`);
  }
  try {
    const settings = readSettings(parsed.output.settings);
    const trainLabels = settings.classWeights === "balanced" ? wholeNumbers("trainLabels") : labels;
    const batch = {
      inputs,
      labels,
      ...(Object.hasOwn(extra, "targets") && { targets: extra.targets }),
      ...(Object.hasOwn(extra, "folds") && { folds: wholeNumbers("folds") }),
    };
    return { ...parsed.output, settings, checkpoint, batch, rows, trainLabels };
  } catch (error) {
    throw fileError(error, name);
  }
}

/** Repeats the step and returns the first number that is not finite; undefined if all are finite, as can happen with other kernels. */
export function replayStep(
  replay: Replay,
  kernels?: Kernels,
  /** the model of the setting `teacher` */
  teacher?: Model,
): { readonly fault: Fault; readonly message: string } | undefined {
  const { checkpoint, settings, batch, rows, learningRate, step, epoch, trainLabels } = replay;
  const { state } = checkpoint;
  const inputShape = batch.inputs.shape.slice(1);
  const network = makeNetwork(networkOf(settings, inputShape), { parameters: state.network, kernels });
  const optimizer = buildOptimizer(settings, network);
  optimizer.restore(state.optimizer);
  optimizer.learningRate = learningRate;
  const classes = network.outputShape(batch.inputs.shape, "train")[1];
  const { labelNames = Array.from({ length: classes }, (_, label) => `class ${label}`) } = replay;
  const kind = replay.targetKind === "classes" ? "probabilities" : replay.targetKind;
  const targets = batch.targets && { kind, values: batch.targets.data, width: classes };
  const train = { name: "replay", inputShape, labels: trainLabels, labelNames, ...(targets && { targets }) };
  const plain = buildLoss(settings, train);
  const loss = memberLoss(plain, network);
  const augmentation = buildAugmentation(settings);
  if (augmentation && state.augmentationRandom) augmentation.random.state = state.augmentationRandom;
  const training = {
    ...{ network, loss, optimizer, augmentation, classes },
    teacher: buildTeacher(
      settings,
      { teacher, train, preprocessing: teacher?.preprocessing },
      network.workspace.kernels,
    ),
    clip: buildClipping(settings),
    regularizer: buildRegularizer(settings),
  };
  const fault = examineStep(training, () => ({ ...batch, rows, epoch }), RandomState.fromState(state.dropoutRandom));
  return fault && { fault, message: describeFault(fault, { step, epoch }, rows) };
}
