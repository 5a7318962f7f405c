import { DataError } from "../tensor/errors.ts";
import { type ByteChunks, ByteReader } from "./byteReader.ts";

/** A file in an archive. Its contents can be read until the next entry is requested. */
export interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const blockLength = 512;
/** The largest entry with a long name, in bytes: longer than the paths of any system. */
const longestName = 2 ** 16;

/**
 * Reads the plain files of a tar archive in order: ustar, with the long names and large sizes of GNU tar ("L", base 256) and of
 * POSIX ("x"). With `folders`, it also yields folders, whose paths end with "/". Throws DataError.
 */
export async function* readTar(
  archive: string,
  chunks: ByteChunks,
  { folders = false }: { readonly folders?: boolean } = {},
): AsyncGenerator<TarEntry, void, void> {
  const reader = new ByteReader(archive, chunks);
  let next: Renamed = {};
  try {
    while (!(await reader.isAtEnd())) {
      const offset = reader.offset;
      const header = await reader.read(blockLength, "a tar header");
      // a block of zeros ends the archive; the rest is read so that the checksum of an outer .gz is verified
      if (header.every((byte) => byte === 0)) continue;
      const where = `${archive}: the tar header at byte ${offset}`;
      const { type, ...own } = parseHeader(header, where);
      const { path, size } = { ...own, ...next };
      const end = reader.offset + Math.ceil(size / blockLength) * blockLength;
      if (type === "L" || type === "x") {
        if (size > longestName)
          throw new DataError(`${where}: expected a name of at most ${longestName} bytes, found ${size}`);
        const content = decode(await reader.read(size, path));
        next = type === "L" ? { path: content.replace(/\0.*$/s, "") } : parseRecords(content);
      } else {
        next = {};
        if (type === "5" && folders) yield { path: path.replace(/\/*$/, "/"), size, chunks: reader.take(size, path) };
        if (type === "" || type === "0") yield { path, size, chunks: reader.take(size, path) };
      }
      await reader.skip(end - reader.offset, path);
    }
  } finally {
    await reader.close();
  }
}

/** The name and size that an entry states for the next entry. */
interface Renamed {
  readonly path?: string;
  readonly size?: number;
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The path and the size in lines "LENGTH KEY=VALUE"; the length is the number of bytes in the line. */
function parseRecords(content: string): Renamed {
  const path = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(content)?.[1];
  const size = /(?:^|\n)\d+ size=(\d{1,15})\n/.exec(content)?.[1];
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) };
}

function parseHeader(header: Uint8Array, where: string): { path: string; size: number; type: string } {
  const field = (start: number, end: number): Uint8Array => {
    const zero = header.indexOf(0, start);
    return header.subarray(start, zero === -1 ? end : Math.min(zero, end));
  };
  const text = (start: number, end: number): string => String.fromCharCode(...field(start, end));
  // the checksum is the sum of all bytes, with its own bytes counted as eight spaces
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  const size = header[124] === 0x80 ? wholeNumber(header.subarray(125, 136)) : Number.parseInt(text(124, 136), 8);
  if (Number.parseInt(text(148, 156), 8) !== sum || !(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) {
    throw new DataError(`${where} is corrupted, or the file is not a tar archive; fetch the file again`);
  }
  const prefix = text(257, 262) === "ustar" && header[263] === 48 ? decode(field(345, 500)) : "";
  const name = decode(field(0, 100));
  return { path: prefix === "" ? name : `${prefix}/${name}`, size, type: text(156, 157) };
}

/** Bytes as a big-endian number. */
const wholeNumber = (bytes: Uint8Array): number => bytes.reduce((number, byte) => 256 * number + byte, 0);
