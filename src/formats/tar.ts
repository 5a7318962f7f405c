import { DataError } from "../tensor/errors.ts";
import { type ByteChunks, ByteReader } from "./byteReader.ts";

/** A file in an archive. Its contents can be read until the next entry is asked for. */
export interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const blockLength = 512;

/** The plain files of a tar archive (ustar, as GNU tar writes it) in their order. Throws DataError. */
export async function* readTar(archive: string, chunks: ByteChunks): AsyncGenerator<TarEntry, void, void> {
  const reader = new ByteReader(archive, chunks);
  try {
    while (!(await reader.isAtEnd())) {
      const offset = reader.offset;
      const header = await reader.read(blockLength, "a tar header");
      // a block of zeros ends the archive; what follows is drained, so that the checksum of a .gz around it is reached
      if (header.every((byte) => byte === 0)) continue;
      const { path, size, isFile } = parseHeader(header, `${archive}: the tar header at byte ${offset}`);
      const end = reader.offset + Math.ceil(size / blockLength) * blockLength;
      if (isFile) yield { path, size, chunks: reader.take(size, path) };
      await reader.skip(end - reader.offset, path);
    }
  } finally {
    await reader.close();
  }
}

function parseHeader(header: Uint8Array, where: string): { path: string; size: number; isFile: boolean } {
  const text = (start: number, end: number): string => {
    const field = header.subarray(start, end);
    const zero = field.indexOf(0);
    return String.fromCharCode(...(zero === -1 ? field : field.subarray(0, zero)));
  };
  // the checksum is the sum of the bytes, with eight spaces in its own place
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  const size = Number.parseInt(text(124, 136), 8);
  if (Number.parseInt(text(148, 156), 8) !== sum || !(size >= 0)) {
    throw new DataError(`${where} is corrupted, or this is no tar archive; fetch the file again`);
  }
  const prefix = text(257, 262) === "ustar" && header[263] === 48 ? text(345, 500) : "";
  const type = text(156, 157);
  return {
    path: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    size,
    isFile: type === "" || type === "0",
  };
}
