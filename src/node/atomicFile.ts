import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../tensor/errors.ts";

/** The names of temporary files: `.<name>.<UUID>.tmp`. A process that was killed leaves them behind. */
export const temporaryFile: RegExp = /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/**
 * Writes a file so that a reader, or a restart after a power cut, finds either the old or the new content, never a part. The
 * bytes are written to a temporary file in the same folder and flushed to disk; then the file is renamed. Throws DataError with
 * the name of the file (and the system's error as its cause); the target is then unchanged and the temporary file is removed.
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
    await rm(temporary, { force: true }).catch(() => {}); // the first error is reported
    throw new DataError(`${path}: cannot be written: ${reasonOf(error as NodeJS.ErrnoException, folder)}`, {
      cause: error,
    });
  }
  await syncFolder(folder);
}

/** The system's message without the name of the temporary file. */
function reasonOf({ code, message }: NodeJS.ErrnoException, folder: string): string {
  if (code === "ENOENT") return `there is no folder ${folder}`;
  return message.replace(/, \w+ '.*$/s, "");
}

/** Flushes the names in a folder to disk. Some systems cannot open a folder (Windows) or flush it (some network drives). */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file is complete under its name. Only a power cut within seconds could still restore the old one.
  }
}

/**
 * Makes a folder and its parents if they are missing, and flushes their names to disk, which fsync of a file in it does not do.
 * Throws DataError with the name of the folder.
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

/** Like `syncFolder`, but synchronous. */
export function syncFolderNow(path: string): void {
  try {
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // See `syncFolder`.
  }
}
