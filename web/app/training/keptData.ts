import { DataError, type DataRequest } from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { appFolder, entriesOf, megabytes, reasonOf, writeFile } from "./opfs.ts";
import type { KeptData } from "./protocol.ts";

// The files of the user's data, kept in this browser so that a run continues after a reload without asking for them.

const mostBytes = 500_000_000;
const pieceBytes = 4_000_000;
/** written last: a folder without it is a copy that was interrupted */
const completeFile = ".complete";

/** "plants.csv" of "data/plants.csv": the name under which data is stored, and found by runs of the command too. */
export function dataName({ path }: Pick<DataRequest, "path">): string {
  return path?.split(/[\\/]/).findLast((part) => part !== "") ?? "CIFAR-100";
}

/** Stores the files of a request. If that fails, returns the reason: then a run needs them again after a reload. */
export async function keepFiles(request: DataRequest, files: readonly ChosenFile[]): Promise<string | undefined> {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  const again = "choose it again to continue a run after a reload";
  if (size > mostBytes)
    return `${dataName(request)} is not kept in this browser, because it has ${megabytes(size)}, and at most ${megabytes(mostBytes)} are kept; ${again}`;
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate();
  if (size > 0.8 * (quota - usage))
    return `${dataName(request)} is not kept in this browser, because it needs ${megabytes(size)}, and ${megabytes(quota - usage)} of its storage are left; ${again}`;
  const parent = await appFolder("data");
  const name = `${await keyOf(files)}-${dataName(request)}`;
  try {
    const folder = await parent.getDirectoryHandle(name, { create: true });
    if (await exists(folder, completeFile)) return undefined;
    for (const { path, file } of files) await copyInto(folder, path, file);
    await folder.getFileHandle(completeFile, { create: true });
    return undefined;
  } catch (error) {
    await parent.removeEntry(name, { recursive: true }).catch(() => {}); // a partial copy takes up space
    return `${dataName(request)} is not kept in this browser: ${await reasonOf(error as Error)}; ${again}`;
  }
}

/** All kept files that were chosen under the name of a request: there may be several data sets of one name. */
export async function keptFiles(request: DataRequest): Promise<ChosenFile[][]> {
  const parent = await appFolder("data");
  const found: ChosenFile[][] = [];
  for await (const [name, handle] of entriesOf(parent)) {
    if (handle.kind !== "directory" || name.slice(keyLength + 1) !== dataName(request)) continue;
    const folder = handle as FileSystemDirectoryHandle;
    if (await exists(folder, completeFile)) found.push(await filesIn(folder, ""));
  }
  return found;
}

/** Names and sizes of all stored data. */
export async function listKept(): Promise<KeptData[]> {
  const all: KeptData[] = [];
  for await (const [id, handle] of entriesOf(await appFolder("data"))) {
    if (handle.kind !== "directory") continue;
    const files = await filesIn(handle as FileSystemDirectoryHandle, "");
    all.push({ id, name: id.slice(keyLength + 1), size: files.reduce((sum, { file }) => sum + file.size, 0) });
  }
  return all;
}

export async function removeKept(id: string): Promise<void> {
  try {
    await (await appFolder("data")).removeEntry(id, { recursive: true });
  } catch (error) {
    throw new DataError(`${id.slice(keyLength + 1)}: cannot be removed: ${(error as Error).message}`, { cause: error });
  }
}

const keyLength = 16;

/** A key from names, sizes and dates, which needs no reading: the same files have the same key. */
async function keyOf(files: readonly ChosenFile[]): Promise<string> {
  const text = JSON.stringify(files.map(({ path, file }) => [path, file.size, file.lastModified]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, keyLength / 2), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return folder.getFileHandle(name).then(
    () => true,
    () => false,
  );
}

async function copyInto(folder: FileSystemDirectoryHandle, path: string, file: Blob): Promise<void> {
  const names = path.split("/").filter((part) => part !== "");
  let inner = folder;
  for (const name of names.slice(0, -1)) inner = await inner.getDirectoryHandle(name, { create: true });
  const handle = await inner.getFileHandle(names[names.length - 1], { create: true });
  await writeFile(handle, piecesOf(file));
}

async function* piecesOf(file: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += pieceBytes)
    yield new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer());
}

async function filesIn(folder: FileSystemDirectoryHandle, prefix: string): Promise<ChosenFile[]> {
  const files: ChosenFile[] = [];
  for await (const [name, handle] of entriesOf(folder)) {
    if (handle.kind === "directory")
      files.push(...(await filesIn(handle as FileSystemDirectoryHandle, `${prefix}${name}/`)));
    else if (prefix !== "" || name !== completeFile)
      files.push({ path: `${prefix}${name}`, file: await (handle as FileSystemFileHandle).getFile() });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
