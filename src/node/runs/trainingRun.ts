import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Dataset, Splits } from "../../data/dataset.ts";
import { prepareFit } from "../../experiments/build.ts";
import { blameFile } from "../../experiments/fileError.ts";
import { checkSize, type Model } from "../../experiments/model.ts";
import { encodeReplay, type ReplayAbout } from "../../experiments/replay.ts";
import { parseSettings, type TrainSettings } from "../../experiments/settings.ts";
import type { OwnTask } from "../../experiments/task.ts";
import { checkTrainingMemory } from "../../experiments/trainingMemory.ts";
import { ownModel, prepareOwn } from "../../experiments/verdict.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { DataError } from "../../tensor/errors.ts";
import { encodeCheckpoint } from "../../training/checkpoint.ts";
import { type FitOptions, type FitResult, fit, TrainingError } from "../../training/fit.ts";
import { NonFiniteError } from "../../training/guard.ts";
import type { TrainerState } from "../../training/trainerState.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { isFolder } from "../listFolder.ts";
import { machineMemory } from "../machineMemory.ts";
import { shellLine } from "../shellWords.ts";
import {
  checkpointFile,
  previousCheckpointFile,
  readCheckpoint,
  removeLeftovers,
  writeCheckpoint,
} from "./checkpointFiles.ts";
import { fingerprint, ownFingerprint } from "./fingerprint.ts";
import { type RunRecord, writeRun } from "./runFolder.ts";
import { lockFolder } from "./runLock.ts";

/** How the arithmetic was done: the last bits depend on it, but not on the number of threads. */
export interface KernelRecord {
  readonly name: string;
  readonly choice: string;
  readonly strict: boolean;
}

/** Of a run on own data: where that lay, and what else its task is made from, beside the seed of the settings. */
export interface OwnRequest {
  readonly data: string;
  /** of a table */
  readonly target?: string | undefined;
  readonly task: OwnTask["kind"];
  /** the side of pictures */
  readonly size: number;
}

const ownRequest: z.ZodType<OwnRequest> = z.object({
  data: z.string(),
  target: z.string().optional(),
  task: z.enum(["classification", "regression"]),
  size: z.int().min(1),
});

/** What stands in a checkpoint beside the state. */
const aboutRun = z.object({
  settings: z.unknown(),
  kernels: z.object({ name: z.string(), choice: z.string(), strict: z.boolean() }),
  standIn: z.boolean(),
  data: z.string(),
  /** of training, in all processes so far */
  seconds: z.number().min(0),
  own: ownRequest.optional(),
});

export interface SavedRun extends Omit<z.output<typeof aboutRun>, "settings"> {
  readonly settings: TrainSettings;
  readonly state: TrainerState;
  readonly file: string;
  readonly warnings: readonly string[];
}

export interface SavedOwnRun extends SavedRun {
  readonly own: OwnRequest;
}

/** A run folder held by this process until `close`. */
export class RunFolder {
  readonly path: string;
  private readonly lock: { release(): void };

  private constructor(path: string, lock: { release(): void }) {
    this.path = path;
    this.lock = lock;
  }

  /** For a new run. Throws DataError when there is one in it, when it is in use or cannot be written to. */
  static create(path: string): RunFolder {
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      throw new DataError(`${path}: cannot be made: ${(error as Error).message}`, { cause: error });
    }
    const folder = new RunFolder(path, lockFolder(path));
    if (existsSync(join(path, checkpointFile)) || existsSync(join(path, previousCheckpointFile))) {
      folder.close();
      throw new DataError(
        `${path}: there is a run in it; go on with ${shellLine("--resume", path)}, or choose another folder`,
      );
    }
    return folder;
  }

  /** For a run that is to go on. Throws DataError when there is none, or it is in use. */
  static resume(path: string): RunFolder {
    if (!isFolder(path)) throw new DataError(`${path}: there is no such run folder`);
    const folder = new RunFolder(path, lockFolder(path));
    removeLeftovers(path);
    return folder;
  }

  /** Where the run stands. Throws DataError when no checkpoint is whole, and for a run on own data. */
  saved(): SavedRun {
    const saved = this.read();
    if (!saved.own) return saved;
    throw new DataError(
      `${this.path}: a run of \`handgrad fit\`; go on with: ${shellLine("handgrad", "fit", "--resume", this.path)}`,
    );
  }

  /** Where a run on own data stands. Throws DataError when no checkpoint is whole, and for a run on CIFAR-100. */
  savedOwn(): SavedOwnRun {
    const { own, ...saved } = this.read();
    if (own) return { ...saved, own };
    throw new DataError(
      `${this.path}: a run of \`handgrad train\`; go on with: ${shellLine("handgrad", "train", "--resume", this.path)}`,
    );
  }

  private read(): SavedRun {
    const { state, about, file, warnings } = readCheckpoint(this.path);
    const parsed = parseAbout(about, file);
    checkSize(parsed.settings, state.network, file);
    return { ...parsed, state, file, warnings };
  }

  close(): void {
    this.lock.release();
  }
}

