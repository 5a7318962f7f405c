import { DataError } from "../../tensor/errors.ts";
import { type InputFile, type InputFolder, type InputPlace, mostFileBytes } from "./inputFile.ts";

/** A file that was dropped onto a page or chosen in it. */
export interface GivenFile {
  /** the path with the dropped folders, such as "pets/cats/1.jpg"; a path that ends with "/" is an empty folder */
  readonly path: string;
  /** absent for a folder */
  readonly file?: Blob | undefined;
}

const pieceBytes = 2 ** 22;

/** Called with the number of bytes that were read from the start, and the total. */
type OnBytes = (read: number, total: number) => void;

/** A file of a browser, read in slices. */
export function blobFile(name: string, blob: Blob, onBytes?: OnBytes): InputFile {
  const read = async (start: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataError(`${name}: cannot be read: ${reason}; if it was changed or moved, choose it again`, {
        cause: error,
      });
    }
    if (bytes.length === length) return bytes;
    throw new DataError(`${name}: it became shorter while it was read; choose it again when no program writes to it`);
  };
  return {
    name,
    size: blob.size,
    async *open() {
      for (let at = 0; at < blob.size; at += pieceBytes) {
        const length = Math.min(pieceBytes, blob.size - at);
        yield await read(at, length);
        onBytes?.(at + length, blob.size);
      }
    },
    async bytes(most = mostFileBytes) {
      if (blob.size <= most) return read(0, blob.size);
      const [expected, found] = [most, blob.size].map((count) => count.toLocaleString("en"));
      throw new DataError(`${name}: expected at most ${expected} bytes, found ${found}`);
    },
    openRandom: () => ({ length: blob.size, read, close() {} }),
  };
}

/** The dropped files as one file or a folder. Throws DataError if there are none. */
export function placeOf(given: readonly GivenFile[], onBytes?: OnBytes): InputPlace {
  const [first] = given;
  if (!first) throw new DataError("no file was chosen; choose a table, a ZIP, or images in folders");
  if (given.length === 1 && first.file && !first.path.includes("/"))
    return { kind: "file", file: blobFile(first.path, first.file, onBytes) };
  return { kind: "folder", folder: folderOf(given, onBytes) };
}

/** The name of several files without a common folder. */
const loose = "the files";

function folderOf(given: readonly GivenFile[], onBytes?: OnBytes): InputFolder {
  const [top] = given[0].path.split("/");
  const isOne = given.every(({ path }) => path.startsWith(`${top}/`));
  const name = isOne ? top : loose;
  const inner = (path: string): string => (isOne ? path.slice(top.length + 1) : path);
  const blobs = new Map<string, Blob>();
  const folders = new Set<string>();
  for (const { path, file } of given) {
    const parts = inner(path).split("/").slice(0, -1);
    for (const [i] of parts.entries()) folders.add(parts.slice(0, i + 1).join("/"));
    if (file) blobs.set(inner(path), file);
  }
  const progress = onBytes && joined(onBytes);
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  return {
    ...{ name, files: [...blobs.keys()].sort(byName), folders: [...folders].sort(byName) },
    file(path) {
      const blob = blobs.get(path);
      const called = isOne ? `${name}/${path}` : path;
      if (!blob) throw new DataError(`${called}: not among the chosen files`);
      return blobFile(called, blob, progress?.(path));
    },
  };
}

/** The progress of several files that are read at the same time: all bytes that were read, of all files that were begun. */
function joined(onBytes: OnBytes): (path: string) => OnBytes {
  const files = new Map<string, { readonly read: number; readonly total: number }>();
  return (path) => (read, total) => {
    files.set(path, { read, total });
    const sum = (count: "read" | "total") => [...files.values()].reduce((all, file) => all + file[count], 0);
    onBytes(sum("read"), sum("total"));
  };
}
