import { readdirSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../tensor/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../../training/checkpoint.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { isMissing, readRegularFile } from "../readFile.ts";

export const checkpointFile = "checkpoint.safetensors";
export const previousCheckpointFile = "checkpoint.previous.safetensors";

/**
 * Writes a checkpoint beside the last one, which keeps the name of the previous: whatever happens on the way, one of the two is
 * complete. Throws DataError when it cannot be written; both files are then as they were.
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
}

export interface FoundCheckpoint extends Checkpoint {
  readonly file: string;
  /** why newer ones were passed over */
  readonly warnings: readonly string[];
}

/** The newest checkpoint of a run that is whole. Throws DataError when there is none. */
export function readCheckpoint(folder: string): FoundCheckpoint {
  const found: FoundCheckpoint[] = [];
  const warnings: string[] = [];
  const missing: string[] = [];
  for (const name of [`.next.${checkpointFile}`, checkpointFile, previousCheckpointFile]) {
    const file = join(folder, name);
    try {
      found.push({ ...decodeCheckpoint(readRegularFile(file), { name: file }), file, warnings });
    } catch (error) {
      if (isMissing(error)) missing.push(file);
      else if (error instanceof DataError) warnings.push(error.message);
      else throw error;
    }
  }
  // By what they hold, not by their dates: clocks go wrong.
  const progress = ({ state }: Checkpoint) => 2 * state.history.loss.length + state.history.valAccuracy.length;
  const [newest] = found.sort((a, b) => progress(b) - progress(a));
  if (newest) return newest;
  if (warnings.length > 0)
    throw new DataError(`${folder}: no checkpoint of this run is whole:\n  ${warnings.join("\n  ")}`);
  throw new DataError(`${folder}: there is no checkpoint; it is not the folder of a run, or the run had not begun`);
}

/** Removes what a killed process left half written. Only for who holds the lock of the folder. */
export function removeLeftovers(folder: string): number {
  const left = readdirSync(folder).filter((name) => /^\..*\.tmp$/.test(name));
  for (const name of left) rmSync(join(folder, name), { force: true });
  return left.length;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
