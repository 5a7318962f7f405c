import { gunzipSync } from "node:zlib";
import { DataError } from "../../tensor/errors.ts";
import { readRegularFile } from "../readFile.ts";

const mostUnzipped = 2 ** 31;

/** The content of a file, decompressed if its name ends with .gz. Throws DataError, also for more than 2 GiB. */
export function readMaybeGzip(path: string): Uint8Array {
  const bytes = readRegularFile(path);
  if (!path.endsWith(".gz")) return bytes;
  try {
    const { buffer, byteOffset, length } = gunzipSync(bytes, { maxOutputLength: mostUnzipped });
    return new Uint8Array(buffer, byteOffset, length); // not a Buffer, because rows are copied into arrays of the same type
  } catch (error) {
    throw new DataError(`${path}: cannot be decompressed: ${(error as Error).message}`, { cause: error });
  }
}
