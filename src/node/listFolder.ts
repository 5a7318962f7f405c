import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { unreadable } from "./readFile.ts";

/** The names in a folder, in alphabetical order. Throws DataError that names the folder. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Whether a path, or what a symbolic link leads to, is a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * All files in a folder and in the folders in it, in alphabetical order, hidden ones left out. Symbolic links are followed, but
 * not back into a folder that they lie in. Throws DataError that names the folder that cannot be read.
 */
export function listFiles(path: string, above: readonly string[] = []): string[] {
  const real = realpathSync(path);
  if (above.includes(real)) return [];
  return listFolder(path)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const inner = join(path, name);
      return isFolder(inner) ? listFiles(inner, [...above, real]) : [inner];
    });
}