export function parseAbout(about: unknown, file: string): Omit<SavedRun, "state" | "file" | "warnings"> {
  const parsed = aboutRun.safeParse(about);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new DataError(`${file}: what it says about its run is damaged or of another version (${fields})`);
  }
  try {
    return { ...parsed.data, settings: parseSettings(parsed.data.settings) };
  } catch (error) {
    throw blameFile(error, file);
  }
}

export interface TrainingRunOptions extends Pick<FitOptions, "onStep" | "onEpoch" | "signal"> {
  readonly folder: RunFolder;
  /** with the normalization in it */
  readonly settings: TrainSettings;
  readonly data: Pick<Splits, "train" | "validation"> & { readonly standIn: boolean };
  /** where that is own data: the task it became, and from what */
  readonly own?: { readonly task: OwnTask; readonly request: OwnRequest } | undefined;
  readonly kernels: Kernels;
  readonly kernelRecord: KernelRecord;
  readonly saved?: SavedRun | undefined;
  readonly checkpointEvery?: { readonly steps?: number; readonly seconds?: number };
  /** told when a checkpoint could not be written: training goes on, and the next is tried */
  readonly onWarning?: (message: string) => void;
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
  const { folder, settings, data, kernels, kernelRecord, saved, checkpointEvery, onWarning = () => {} } = options;
  const { signal, onStep, onEpoch, own } = options;
  checkTrainingMemory(settings, { available: machineMemory() });
  const print = own ? ownFingerprint(own.task) : fingerprint(data);
  if (saved && saved.data !== print) {
    const wayOut = saved.own
      ? `it was ${saved.own.data}; if that has changed since, train anew`
      : "name it with --data";
    throw new DataError(
      `${saved.file}: its run was trained on other data (${saved.data}) than this (${print}); ${wayOut}`,
    );
  }
  const prepared = own
    ? prepareOwn(own.task, settings, kernels)
    : prepareFit(settings, { ...data, normalization: settings.normalization }, kernels);
  const started = performance.now();
  const seconds = () => (saved?.seconds ?? 0) + (performance.now() - started) / 1000;
  const about = () => ({
    ...{ settings, kernels: kernelRecord, standIn: data.standIn, data: print, seconds: seconds() },
    ...(own && { own: own.request }),
  });
  let failedWrites = 0;
  const save = async (state: TrainerState) => {
    try {
      await writeCheckpoint(folder.path, encodeCheckpoint(state, about()));
      failedWrites = 0;
    } catch (error) {
      if (failedWrites++ === 0)
        onWarning(`no checkpoint: ${(error as Error).message}; training goes on, the one before stands`);
    }
  };
  const finish = async (result: FitResult, lastIsFinite = true): Promise<Pick<TrainingRun, "record" | "model">> => {
    const { standIn } = data;
    const { labelNames, inputShape } = data.train;
    const normalization = settings.normalization ?? { mean: [], deviation: [] };
    const record = {
      config: settings,
      ...result.history,
      seconds: seconds(),
      kernels: kernels.name,
      standIn,
      stopped: result.stopped,
    };
    const { best } = result;
    const described = { settings, normalization, labelNames, inputShape, standIn };
    const model = best && (own ? ownModel(own.task, settings, best) : { ...described, parameters: best.parameters });
    const last = lastIsFinite ? model && { ...model, parameters: prepared.network.save() } : undefined;
    await writeRun(folder.path, record, model, last);
    return { record, model };
  };
  let result: FitResult;
  try {
    const checkpoint = { ...checkpointEvery, save };
    result = await fit({ ...prepared, signal, onStep, onEpoch, resume: saved?.state, checkpoint });
  } catch (error) {
    if (!(error instanceof NonFiniteError) || !error.state)
      throw saved && !(error instanceof TrainingError) ? blameFile(error, saved.file) : error;
    const file = await writeReplay(folder.path, error, about(), prepared.train);
    const { history, best } = error.state;
    await finish({ history, best, stopped: true }, false);
    throw new TrainingFailure(error, file);
  }
  const finished = await finish(result).catch((error: Error) => error);
  if (failedWrites > 0) {
    const results = finished instanceof Error ? "neither are its results" : "but its results are";
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
