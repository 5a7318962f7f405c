import { type Dirent, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, listZip, readZipEntry } from "../../../src/formats/zip.ts";
import { isFolder } from "../../../src/node/listFolder.ts";
import { readRegularFile, unreadable } from "../../../src/node/readFile.ts";
import { DataError } from "../../../src/tensor/errors.ts";

const mostFileBytes = 1_000_000;
const mostFiles = 300;
const mostCharacters = 20_000_000;
const mostZipBytes = 100_000_000;
const isCode = (path: string): boolean => /\.(ts|js|mjs)$/.test(path);
const isIgnored = (path: string): boolean =>
  path.split("/").some((part) => part === "node_modules" || part === "__MACOSX");
/** hidden files, with the exception of the progress of the course */
const isWanted = (path: string): boolean =>
  !isIgnored(path) && (path.endsWith(progressFile) || (isCode(path) && !/(^|\/)\./.test(path)));

export const progressFile = ".course/progress.json";

/**
 * The texts of a project by their paths in it: of a folder, or of a .zip file. Symbolic links are not followed, so that no path leads out of the
 * folder. Throws DataError where it cannot be read or is larger than any project.
 */
export async function readProjectFiles(path: string): Promise<Map<string, string>> {
  if (isFolder(path)) return folderTexts(path);
  if (/\.zip$/i.test(path) || !existsSync(path)) return zipTexts(path);
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
      texts.set(inner, decode(readRegularFile(join(path, inner), { most: mostFileBytes })));
      limit(path, texts);
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

async function zipTexts(path: string): Promise<Map<string, string>> {
  const bytes = bytesOf(readRegularFile(path, { most: mostZipBytes }));
  const texts = new Map<string, string>();
  for (const entry of await listZip(bytes, { name: path, mostEntries: 10 * mostFiles })) {
    const name = entry.path.replaceAll("\\", "/");
    if (!isWanted(name) || name.split("/").includes("..")) continue;
    if (entry.size > mostFileBytes)
      throw new DataError(`${path}: ${name}: expected at most ${mostFileBytes} bytes, found ${entry.size}`);
    texts.set(name, decode(await readZipEntry(bytes, entry, { name: path })));
    limit(path, texts);
  }
  return texts;
}

function limit(path: string, texts: ReadonlyMap<string, string>): void {
  const characters = [...texts.values()].reduce((sum, { length }) => sum + length, 0);
  if (texts.size > mostFiles || characters > mostCharacters)
    throw new DataError(`${path}: expected a project, found ${texts.size} files with ${characters} characters of code`);
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
