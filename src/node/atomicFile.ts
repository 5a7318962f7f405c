import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../tensor/errors.ts";

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
    throw new DataError(`${path}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
  await syncFolder(folder);
}

/** Makes the rename itself last. Not every system can open a folder (Windows) or sync it (some network drives). */
async function syncFolder(path: string): Promise<void> {
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
