import { existsSync, rmdirSync } from "node:fs";
import * as v from "valibot";
import { type DataRequest, type DataSource, dataRequest, storedRequest } from "../../experiments/dataSource.ts";
import { fileError } from "../../experiments/fileError.ts";
import { readSettings, type TrainSettings } from "../../experiments/settings.ts";
import { explain, notNegative, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";
import type { TrainerState } from "../../training/trainerState.ts";
import { makeFolder } from "../atomicFile.ts";
import { isFolder } from "../listFolder.ts";
import { shellLine } from "../shellWords.ts";
import { hasCheckpoint, readCheckpoint, recoverCheckpoint, removeLeftovers } from "./checkpointFiles.ts";
import { fingerprint } from "./fingerprint.ts";
import { lockFolder } from "./runLock.ts";

/** How the arithmetic was done: the last bits depend on it, but not on the number of threads. */
export interface KernelRecord {
  readonly name: string;
  readonly choice: string;
  readonly strict: boolean;
}

/** What a checkpoint says beside the state. */
const aboutRun = v.object({
  settings: v.unknown(),
  kernels: v.object({ name: v.string(), choice: v.string(), strict: v.boolean() }),
  standIn: v.boolean(),
  /** the fingerprint of the data */
  data: v.string(),
  /** of training, in all processes so far */
  seconds: notNegative,
  request: v.optional(dataRequest),
  /** the request of version 0.1, which was written for data of users alone */
  own: v.optional(
    v.object({
      data: v.string(),
      target: v.optional(v.string()),
      task: v.picklist(["classification", "regression"]),
      size: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  ),
});

/** Where a run stands, and all that it takes to resume it. */
export interface SavedRun {
  readonly settings: TrainSettings;
  readonly kernels: KernelRecord;
  readonly standIn: boolean;
  /** the fingerprint of the data */
  readonly data: string;
  /** opens the data again */
  readonly request: DataRequest;
  readonly seconds: number;
  readonly state: TrainerState;
  readonly file: string;
  readonly warnings: readonly string[];
}

/** A run folder held by this process until `close`. */
export class RunFolder {
  readonly path: string;
  private readonly lock: { release(): void };
  private readonly made: boolean;

  private constructor(path: string, lock: { release(): void }, made = false) {
    this.path = path;
    this.lock = lock;
    this.made = made;
  }

  /**
   * For a new run. Throws DataError when there is one in it, when it is in use or cannot be written to. A folder that was `made` for
   * the run goes away with `close` if nothing was written to it.
   */
  static create(path: string, { made = !existsSync(path) }: { readonly made?: boolean } = {}): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path, lockFolder(path), made);
    if (hasCheckpoint(path)) {
      folder.close();
      throw new DataError(
        `${path}: there is a run in it; resume it with ${shellLine("--resume", path)}, or choose another folder`,
      );
    }
    removeLeftovers(path);
    return folder;
  }

  /** For a run that is to be resumed. Throws DataError when there is none, or it is in use. */
  static resume(path: string): RunFolder {
    if (!isFolder(path)) throw new DataError(`${path}: there is no such run folder`);
    const folder = new RunFolder(path, lockFolder(path));
    removeLeftovers(path);
    return folder;
  }

  /** Where the run stands. Throws DataError when no checkpoint is whole. */
  saved(): SavedRun {
    const { state, about, file, warnings } = recoverCheckpoint(this.path);
    return { ...parseAbout(about, file), state, file, warnings };
  }

  close(): void {
    this.lock.release();
    if (!this.made) return;
    try {
      rmdirSync(this.path);
    } catch {
      // It holds a run.
    }
  }
}

/** Where a run stands that another process holds. Throws DataError when no checkpoint is whole. */
export function readSavedRun(path: string): SavedRun {
  const { state, about, file, warnings } = readCheckpoint(path);
  return { ...parseAbout(about, file), state, file, warnings };
}

/** What a checkpoint says of its run. Throws DataError that names the file. */
export function parseAbout(about: unknown, file: string): Omit<SavedRun, "state" | "file" | "warnings"> {
  const result = v.safeParse(aboutRun, about);
  if (!result.success) {
    const what = `${file}: what it says about its run is damaged or of another version`;
    throw new DataError(problemLines(what, explain(result.issues)));
  }
  const { own, request, ...rest } = result.output;
  try {
    const settings = readSettings(rest.settings);
    return { ...rest, settings, request: storedRequest(request ?? oldRequest(settings, rest.standIn, own)) };
  } catch (error) {
    throw fileError(error, file);
  }
}

/** Whether a run folder says that it was trained on other data; undefined where nothing in it tells. Throws DataError. */
export function trainedOnOther(run: string, source: DataSource): boolean | undefined {
  if (!isFolder(run) || !hasCheckpoint(run)) return undefined;
  const { about, file } = readCheckpoint(run);
  return parseAbout(about, file).data !== fingerprint(source);
}

/** Of version 0.1, which wrote no request for CIFAR-100. */
function oldRequest(
  { labels, trainImages, seed }: TrainSettings,
  standIn: boolean,
  own: v.InferOutput<typeof aboutRun>["own"],
): DataRequest {
  if (own) return { path: own.data, target: own.target, size: own.size, seed, ...(own.target && { task: own.task }) };
  return { labels, trainRows: trainImages, ...(standIn && { path: "stand-in" }) };
}
