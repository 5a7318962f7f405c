import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { mostFileBytes, mostTextBytes } from "../data/reading/inputFile.ts";
import { DataError } from "../tensor/errors.ts";

/** One system call reads less than 2 GiB; pieces of this size also leave room for signals between them. */
const pieceBytes = 2 ** 26;

/** @inline */
interface ReadOptions {
  /** the most bytes; a larger file is refused before it is read */
  readonly most?: number;
}

/**
 * The content of a regular file, also through a symbolic link. Pipes, devices, sockets and folders are refused without waiting
 * for them, as are files with more than `most` bytes and files whose size changes while they are read. Throws DataError with the
 * name of the file and the system's error as its cause.
 */
export function readRegularFile(path: string, { most = mostFileBytes }: ReadOptions = {}): Uint8Array<ArrayBuffer> {
  const { descriptor, size } = openRegularFile(path);
  try {
    if (size > most) throw new DataError(`${path}: expected at most ${bytes(most)}, found ${bytes(size)}`);
    const content = allocate(path, size);
    let length = 0;
    for (let got = -1; got !== 0 && length < size; length += got) {
      got = readSync(descriptor, content, length, Math.min(pieceBytes, size - length), length);
    }
    const more = readSync(descriptor, new Uint8Array(1), 0, 1, length);
    if (length === size && more === 0) return content;
    const found = more === 0 ? bytes(length) : `more than ${bytes(length)}`;
    throw new DataError(
      `${path}: expected ${bytes(size)}, found ${found}: it changed while it was read; try again when no program writes to it`,
    );
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/** The content of a file as UTF-8 text, at most 500 MB, without byte order mark. */
export function readRegularText(path: string, { most = mostTextBytes }: ReadOptions = {}): string {
  return new TextDecoder().decode(readRegularFile(path, { most }));
}

/** A regular file for reading by position. */
export interface OpenFile {
  readonly length: number;
  /** Exactly `length` bytes from `start`. Throws DataError if the file has become shorter or cannot be read. */
  read(start: number, length: number): Uint8Array;
  close(): void;
}

/** Opens a regular file of any size to read parts of it. Throws DataError as `readRegularFile` does. */
export function openFile(path: string): OpenFile {
  const { descriptor, size } = openRegularFile(path);
  return {
    length: size,
    read(start, length) {
      const content = allocate(path, length);
      try {
        for (let have = 0, got = -1; have < length; have += got) {
          got = readSync(descriptor, content, have, Math.min(pieceBytes, length - have), start + have);
          if (got === 0)
            throw new DataError(`${path}: it became shorter while it was read; try again when no program writes to it`);
        }
      } catch (error) {
        throw unreadable(path, error);
      }
      return content;
    },
    close: () => closeSync(descriptor),
  };
}

/** The bytes of a regular file in pieces, of any size. Throws DataError as `readRegularFile` does. */
export async function* readChunks(path: string, pieces = 2 ** 21): AsyncGenerator<Uint8Array, void, void> {
  const { descriptor } = openRegularFile(path);
  try {
    yield* createReadStream(path, { fd: descriptor, highWaterMark: pieces }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Opened without blocking (a pipe without a writer would block the process forever) and checked through the descriptor. */
function openRegularFile(path: string): { readonly descriptor: number; readonly size: number } {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isFile()) return { descriptor, size: stat.size };
    throw new DataError(`${path}: expected a regular file, found ${kindOf(stat)}; name a file${advice(stat)}`);
  } catch (error) {
    closeSync(descriptor);
    throw unreadable(path, error);
  }
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a pipe (FIFO)";
  return stat.isSocket() ? "a socket" : "a device";
}

const advice = (stat: Stats): string => (stat.isDirectory() ? " in it" : ", or write its output to a file first");

function allocate(path: string, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new DataError(`${path}: ${bytes(size)} do not fit into memory`, { cause: error });
  }
}

const bytes = (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "byte" : "bytes"}`;

/** The system's error codes as text. Other errors keep their message. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "missing: no such file or folder",
  EACCES: "cannot be read: permission denied",
  EPERM: "cannot be read: permission denied",
  ENOTDIR: "cannot be read: a part of its path is a file, not a folder",
  ELOOP: "cannot be read: its symbolic links lead in a circle",
  ENAMETOOLONG: "cannot be read: the name is too long",
  ENXIO: "expected a regular file, found a socket or a device without a driver; name a file",
};

/** An error of the system as a DataError with the name of the file or folder. */
export function unreadable(path: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new DataError(`${path}: ${reasons[code] ?? `cannot be read: ${message}`}`, { cause: error });
}

/** Whether an error of the functions above means that no file has this name. */
export function isMissing(error: unknown): boolean {
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  return error instanceof DataError && cause?.code === "ENOENT";
}
