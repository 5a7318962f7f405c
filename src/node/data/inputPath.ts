import { statSync } from "node:fs";
import { type InputFile, type InputPlace, mostFileBytes, streamedFile } from "../../data/reading/inputFile.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { openFile, readChunks, readRegularFile } from "../readFile.ts";
import { openFolder } from "./inputFolder.ts";

/** Called with the number of bytes that have been read, and the total where it is known. */
export type OnBytes = (read: number, total: number | undefined) => void;

const pieceBytes = 2 ** 22;

/** The name of standard input on a command line. */
export const standardInput = "-";

/** The file or folder at a path, or standard input for "-". Folders are listed; files are opened when they are read. */
export function inputAt(path: string, onBytes?: OnBytes): InputPlace {
  if (path !== standardInput && isFolder(path)) return { kind: "folder", folder: openFolder(path) };
  return { kind: "file", file: inputFile(path, onBytes) };
}

/** A file, or standard input for "-". */
export function inputFile(path: string, onBytes?: OnBytes): InputFile {
  if (path === standardInput) return inputBytes(onBytes);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  return {
    name: path,
    size,
    async *open() {
      let read = 0;
      for await (const piece of readChunks(path, Math.min(pieceBytes, (size ?? 0) + 1024))) {
        yield plain(piece);
        read += piece.length;
        onBytes?.(read, size);
      }
    },
    bytes: async (most = mostFileBytes) => readRegularFile(path, { most }),
    openRandom: () => openFile(path),
  };
}

/** Converts a Buffer to a Uint8Array, so that loops over bytes are compiled for one type only. */
const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array => new Uint8Array(buffer, byteOffset, length);

/** Standard input. Its bytes are kept, because they may be read again. */
function inputBytes(onBytes?: OnBytes): InputFile {
  const name = "standard input";
  const kept: Uint8Array[] = [];
  let ended = false;
  return streamedFile(name, async function* () {
    yield* kept;
    if (ended) return;
    if (process.stdin.isTTY) {
      throw new DataError(
        `${name}: expected data from a pipe or a file, found a terminal; for example: cat FILE | handgrad …`,
      );
    }
    let read = 0;
    try {
      for await (const piece of process.stdin as AsyncIterable<Buffer>) {
        const bytes = plain(piece);
        kept.push(bytes);
        yield bytes;
        read += bytes.length;
        onBytes?.(read, undefined);
      }
    } catch (error) {
      throw new DataError(`${name}: cannot be read: ${(error as Error).message}`, { cause: error });
    }
    ended = true;
  });
}
