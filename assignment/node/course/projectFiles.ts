import { type Dirent, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isFolder } from "../../../src/node/listFolder.ts";
import { readRegularFile, unreadable } from "../../../src/node/readFile.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import {
  decodeText,
  isIgnored,
  isWanted,
  limitTexts,
  mostFileBytes,
  mostFiles,
  zipTexts,
} from "../../course/projectTextFiles.ts";

const mostZipBytes = 100_000_000;

/**
 * The texts of a project by their paths in it: of a folder, or of a .zip file. Symbolic links are not followed, so that no path leads out of the
 * folder. Throws DataError if it cannot be read or is larger than any project.
 */
export async function readProjectFiles(path: string): Promise<Map<string, string>> {
  if (isFolder(path)) return folderTexts(path);
  if (/\.zip$/i.test(path) || !existsSync(path)) return zipTexts(readRegularFile(path, { most: mostZipBytes }), path);
  throw new DataError(`${path}: expected a folder or a .zip file, found another file`);
}

function folderTexts(path: string): Map<string, string> {
  const texts = new Map<string, string>();
  const queue = [""];
  let seen = 0;
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    for (const entry of entriesOf(join(path, folder))) {
      if (++seen > 10 * mostFiles)
        throw new DataError(`${path}: expected a project, found more than ${10 * mostFiles} files`);
      const inner = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !isIgnored(inner) && (!entry.name.startsWith(".") || entry.name === ".course"))
        queue.push(inner);
      if (!entry.isFile() || !isWanted(inner)) continue;
      texts.set(inner, decodeText(readRegularFile(join(path, inner), { most: mostFileBytes })));
      limitTexts(path, texts);
    }
  }
  return texts;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw unreadable(folder, error);
  }
}
