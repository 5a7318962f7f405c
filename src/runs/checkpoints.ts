import { DataError } from "../tensor/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../training/checkpoint.ts";
import type { RunFiles } from "./runFiles.ts";

export const checkpointFile = "checkpoint.safetensors";
export const previousCheckpointFile = "checkpoint.previous.safetensors";
const nextCheckpointFile = `.next.${checkpointFile}`;

/** The names that checkpoints have, the newest first; the first name only while one is being written. */
export const checkpointNames: readonly string[] = [nextCheckpointFile, checkpointFile, previousCheckpointFile];

export interface FoundCheckpoint extends Checkpoint {
  readonly file: string;
  /** why newer ones were passed over */
  readonly warnings: readonly string[];
}

/** What was read under the name of a checkpoint, or why it could not be read. */
export interface CheckpointBytes {
  readonly name: string;
  /** for messages */
  readonly file: string;
  readonly content: Uint8Array | DataError;
}

export interface ChosenCheckpoint {
  readonly found: FoundCheckpoint;
  readonly name: string;
  /** the names of files that are damaged or of another run */
  readonly unused: readonly string[];
}

/**
 * The newest checkpoint that is whole and continues the older ones: by the steps that they hold, not by their dates. Throws DataError
 * when there is none.
 */
export function chooseCheckpoint(files: readonly CheckpointBytes[], folder: string): ChosenCheckpoint {
  const whole: (Checkpoint & CheckpointBytes)[] = [];
  const warnings: string[] = [];
  const unused: string[] = [];
  for (const each of files) {
    try {
      if (each.content instanceof DataError) throw each.content;
      whole.push({ ...decodeCheckpoint(each.content, { name: each.file }), ...each });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      warnings.push(error.message);
      unused.push(each.name);
    }
  }
  // By what they hold, not by their dates: clocks go wrong.
  whole.sort((a, b) => progress(b) - progress(a));
  const oldest = whole.at(-1);
  if (oldest) {
    while (!continues(whole[0], oldest)) {
      const [{ file, name }] = whole.splice(0, 1);
      warnings.push(`${file}: of another run than ${oldest.name}: its losses begin otherwise`);
      unused.push(name);
    }
    const { name, content: _, ...found } = whole[0];
    return { found: { ...found, warnings }, name, unused };
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

/**
 * The renames that give a folder back the form that `storeCheckpoint` expects, so that what is damaged never takes the place of a whole
 * one: damaged files become checkpoint.unused-<number>.safetensors, and the newest whole one takes the usual name.
 */
export function recoveryRenames(
  { name, unused }: ChosenCheckpoint,
  exists: (name: string) => boolean,
): (readonly [from: string, to: string])[] {
  let number = 0;
  const free = (): string => {
    do number++;
    while (exists(unusedName(number)));
    return unusedName(number);
  };
  const renames = unused.map((each) => [each, free()] as const);
  return name === checkpointFile ? renames : [...renames, [name, checkpointFile]];
}

const unusedName = (number: number) => `checkpoint.unused-${number}.safetensors`;

/**
 * Writes a checkpoint beside the last one, which keeps the name of the previous: whatever happens on the way, also a loss of
 * power, the last one or this one is found. Throws DataError when it cannot be written.
 */
export async function storeCheckpoint(files: RunFiles, bytes: Uint8Array): Promise<void> {
  await files.write(nextCheckpointFile, bytes);
  try {
    await files.rename(checkpointFile, previousCheckpointFile);
    await files.rename(nextCheckpointFile, checkpointFile);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${files.path(checkpointFile)}: cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
  await files.sync();
}

/** Whether a run was begun in a folder: there is a checkpoint, whole or not. */
export async function holdsCheckpoint(files: Pick<RunFiles, "list">): Promise<boolean> {
  const names = await files.list();
  return checkpointNames.some((name) => names.includes(name));
}

/** The newest checkpoint of a run that is whole. Throws DataError when there is none. */
export async function findCheckpoint(files: RunFiles): Promise<FoundCheckpoint> {
  return (await choose(files)).found;
}

/** As `findCheckpoint`, and puts the folder in order. Only for the one that holds its lock. */
export async function restoreCheckpoint(files: RunFiles): Promise<FoundCheckpoint> {
  const chosen = await choose(files);
  const names = await files.list();
  for (const [from, to] of recoveryRenames(chosen, (name) => names.includes(name))) await files.rename(from, to);
  await files.sync();
  return { ...chosen.found, file: files.path(checkpointFile) };
}

async function choose(files: RunFiles): Promise<ChosenCheckpoint> {
  const all: CheckpointBytes[] = [];
  for (const name of checkpointNames) {
    const content = await files.read(name).catch((error: unknown) => {
      if (error instanceof DataError) return error;
      throw error;
    });
    if (content) all.push({ name, file: files.path(name), content });
  }
  return chooseCheckpoint(all, files.folder);
}
