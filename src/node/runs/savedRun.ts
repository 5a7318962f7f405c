import { existsSync, rmdirSync } from "node:fs";
import type { DataSource } from "../../experiments/dataSource.ts";
import { parseAbout, type SavedRun, savedRunOf } from "../../runs/savedRun.ts";
import { DataError } from "../../tensor/errors.ts";
import { makeFolder } from "../atomicFile.ts";
import { isFolder } from "../listFolder.ts";
import { shellLine } from "../shellWords.ts";
import { hasCheckpoint, readCheckpoint, recoverCheckpoint, removeLeftovers } from "./checkpointFiles.ts";
import { fingerprint } from "./fingerprint.ts";
import { lockFolder } from "./runLock.ts";

export { type KernelRecord, parseAbout, type SavedRun } from "../../runs/savedRun.ts";

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
    return savedRunOf(recoverCheckpoint(this.path));
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
  return savedRunOf(readCheckpoint(path));
}

/** Whether a run folder says that it was trained on other data; undefined where nothing in it tells. Throws DataError. */
export function trainedOnOther(run: string, source: DataSource): boolean | undefined {
  if (!isFolder(run) || !hasCheckpoint(run)) return undefined;
  const { about, file } = readCheckpoint(run);
  return parseAbout(about, file).data !== fingerprint(source);
}
