import { DataError } from "../tensor/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../training/checkpoint.ts";
import type { RunFiles } from "./runFiles.ts";

export const checkpointFile = "checkpoint.safetensors";
export const previousCheckpointFile = "checkpoint.previous.safetensors";
const nextCheckpointFile = `.next.${checkpointFile}`;

/** The names of checkpoints, the newest first; the first name exists only while one is being written. */
export const checkpointNames: readonly string[] = [nextCheckpointFile, checkpointFile, previousCheckpointFile];

export interface FoundCheckpoint extends Checkpoint {
  readonly file: string;
  /** why newer ones were skipped */
  readonly warnings: readonly string[];
}

/** The content of a checkpoint file, or the reason why it could not be read. */
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
 * The newest checkpoint that is complete and continues the older ones; the number of steps decides, not the date. Throws DataError if
 * there is none.
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
  // By their content, not by their dates, because clocks can be wrong.
  whole.sort((a, b) => progress(b) - progress(a));
  const oldest = whole.at(-1);
  if (oldest) {
    while (!continues(whole[0], oldest)) {
      const [{ file, name }] = whole.splice(0, 1);
      warnings.push(`${file}: belongs to another run than ${oldest.name}: its first losses differ`);
      unused.push(name);
    }
    const { name, content: _, ...found } = whole[0];
    return { found: { ...found, warnings }, name, unused };
  }
  if (warnings.length > 0)
    throw new DataError(`${folder}: no checkpoint of this run is complete:\n  ${warnings.join("\n  ")}`);
  throw new DataError(`${folder}: there is no checkpoint; it is not the folder of a run, or the run had not started`);
}

const progress = ({ state }: Checkpoint) => 2 * state.history.loss.length + state.history.valScore.length;

/** Whether `newer` can be a later checkpoint of the run of `older`. */
function continues({ state: newer }: Checkpoint, { state: older }: Checkpoint): boolean {
  return older.history.loss.every((loss, i) => Object.is(loss, newer.history.loss[i]));
}

/**
 * The renames that restore the layout that `storeCheckpoint` expects, so that a damaged file never replaces a complete one: damaged files
 * become checkpoint.unused-<number>.safetensors, and the newest complete one gets the usual name.
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
 * Writes a checkpoint beside the last one, which gets the name of the previous one: after any interruption, even a loss of power, the
 * last one or this one exists. Throws DataError if it cannot be written.
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

/** Whether a run was started in a folder: there is a checkpoint, complete or not. */
export async function holdsCheckpoint(files: Pick<RunFiles, "list">): Promise<boolean> {
  const names = await files.list();
  return checkpointNames.some((name) => names.includes(name));
}

/** The newest complete checkpoint of a run. Throws DataError if there is none. */
export async function findCheckpoint(files: RunFiles): Promise<FoundCheckpoint> {
  return (await choose(files)).found;
}

/** Like `findCheckpoint`, but also renames the files of the folder. Only the holder of its lock may call it. */
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
