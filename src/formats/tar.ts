import { DataError } from "../tensor/errors.ts";
import { type ByteChunks, ByteReader } from "./byteReader.ts";

/** A file in an archive. Its contents can be read until the next entry is asked for. */
export interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const blockLength = 512;
/** Bytes of an entry that only carries a long name: more than any system's path. */
const longestName = 2 ** 16;

/**
 * The plain files of a tar archive in their order: ustar, with the long names and large sizes of GNU tar ("L", base 256) and of
 * POSIX ("x"). With `folders`, also its folders, whose paths end with "/". Throws DataError.
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
      // a block of zeros ends the archive; what follows is drained, so that the checksum of a .gz around it is reached
      if (header.every((byte) => byte === 0)) continue;
      const where = `${archive}: the tar header at byte ${offset}`;
      const { type, ...own } = parseHeader(header, where);
      const { path, size } = { ...own, ...next };
      const end = reader.offset + Math.ceil(size / blockLength) * blockLength;
      if (type === "L" || type === "x") {
        if (size > longestName) throw new DataError(`${where} has a name of ${size} bytes`);
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

/** What an entry says about the one after it. */
interface Renamed {
  readonly path?: string;
  readonly size?: number;
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The path and the size in lines "LENGTH KEY=VALUE", where the length counts the bytes of the line. */
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
  // the checksum is the sum of the bytes, with eight spaces in its own place
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  const size = header[124] === 0x80 ? wholeNumber(header.subarray(125, 136)) : Number.parseInt(text(124, 136), 8);
  if (Number.parseInt(text(148, 156), 8) !== sum || !(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) {
    throw new DataError(`${where} is corrupted, or this is no tar archive; fetch the file again`);
  }
  const prefix = text(257, 262) === "ustar" && header[263] === 48 ? decode(field(345, 500)) : "";
  const name = decode(field(0, 100));
  return { path: prefix === "" ? name : `${prefix}/${name}`, size, type: text(156, 157) };
}

/** Bytes as one number, the first byte counting most. */
const wholeNumber = (bytes: Uint8Array): number => bytes.reduce((number, byte) => 256 * number + byte, 0);
