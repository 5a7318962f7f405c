import { bytesOf, listZip, readZipEntry } from "../../src/formats/zip.ts";
import { DataError } from "../../src/tensor/errors.ts";

// Which files of a folder or a .zip belong to a project, and how large a project can be.

export const mostFileBytes = 1_000_000;
export const mostFiles = 300;
const mostCharacters = 20_000_000;
const isCode = (path: string): boolean => /\.(ts|js|mjs)$/.test(path);
export const isIgnored = (path: string): boolean =>
  path.split("/").some((part) => part === "node_modules" || part === "__MACOSX");
/** hidden files, with the exception of the progress of the course */
export const isWanted = (path: string): boolean =>
  !isIgnored(path) && (path.endsWith(progressFile) || (isCode(path) && !/(^|\/)\./.test(path)));

export const progressFile = ".course/progress.json";

/**
 * The texts of a project in a .zip file, by their paths in it, and the file `also` if it is given. Throws DataError that begins
 * with `name`.
 */
export async function zipTexts(zip: Uint8Array, name: string, also?: string): Promise<Map<string, string>> {
  const bytes = bytesOf(zip);
  const texts = new Map<string, string>();
  for (const entry of await listZip(bytes, { name, mostEntries: 10 * mostFiles })) {
    const path = entry.path.replaceAll("\\", "/");
    const isOther = also !== undefined && path.endsWith(also);
    if (!(isWanted(path) || isOther) || path.split("/").includes("..")) continue;
    if (entry.size > (isOther ? 50 : 1) * mostFileBytes)
      throw new DataError(`${name}: ${path}: expected at most ${mostFileBytes} bytes, found ${entry.size}`);
    texts.set(path, decodeText(await readZipEntry(bytes, entry, { name })));
    limitTexts(name, texts);
  }
  return texts;
}

/** Throws DataError if a project has more files or characters than any project needs. */
export function limitTexts(name: string, texts: ReadonlyMap<string, string>): void {
  const characters = [...texts.values()].reduce((sum, { length }) => sum + length, 0);
  if (texts.size > mostFiles || characters > mostCharacters)
    throw new DataError(`${name}: expected a project, found ${texts.size} files with ${characters} characters of code`);
}

export const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
