import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunFiles } from "../../runs/runFiles.ts";
import { DataError } from "../../tensor/errors.ts";
import { syncFolder, writeFileAtomic } from "../atomicFile.ts";
import { isMissing, readRegularFile } from "../readFile.ts";

/** The files of a run folder on disk. */
export function nodeRunFiles(folder: string): RunFiles {
  const path = (name: string) => join(folder, name);
  return {
    folder,
    path,
    async read(name) {
      try {
        return readRegularFile(path(name));
      } catch (error) {
        if (error instanceof DataError && isMissing(error)) return undefined;
        throw error;
      }
    },
    write: (name, content) => writeFileAtomic(path(name), content),
    async rename(from, to) {
      try {
        await rename(path(from), path(to));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
        throw error;
      }
    },
    remove: (name) => rm(path(name), { force: true }),
    list: () => readdir(folder),
    sync: () => syncFolder(folder),
  };
}
