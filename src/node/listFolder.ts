import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { unreadable } from "./readFile.ts";

/** The names in a folder, in alphabetical order. Throws DataError with the name of the folder. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Whether a path, or the target of a symbolic link, is a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * All files in a folder and its subfolders, in alphabetical order, without hidden files. Symbolic links are followed, except
 * links to a folder that contains them. Throws DataError with the name of the folder that cannot be read.
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
