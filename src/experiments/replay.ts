import { z } from "zod";
import type { Batch } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { MeanSquaredError } from "../losses/meanSquaredError.ts";
import { RandomState } from "../random/randomState.ts";
import { DataError } from "../tensor/errors.ts";
import { formatShape, Tensor } from "../tensor/tensor.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../training/checkpoint.ts";
import { describeFault, examineStep, type Fault, type NonFiniteError } from "../training/guard.ts";
import {
  buildAugmentation,
  buildClipping,
  buildLoss,
  buildNetwork,
  buildOptimizer,
  buildRegularizer,
} from "./build.ts";
import { blameFile } from "./fileError.ts";
import { checkSize } from "./model.ts";
import { parseSettings, type TrainSettings } from "./settings.ts";

/** What a replay file says beside the state, all of it from the run. */
export interface ReplayAbout {
  readonly settings: TrainSettings;
  readonly [field: string]: unknown;
}

const replayFields = z.object({
  settings: z.unknown(),
  kernels: z.object({ choice: z.string(), strict: z.boolean() }),
  step: z.int().min(0),
  epoch: z.int().min(0),
  learningRate: z.number().min(0),
});

/** The step that failed, as a file: the state before it and its batch. Needs no data set to be made again. */
export function encodeReplay(error: NonFiniteError, about: ReplayAbout, train: Dataset): Uint8Array<ArrayBuffer> {
  const { state, batch, rows, step, epoch, fault, learningRate } = error;
  if (!state || !batch || !rows) throw error;
  const vector = (data: ArrayLike<number>) => new Tensor([data.length], Float64Array.from(data));
  const extra = {
    inputs: batch.inputs,
    labels: vector(batch.labels),
    ...(batch.targets && { targets: batch.targets }),
    rows: vector(rows),
    ...(about.settings.classWeights === "balanced" && { trainLabels: vector(train.labels) }),
  };
  return encodeCheckpoint(state, { ...about, step, epoch, fault, learningRate }, extra);
}

export interface Replay {
  readonly checkpoint: Checkpoint;
  readonly settings: TrainSettings;
  readonly kernels: { readonly choice: string; readonly strict: boolean };
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly batch: Batch;
  readonly rows: Int32Array;
  readonly trainLabels: Int32Array;
}

/** Reads what `encodeReplay` wrote. Throws DataError that names the file. */
export function decodeReplay(bytes: Uint8Array, { name }: { readonly name: string }): Replay {
  const checkpoint = decodeCheckpoint(bytes, { name });
  const parsed = replayFields.safeParse(checkpoint.about);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new DataError(`${name}: a checkpoint, but not the replay of a failed step (${fields})`);
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
    const settings = parseSettings(parsed.data.settings);
    checkSize(settings, checkpoint.state.network, name);
    const trainLabels = settings.classWeights === "balanced" ? wholeNumbers("trainLabels") : labels;
    const batch = { inputs, labels, ...(Object.hasOwn(extra, "targets") && { targets: extra.targets }) };
    return { ...parsed.data, settings, checkpoint, batch, rows, trainLabels };
  } catch (error) {
    throw blameFile(error, name);
  }
}

/** Makes the step again and says what is not finite in it; undefined when all is, as it may be with other kernels. */
export function replayStep(
  replay: Replay,
  kernels?: Kernels,
): { readonly fault: Fault; readonly message: string } | undefined {
  const { checkpoint, settings, batch, rows, learningRate, step, epoch, trainLabels } = replay;
  const { state } = checkpoint;
  const network = buildNetwork(settings, undefined, {
    kernels,
    inputShape: batch.inputs.shape.slice(1),
  });
  network.load(state.network);
  const optimizer = buildOptimizer(settings, network);
  optimizer.restore(state.optimizer);
  optimizer.learningRate = learningRate;
  const classes = settings.layers[settings.layers.length - 1];
  const labelNames = Array.from({ length: classes }, (_, label) => `class ${label}`);
  const loss = batch.targets
    ? new MeanSquaredError()
    : buildLoss(settings, { name: "replay", labels: trainLabels, labelNames });
  loss.workspace = network.workspace;
  const augmentation = buildAugmentation(settings);
  if (augmentation && state.augmentationRandom) augmentation.random.state = state.augmentationRandom;
  const training = {
    ...{ network, loss, optimizer, augmentation, classes },
    clip: buildClipping(settings),
    regularizer: buildRegularizer(settings),
  };
  const fault = examineStep(training, () => batch, RandomState.fromState(state.dropoutRandom));
  return fault && { fault, message: describeFault(fault, { step, epoch }, rows) };
}
