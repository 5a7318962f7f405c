import { once } from "node:events";
import { statSync } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { DataError } from "../../tensor/errors.ts";
import { readChunks } from "../readFile.ts";

/** Bytes that can be read more than once. */
export interface TableBytes {
  /** for messages */
  readonly name: string;
  /** known of files */
  readonly size: number | undefined;
  open(): AsyncIterable<Uint8Array>;
}

const pieceBytes = 2 ** 22;

/** How standard input is called on a command line. */
export const standardInput = "-";

/** A file, or standard input for "-". `onBytes` is called with the number of bytes read. Throws DataError. */
export function openTableBytes(path: string, onBytes?: (read: number, total: number | undefined) => void): TableBytes {
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
  };
}

/** Not a Buffer: loops over bytes are compiled once, for arrays of one kind. */
const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array => new Uint8Array(buffer, byteOffset, length);

/** Standard input; its bytes are kept, because they may be needed again. */
function inputBytes(onBytes?: (read: number, total: number | undefined) => void): TableBytes {
  const name = "standard input";
  const kept: Uint8Array[] = [];
  let ended = false;
  return {
    ...{ name, size: undefined },
    async *open() {
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
    },
  };
}

const decompressors = { gzip: createGunzip, zstd: createZstdDecompress } as const;

/** What a .gz or .zst unpacks to. Throws DataError where it is corrupted. */
export function unpacked(packed: TableBytes, kind: keyof typeof decompressors): TableBytes {
  return {
    name: packed.name,
    size: undefined,
    async *open() {
      const stream = decompressors[kind]({ chunkSize: 2 ** 18 });
      let failure: unknown;
      pipeline(Readable.from(packed.open()), stream, (error) => {
        failure = error;
      });
      try {
        for await (const piece of stream as AsyncIterable<Uint8Array>) yield plain(piece);
      } catch (error) {
        if (!stream.closed) await once(stream, "close");
        const reason = failure ?? error;
        if (reason instanceof DataError) throw reason;
        throw new DataError(
          `${packed.name}: cannot be decompressed: ${(reason as Error).message}; fetch the file again`,
          {
            cause: reason,
          },
        );
      }
    },
  };
}

/** The first bytes, at least `least` if the file has that many, and then all bytes from the start. */
export async function peek(
  source: TableBytes,
  least: number,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const iterator = source.open()[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < least) {
    const next = await iterator.next();
    if (next.done) break;
    // kept until the rest is read; a reader of files gives a new array each time
    pieces.push(next.value);
    length += next.value.length;
  }
  const head = pieces.length === 1 ? pieces[0] : plain(Buffer.concat(pieces));
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
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
