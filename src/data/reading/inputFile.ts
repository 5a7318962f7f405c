import { concatenate } from "../../formats/byteReader.ts";
import type { RandomBytes } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";

/** The largest file that is read as a whole: 4 GB. Archives and CIFAR-100 are read in pieces and have no such limit. */
export const mostFileBytes = 4_000_000_000;
/** The largest text (CSV, JSON) in bytes that fits into a JavaScript string in every engine. */
export const mostTextBytes = 500_000_000;

/** A file that supports reading by position. */
export interface RandomFile extends RandomBytes {
  close(): void;
}

/** A file on a disk, in a browser or in an archive. It can be read more than once. */
export interface InputFile {
  /** its path, for errors and notes */
  readonly name: string;
  /** the size in bytes; unknown if the file is decompressed while it is read */
  readonly size: number | undefined;
  /** all bytes in pieces, from the start; throws DataError with the name of the file */
  open(): AsyncIterable<Uint8Array>;
  /** all bytes as one array; throws DataError, also for more than `most` bytes */
  bytes(most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** opens the file for reading by position; absent if it can only be read from the start */
  openRandom?(): RandomFile;
}

/** Files by their paths: a folder, or the files that were dropped onto a page. */
export interface InputFolder {
  readonly name: string;
  /** relative paths such as "cats/1.jpg", with "/", in the order of the listing */
  readonly files: readonly string[];
  /** all folders in it, including empty ones; parents before their children */
  readonly folders: readonly string[];
  /** one of `files` */
  file(path: string): InputFile;
}

/** A source of data: a file or a folder. */
export type InputPlace =
  | { readonly kind: "file"; readonly file: InputFile }
  | { readonly kind: "folder"; readonly folder: InputFolder };

/** A file that only exists as a stream of pieces. */
export function streamedFile(name: string, open: () => AsyncIterable<Uint8Array>): InputFile {
  return { name, size: undefined, open, bytes: (most = mostFileBytes) => readWhole(open(), name, most) };
}

/** The first bytes (at least `least`, if the file has as many), and then all bytes from the start. */
export async function peek(
  file: InputFile,
  least: number,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = file.open()[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < least) {
    const next = await iterator.next();
    if (next.done) break;
    // kept without a copy, because every piece is a new array
    pieces.push(next.value);
    length += next.value.length;
  }
  const head = pieces.length === 1 ? pieces[0] : concatenate(pieces);
  return {
    head,
    all: (async function* () {
      try {
        yield* pieces;
        yield* { [Symbol.asyncIterator]: () => iterator };
      } finally {
        await iterator.return?.();
      }
    })(),
  };
}

/** All bytes as one array. Throws DataError if there are more than `most`. */
export async function readWhole(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > most) {
      throw new DataError(
        `${name}: expected at most ${most.toLocaleString("en")} bytes of this format, found more; convert it to CSV or Parquet`,
      );
    }
    parts.push(piece);
  }
  return concatenate(parts);
}
