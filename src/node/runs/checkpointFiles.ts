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

/** Whether a run was begun in a folder: there is a checkpoint, whole or not. */
export function hasCheckpoint(folder: string): boolean {
  return checkpointNames.some((name) => existsSync(join(folder, name)));
}

/** Removes the checkpoints of a training that is done. */
export function removeCheckpoints(folder: string): void {
  for (const name of checkpointNames) rmSync(join(folder, name), { force: true });
}

/**
 * Writes a checkpoint beside the last one, which keeps the name of the previous: whatever happens on the way, also a loss of
 * power, `readCheckpoint` finds the last one or this one. Throws DataError when it cannot be written.
 */
export async function writeCheckpoint(folder: string, bytes: Uint8Array): Promise<void> {
  await storeCheckpoint(nodeRunFiles(folder), bytes);
}

/** The newest checkpoint of a run that is whole. Throws DataError when there is none. */
export function readCheckpoint(folder: string): FoundCheckpoint {
  return readAll(folder).found;
}

/**
 * As `readCheckpoint`, and gives the folder back the form that `writeCheckpoint` expects, so that what is damaged never takes the place of a whole
 * one: damaged files are renamed to checkpoint.unused-<number>.safetensors, and the newest whole one takes the usual name. Only for the process that
 * holds the lock of the folder.
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
    throw new DataError(`${usual}: cannot be put in order: ${(error as Error).message}`, { cause: error });
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

/** Removes what a killed process left half written. Only for the process that holds the lock of the folder. */
export function removeLeftovers(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (isLeftover(name)) rmSync(join(folder, name), { force: true });
  } catch {
    // They take up space and do no harm; the next process tries again.
  }
}

const isLeftover = (name: string) => temporaryFile.test(name);
