import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type CheckpointBytes,
  type ChosenCheckpoint,
  checkpointFile,
  checkpointNames,
  chooseCheckpoint,
  type FoundCheckpoint,
  recoveryRenames,
  storeCheckpoint,
} from "../../runs/checkpoints.ts";
import { DataError } from "../../tensor/errors.ts";
import { syncFolderNow, temporaryFile } from "../atomicFile.ts";
import { isMissing, readRegularFile } from "../readFile.ts";
import { nodeRunFiles } from "./nodeRunFiles.ts";

export { checkpointFile, type FoundCheckpoint, previousCheckpointFile } from "../../runs/checkpoints.ts";

/** Whether a run was started in a folder: there is a checkpoint, complete or not. */
export function hasCheckpoint(folder: string): boolean {
  return checkpointNames.some((name) => existsSync(join(folder, name)));
}

/** Removes the checkpoints of a finished training. */
export function removeCheckpoints(folder: string): void {
  for (const name of checkpointNames) rmSync(join(folder, name), { force: true });
}

/**
 * Writes a checkpoint and keeps the last one under the name of the previous. After any interruption, including a power cut,
 * `readCheckpoint` finds the last one or this one. Throws DataError if it cannot be written.
 */
export async function writeCheckpoint(folder: string, bytes: Uint8Array): Promise<void> {
  await storeCheckpoint(nodeRunFiles(folder), bytes);
}

/** The newest complete checkpoint of a run. Throws DataError if there is none. */
export function readCheckpoint(folder: string): FoundCheckpoint {
  return readAll(folder).found;
}

/**
 * Like `readCheckpoint`, and restores the folder to the state that `writeCheckpoint` expects, so that a damaged file never
 * replaces a complete one: damaged files are renamed to checkpoint.unused-<number>.safetensors, and the newest complete one gets
 * the usual name. Only for the process that has the lock of the folder.
 */
export function recoverCheckpoint(folder: string): FoundCheckpoint {
  const chosen = readAll(folder);
  const usual = join(folder, checkpointFile);
  try {
    const renames = recoveryRenames(chosen, (name) => existsSync(join(folder, name)));
    for (const [from, to] of renames) renameSync(join(folder, from), join(folder, to));
    if (chosen.name !== checkpointFile) syncFolderNow(folder);
    return { ...chosen.found, file: usual };
  } catch (error) {
    throw new DataError(`${usual}: cannot be renamed: ${(error as Error).message}`, { cause: error });
  }
}

function readAll(folder: string): ChosenCheckpoint {
  const files = checkpointNames.map((name): CheckpointBytes | undefined => {
    const file = join(folder, name);
    try {
      return { name, file, content: readRegularFile(file) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return isMissing(error) ? undefined : { name, file, content: error };
    }
  });
  return chooseCheckpoint(
    files.filter((each) => each !== undefined),
    folder,
  );
}

/** Removes temporary files of a killed process. Only for the process that has the lock of the folder. */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (isLeftover(name)) rmSync(join(folder, name), { force: true });
  } catch {
    // The files only take up space; the next process tries again.
  }
}

const isLeftover = (name: string) => temporaryFile.test(name);
