import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type InputFolder, mostFileBytes } from "../../data/reading/inputFile.ts";
import { isFolder } from "../listFolder.ts";
import { openFile, readChunks, readRegularFile, unreadable } from "../readFile.ts";

/** The files of a folder and its subfolders. Symbolic links are followed, except links to a folder that contains them. Throws DataError. */
export function openFolder(name: string): InputFolder {
  const files: string[] = [];
  const folders: string[] = [];
  walk(name, "", { files, folders, above: new Set() });
  return {
    ...{ name, files, folders },
    file(path) {
      const file = join(name, path);
      return {
        ...{ name: file, size: undefined },
        open: () => readChunks(file),
        bytes: async (most = mostFileBytes) => readRegularFile(file, { most }),
        openRandom: () => openFile(file),
      };
    },
  };
}

interface Walked {
  readonly files: string[];
  readonly folders: string[];
  /** the current folder and its parents, as device and inode; a link to one of them is not followed */
  readonly above: ReadonlySet<string>;
}

function walk(root: string, inner: string, { files, folders, above }: Walked): void {
  const folder = join(root, inner);
  try {
    const { dev, ino } = statSync(folder);
    const id = `${dev}:${ino}`;
    if (above.has(id)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isSymbolicLink() ? isFolder(join(root, path)) : entry.isDirectory()) {
        folders.push(path);
        walk(root, path, { files, folders, above: new Set([...above, id]) });
      } else files.push(path);
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
}
