import { concatenate } from "../../formats/byteReader.ts";
import type { RandomBytes } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";

/** The most bytes of a file that is read as a whole: 4 GB. Archives and CIFAR-100 are read in pieces and have no such limit. */
export const mostFileBytes = 4_000_000_000;
/** The most bytes of a text (CSV, JSON): what a JavaScript string is sure to hold. */
export const mostTextBytes = 500_000_000;

/** A file that is read by position. */
export interface RandomFile extends RandomBytes {
  close(): void;
}

/** A file wherever it is: on a disk, in a browser, in an archive. It can be read more than once. */
export interface InputFile {
  /** what errors and notes call it: its path */
  readonly name: string;
  /** in bytes; unknown where the file is unpacked while it is read */
  readonly size: number | undefined;
  /** all bytes in pieces, from the start. Throws DataError that names the file. */
  open(): AsyncIterable<Uint8Array>;
  /** all bytes as one array. Throws DataError, also for more than `most` bytes. */
  bytes(most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** for reading by position; absent where the file can only be read from its start */
  openRandom?(): RandomFile;
}

/** Files by their paths: a folder, or what was dropped onto a page. */
export interface InputFolder {
  readonly name: string;
  /** "cats/1.jpg": relative, parts separated by "/", in the order of the listing */
  readonly files: readonly string[];
  /** all folders in it, also those that hold nothing; parents before their children */
  readonly folders: readonly string[];
  /** one of `files` */
  file(path: string): InputFile;
}

/** What data is read from. */
export type InputPlace =
  | { readonly kind: "file"; readonly file: InputFile }
  | { readonly kind: "folder"; readonly folder: InputFolder };

/** A file that only exists as a stream of pieces. */
export function streamedFile(name: string, open: () => AsyncIterable<Uint8Array>): InputFile {
  return { name, size: undefined, open, bytes: (most = mostFileBytes) => readWhole(open(), name, most) };
}

/** The first bytes, at least `least` if the file has that many, and then all bytes from the start. */
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
    // kept until the rest is read; a reader of files gives a new array each time
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
