import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../tensor/errors.ts";

/** The names of temporary files: `.<name>.<UUID>.tmp`. A process that was killed leaves them behind. */
export const temporaryFile: RegExp = /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/**
 * Writes a file so that a reader, or a restart after a power cut, finds the old content or the new one, never a part: the bytes
 * go to a temporary file beside it, are forced to disk, and take the name in one step. Throws DataError that names the file
 * (with the system's error as its cause) and leaves neither a temporary file nor a changed target behind.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error says more than this one
    throw new DataError(`${path}: cannot be written: ${reasonOf(error as NodeJS.ErrnoException, folder)}`, {
      cause: error,
    });
  }
  await syncFolder(folder);
}

/** The system's message without the temporary file, of which a user knows nothing. */
function reasonOf({ code, message }: NodeJS.ErrnoException, folder: string): string {
  if (code === "ENOENT") return `there is no folder ${folder}`;
  return message.replace(/, \w+ '.*$/s, "");
}

/** Forces the names in a folder to disk. Not every system can open a folder (Windows) or sync it (some network drives). */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file is complete under its name; only a power cut in the next seconds could still bring the old one back.
  }
}

/**
 * Makes a folder, where it is missing, with those above it, and forces their names to disk: fsync of a file in it does not.
 * Throws DataError that names it.
 */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  let first: string | undefined;
  try {
    first = mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new DataError(`${path}: cannot be made: ${(error as Error).message}`, { cause: error });
  }
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolderNow(dirname(made));
}

/** `syncFolder` for the few places where nothing else may happen in between. */
export function syncFolderNow(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // As above.
  }
}
