import { join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import type { DataSource } from "../../experiments/dataSource.ts";
import { fileError } from "../../experiments/fileError.ts";
import type { Model } from "../../experiments/model.ts";
import { encodeReplay, type ReplayAbout } from "../../experiments/replay.ts";
import type { TrainSettings } from "../../experiments/settings.ts";
import { modelOfRun, prepareRun } from "../../experiments/verdict.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Ranks } from "../../kernels/ranks.ts";
import { DataError } from "../../tensor/errors.ts";
import { encodeCheckpoint } from "../../training/checkpoint.ts";
import { type FitOptions, type FitResult, fit, TrainingError } from "../../training/fit.ts";
import { NonFiniteError } from "../../training/guard.ts";
import type { TrainerState } from "../../training/trainerState.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { machineMemory } from "../machineMemory.ts";
import { shellLine } from "../shellWords.ts";
import { writeCheckpoint } from "./checkpointFiles.ts";
import { fingerprint, scoredOn } from "./fingerprint.ts";
import { RunEvents } from "./runEvents.ts";
import { type RunRecord, writeRun } from "./runFolder.ts";
import type { KernelRecord, RunFolder, SavedRun } from "./savedRun.ts";
import { sharedAmong } from "./sharedTraining.ts";

export interface TrainingRunOptions extends Pick<FitOptions, "onStep" | "onEpoch" | "signal"> {
  readonly folder: RunFolder;
  /** with the normalization in it, where the data are images */
  readonly settings: TrainSettings;
  readonly source: DataSource;
  readonly kernels: Kernels;
  readonly kernelRecord: KernelRecord;
  readonly saved?: SavedRun | undefined;
  readonly checkpointEvery?: { readonly steps?: number; readonly seconds?: number };
  /** told when a checkpoint could not be written: training goes on, and the next is tried */
  readonly onWarning?: (message: string) => void;
  /** other processes that share the training; this one is rank 0 */
  readonly ranks?: Ranks | undefined;
  /** whether to write an event file for TensorBoard to the folder */
  readonly tensorboard?: boolean;
}

export interface TrainingRun {
  readonly result: FitResult;
  readonly record: RunRecord;
  readonly model: Model | undefined;
  readonly prepared: FitOptions;
}

/** A numerical failure of a run, and the file with which `handgrad replay` shows it again. */
export class TrainingFailure extends DataError {
  override name = "TrainingFailure";
  readonly replay: string;

  constructor(error: NonFiniteError, replay: string) {
    super(`${error.message}\nThe step is kept: ${shellLine("handgrad", "replay", replay)}`, { cause: error });
    this.replay = replay;
  }
}

/** Trains in a run folder, with checkpoints, from the start or from where it was saved, and writes its results there. */
export async function runTraining(options: TrainingRunOptions): Promise<TrainingRun> {
  const { folder, settings, source, kernels, kernelRecord, saved, checkpointEvery, onWarning = () => {} } = options;
  const { signal } = options;
  const print = fingerprint(source);
  if (saved && saved.data !== print) {
    const { path } = saved.request;
    throw new DataError(
      `${saved.file}: expected the data that its run was trained on (${path ?? "CIFAR-100"}, ${saved.data}), found other data (${print}); name the right one, or train anew`,
    );
  }
  const alone = prepareRun(source, settings, kernels, machineMemory());
  const { ranks } = options;
  const prepared = ranks ? sharedAmong(alone, print, { ...options, ranks }) : alone;
  const started = performance.now();
  const seconds = () => (saved?.seconds ?? 0) + Math.max(0, performance.now() - started) / 1000;
  const standIn = source.kind === "stand-in";
  const { request } = source;
  const about = () => ({ settings, kernels: kernelRecord, standIn, data: print, seconds: seconds(), request });
  let failedWrites = 0;
  const save = async (state: TrainerState) => {
    try {
      await writeCheckpoint(folder.path, encodeCheckpoint(state, about()));
      failedWrites = 0;
    } catch (error) {
      if (failedWrites++ === 0)
        onWarning(`no checkpoint: ${(error as Error).message}; training continues with the previous one`);
    }
  };
  const finish = async (result: FitResult, failure?: string): Promise<Pick<TrainingRun, "record" | "model">> => {
    const record = {
      config: settings,
      ...result.history,
      seconds: seconds(),
      kernels: kernels.name,
      standIn,
      stopped: result.stopped,
      data: request,
      scoredOn: scoredOn(source),
      bestEpoch: result.best?.epoch,
      ...(failure !== undefined && { failure }),
    };
    const model = result.best && modelOfRun(source, settings, result.best);
    const last = failure === undefined ? model && { ...model, parameters: prepared.network.save() } : undefined;
    await writeRun(folder.path, record, model, last);
    return { record, model };
  };
  const stepsPerEpoch = Math.floor(source.train.labels.length / settings.batchSize);
  const done = saved?.state.history.loss;
  const events = options.tensorboard
    ? new RunEvents(folder.path, { settings, stepsPerEpoch, done, onWarning })
    : undefined;
  const onStep: FitOptions["onStep"] = (event) => {
    events?.step(event);
    options.onStep?.(event);
  };
  const onEpoch: FitOptions["onEpoch"] = (event) => {
    events?.epoch(event);
    options.onEpoch?.(event);
  };
  let result: FitResult | undefined;
  try {
    const checkpoint = { ...checkpointEvery, save };
    result = await fit({ ...prepared, signal, onStep, onEpoch, resume: saved?.state, checkpoint });
  } catch (error) {
    if (!(error instanceof NonFiniteError) || !error.state)
      throw saved && !(error instanceof TrainingError) ? fileError(error, saved.file) : error;
    const file = await writeReplay(folder.path, error, about(), prepared.train);
    const { history, best } = error.state;
    await finish({ history, best, stopped: true }, error.message);
    throw new TrainingFailure(error, file);
  } finally {
    events?.close({ complete: result !== undefined && !result.stopped });
  }
  const finished = await finish(result).catch((error: Error) => error);
  if (failedWrites > 0) {
    const results = finished instanceof Error ? "and neither could its results" : "but its results were";
    throw new DataError(`${folder.path}: the last ${failedWrites} checkpoints could not be written, ${results}`);
  }
  if (finished instanceof Error) throw finished;
  return { result, ...finished, prepared };
}

async function writeReplay(folder: string, error: NonFiniteError, about: ReplayAbout, train: Dataset): Promise<string> {
  const file = join(folder, `replay-step-${error.step}.safetensors`);
  await writeFileAtomic(file, encodeReplay(error, about, train));
  return file;
}
