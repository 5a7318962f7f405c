import type { Dataset } from "../data/dataset.ts";
import type { DataSource } from "../experiments/dataSource.ts";
import { fileError } from "../experiments/fileError.ts";
import { encodeModel, type Model } from "../experiments/model.ts";
import { encodeReplay, type ReplayAbout } from "../experiments/replay.ts";
import type { TrainSettings } from "../experiments/settings.ts";
import { modelOfRun, prepareRun } from "../experiments/testResult.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { DataError } from "../tensor/errors.ts";
import { encodeCheckpoint } from "../training/checkpoint.ts";
import {
  type EpochEvent,
  type FitOptions,
  type FitResult,
  fit,
  type StepEvent,
  TrainingError,
} from "../training/fit.ts";
import { NonFiniteError } from "../training/guard.ts";
import type { TrainerState } from "../training/trainerState.ts";
import { storeCheckpoint } from "./checkpoints.ts";
import { type Checksum, fingerprint, scoredOn } from "./fingerprint.ts";
import type { RunFiles } from "./runFiles.ts";
import { encodeRecord, lastModelFile, modelFile, type RunRecord, recordFile } from "./runRecord.ts";
import type { KernelRecord, SavedRun } from "./savedRun.ts";

/** Gets every step and epoch, such as a file of events. */
export interface RunObserver {
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  /** when training ends, even by an error */
  close(end: { readonly complete: boolean }): void;
}

export interface TrainRunOptions extends Pick<FitOptions, "onStep" | "onEpoch" | "signal"> {
  /** of the run's folder, whose lock the caller holds */
  readonly files: RunFiles;
  /** with the normalization in it, if the data are images */
  readonly settings: TrainSettings;
  readonly source: DataSource;
  readonly kernels: Kernels;
  readonly kernelRecord: KernelRecord;
  /** the state of the run that is continued */
  readonly saved?: SavedRun | undefined;
  readonly checkpointEvery?: { readonly steps?: number; readonly seconds?: number } | undefined;
  /** called when a checkpoint could not be written: training continues, and the next one is tried */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** bytes of memory that the machine has; training that needs more is refused */
  readonly memory?: number | undefined;
  readonly checksum?: Checksum | undefined;
  /** the command that repeats the failed step of a file, for the message of a failure */
  readonly replayCommand?: ((file: string) => string) | undefined;
  /** changes the prepared options before training: for training with other processes */
  readonly prepare?: ((prepared: FitOptions, fingerprint: string) => FitOptions) | undefined;
  /** called when training begins, with the number of steps in an epoch */
  readonly observe?: ((stepsPerEpoch: number) => RunObserver) | undefined;
}

export interface TrainingRun {
  readonly result: FitResult;
  readonly record: RunRecord;
  readonly model: Model | undefined;
  readonly prepared: FitOptions;
}

/** A numerical failure of a run, and the file that `handgrad replay` repeats it from. */
export class TrainingFailure extends DataError {
  override name = "TrainingFailure";
  readonly replay: string;

  constructor(error: NonFiniteError, replay: string, command = replay) {
    super(`${error.message}\nThe step is saved: ${command}`, { cause: error });
    this.replay = replay;
  }
}

/**
 * Trains in a run folder, with checkpoints, from the start or from the saved state, and writes its results there: the same bits in Node
 * and in a browser, with the same kernels. Throws DataError for other data than the run was trained on, and for results that could not be
 * written, TrainingFailure if numbers are no longer finite.
 */
export async function trainRun(options: TrainRunOptions): Promise<TrainingRun> {
  const { files, settings, source, kernels, kernelRecord, saved, checkpointEvery, onWarning = () => {} } = options;
  const { signal, checksum } = options;
  const print = fingerprint(source, checksum);
  expectSameData(saved, print);
  const alone = prepareRun(source, settings, kernels, options.memory);
  const prepared: FitOptions = options.prepare?.(alone, print) ?? alone;
  const started = performance.now();
  const seconds = () => (saved?.seconds ?? 0) + Math.max(0, performance.now() - started) / 1000;
  const standIn = source.kind === "stand-in";
  const { request } = source;
  const about = () => ({ settings, kernels: kernelRecord, standIn, data: print, seconds: seconds(), request });
  let failedWrites = 0;
  const save = async (state: TrainerState) => {
    try {
      await storeCheckpoint(files, encodeCheckpoint(state, about()));
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
      scoredOn: scoredOn(source, checksum),
      bestEpoch: result.best?.epoch,
      ...(failure !== undefined && { failure }),
    };
    const model = result.best && modelOfRun(source, settings, result.best);
    const last = failure === undefined ? model && { ...model, parameters: prepared.network.save() } : undefined;
    await writeResults(files, record, model, last);
    return { record, model };
  };
  const observer = options.observe?.(Math.floor(source.train.labels.length / settings.batchSize));
  const onStep: FitOptions["onStep"] = (event) => {
    observer?.step(event);
    options.onStep?.(event);
  };
  const onEpoch: FitOptions["onEpoch"] = (event) => {
    observer?.epoch(event);
    options.onEpoch?.(event);
  };
  let result: FitResult | undefined;
  try {
    const checkpoint = { ...checkpointEvery, save };
    result = await fit({ ...prepared, signal, onStep, onEpoch, resume: saved?.state, checkpoint });
  } catch (error) {
    if (!(error instanceof NonFiniteError) || !error.state)
      throw saved && !(error instanceof TrainingError) ? fileError(error, saved.file) : error;
    const file = await writeReplay(files, error, about(), prepared.train);
    const { history, best } = error.state;
    await finish({ history, best, stopped: true }, error.message);
    throw new TrainingFailure(error, file, options.replayCommand?.(file));
  } finally {
    observer?.close({ complete: result !== undefined && !result.stopped });
  }
  const finished = await finish(result).catch((error: Error) => error);
  if (failedWrites > 0) {
    const results = finished instanceof Error ? "and neither could its results" : "but its results were";
    throw new DataError(`${files.folder}: the last ${failedWrites} checkpoints could not be written, ${results}`);
  }
  if (finished instanceof Error) throw finished;
  return { result, ...finished, prepared };
}

function expectSameData(saved: SavedRun | undefined, print: string): void {
  if (!saved || saved.data === print) return;
  const { path } = saved.request;
  throw new DataError(
    `${saved.file}: expected the data that its run was trained on (${path ?? "CIFAR-100"}, ${saved.data}), found other data (${print}); name the right data, or train again`,
  );
}

/**
 * Writes model.safetensors with the best parameters and last.safetensors, if an epoch was finished; then history.json, so that the files
 * that it describes exist, even after a loss of power.
 */
export async function writeResults(
  files: Pick<RunFiles, "write">,
  record: RunRecord,
  model: Model | undefined,
  last?: Model,
): Promise<void> {
  if (model) await files.write(modelFile, encodeModel(model));
  if (last) await files.write(lastModelFile, encodeModel(last));
  await files.write(recordFile, encodeRecord(record));
}

async function writeReplay(
  files: RunFiles,
  error: NonFiniteError,
  about: ReplayAbout,
  train: Dataset,
): Promise<string> {
  const name = `replay-step-${error.step}.safetensors`;
  await files.write(name, encodeReplay(error, about, train));
  return files.path(name);
}
