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

/** A run folder, locked by this process until `close`. */
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
   * Opens a folder for a new run. Throws DataError if it contains a run, is in use or cannot be written to. If the folder was
   * `made` for the run and nothing was written to it, `close` removes it.
   */
  static create(path: string, { made = !existsSync(path) }: { readonly made?: boolean } = {}): RunFolder {
    makeFolder(path);
    const folder = new RunFolder(path, lockFolder(path), made);
    if (hasCheckpoint(path)) {
      folder.close();
      throw new DataError(
        `${path}: it contains a run; resume it with ${shellLine("--resume", path)}, or choose another folder`,
      );
    }
    removeLeftovers(path);
    return folder;
  }

  /** Opens a run to resume it. Throws DataError if there is none, or it is in use. */
  static resume(path: string): RunFolder {
    if (!isFolder(path)) throw new DataError(`${path}: no such run folder`);
    const folder = new RunFolder(path, lockFolder(path));
    removeLeftovers(path);
    return folder;
  }

  /** The progress of the run. Throws DataError if there is no complete checkpoint. */
  saved(): SavedRun {
    return savedRunOf(recoverCheckpoint(this.path));
  }

  close(): void {
    this.lock.release();
    if (!this.made) return;
    try {
      rmdirSync(this.path);
    } catch {
      // The folder contains a run.
    }
  }
}

/** The progress of a run that another process may have locked. Throws DataError if there is no complete checkpoint. */
export function readSavedRun(path: string): SavedRun {
  return savedRunOf(readCheckpoint(path));
}

/** Whether a run was trained on other data; undefined if its folder does not say. Throws DataError. */
export function trainedOnOther(run: string, source: DataSource): boolean | undefined {
  if (!isFolder(run) || !hasCheckpoint(run)) return undefined;
  const { about, file } = readCheckpoint(run);
  return parseAbout(about, file).data !== fingerprint(source);
}
