import { once } from "node:events";
import { pipeline, Readable } from "node:stream";
import { promisify } from "node:util";
import { brotliDecompressSync, createGunzip, createZstdDecompress, inflateRaw } from "node:zlib";
import type { Platform } from "../../data/reading/platform.ts";
import { DataError } from "../../tensor/errors.ts";
import { machineMemory } from "../machineMemory.ts";
import { decodeImage } from "./imageFile.ts";
import { gunzip, inflateZlib } from "./inflateZlib.ts";

const inflate = promisify(inflateRaw);
const decompressors = { gzip: createGunzip, zstd: createZstdDecompress } as const;

/** The platform of Node: zlib, and sharp for images. */
export const nodePlatform: Platform = {
  memory: machineMemory(),
  inflate: inflateZlib,
  gunzip: (compressed, where) => gunzip(compressed, where, { chunkSize: 2 ** 18 }),
  decodeImage,
  decompressBrotli: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }),
  async inflateRaw(packed, size, where) {
    try {
      const { buffer, byteOffset, length } = await inflate(packed, { maxOutputLength: Math.max(1, size) });
      return new Uint8Array(buffer, byteOffset, length);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason =
        code === "ERR_BUFFER_TOO_LARGE" ? `expected ${size} bytes after decompression, found more` : message;
      throw new DataError(`${where}: corrupted: ${reason}`, { cause: error });
    }
  },
  async *unpack(compressed, kind, where) {
    const stream = decompressors[kind]({ chunkSize: 2 ** 18 });
    let failure: unknown;
    pipeline(Readable.from(compressed), stream, (error) => {
      failure = error;
    });
    try {
      for await (const { buffer, byteOffset, length } of stream as AsyncIterable<Uint8Array>)
        yield new Uint8Array(buffer, byteOffset, length);
    } catch (error) {
      if (!stream.closed) await once(stream, "close");
      const reason = failure ?? error;
      if (reason instanceof DataError) throw reason;
      throw new DataError(`${where}: cannot be decompressed: ${(reason as Error).message}; fetch the file again`, {
        cause: reason,
      });
    }
  },
};
