import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../tensor/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../../training/checkpoint.ts";
import { syncFolder, syncFolderNow, temporaryFile, writeFileAtomic } from "../atomicFile.ts";
import { isMissing, readRegularFile } from "../readFile.ts";

export const checkpointFile = "checkpoint.safetensors";
export const previousCheckpointFile = "checkpoint.previous.safetensors";

/** The names that checkpoints have, the newest first; the first name only while one is being written. */
const checkpointNames = [`.next.${checkpointFile}`, checkpointFile, previousCheckpointFile];

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
  const next = join(folder, `.next.${checkpointFile}`);
  await writeFileAtomic(next, bytes);
  try {
    await rename(join(folder, checkpointFile), join(folder, previousCheckpointFile)).catch(ignoreMissing);
    await rename(next, join(folder, checkpointFile));
  } catch (error) {
    throw new DataError(`${join(folder, checkpointFile)}: cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  await syncFolder(folder);
}

export interface FoundCheckpoint extends Checkpoint {
  readonly file: string;
  /** why newer ones were passed over */
  readonly warnings: readonly string[];
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
  const { found, unused } = readAll(folder);
  const usual = join(folder, checkpointFile);
  try {
    for (const file of unused) renameSync(file, freeName(folder));
    if (found.file === usual) return found;
    renameSync(found.file, usual);
    syncFolderNow(folder);
    return { ...found, file: usual };
  } catch (error) {
    throw new DataError(`${usual}: cannot be put in order: ${(error as Error).message}`, { cause: error });
  }
}

interface Readable {
  readonly found: FoundCheckpoint;
  /** files that are damaged or of another run */
  readonly unused: readonly string[];
}

function readAll(folder: string): Readable {
  const whole: (Checkpoint & { readonly file: string })[] = [];
  const warnings: string[] = [];
  const unused: string[] = [];
  for (const name of checkpointNames) {
    const file = join(folder, name);
    try {
      whole.push({ ...decodeCheckpoint(readRegularFile(file), { name: file }), file });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (isMissing(error)) continue;
      warnings.push(error.message);
      unused.push(file);
    }
  }
  // By what they hold, not by their dates: clocks go wrong.
  whole.sort((a, b) => progress(b) - progress(a));
  const oldest = whole.at(-1);
  if (oldest) {
    while (!continues(whole[0], oldest)) {
      const [{ file }] = whole.splice(0, 1);
      warnings.push(`${file}: of another run than ${basename(oldest.file)}: its losses begin otherwise`);
      unused.push(file);
    }
    return { found: { ...whole[0], warnings }, unused };
  }
  if (warnings.length > 0)
    throw new DataError(`${folder}: no checkpoint of this run is whole:\n  ${warnings.join("\n  ")}`);
  throw new DataError(`${folder}: there is no checkpoint; it is not the folder of a run, or the run had not begun`);
}

const progress = ({ state }: Checkpoint) => 2 * state.history.loss.length + state.history.valScore.length;

/** Whether the run of `older`, going on, may have come to `newer`. */
function continues({ state: newer }: Checkpoint, { state: older }: Checkpoint): boolean {
  return older.history.loss.every((loss, i) => Object.is(loss, newer.history.loss[i]));
}

function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const file = join(folder, `checkpoint.unused-${number}.safetensors`);
    if (!existsSync(file)) return file;
  }
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

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
