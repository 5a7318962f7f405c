import { concatenate } from "../../formats/byteReader.ts";
import { decompress, inflateStream } from "../../formats/inflate.ts";
import { DataError } from "../../tensor/errors.ts";
import { decodeInBrowser } from "./decodeInBrowser.ts";
import type { Platform } from "./platform.ts";

const GB = 1e9;

/** The memory for data in bytes: half of the device memory that the browser reports, or 2 GB if it reports none. */
function memory(): number {
  const { deviceMemory = 4 } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return (deviceMemory * GB) / 2;
}

/** The platform of a browser, in a page or a worker: decompression streams and createImageBitmap. */
export const browserPlatform: Platform = {
  memory: memory(),
  inflate: inflateStream,
  gunzip: (compressed, where) => decompress(compressed, "gzip", where),
  decodeImage: decodeInBrowser,
  async *unpack(compressed, kind, where) {
    if (kind === "zstd" && !canUnpackZstd())
      throw new DataError(`${where}: this browser cannot decompress zstd; decompress it first: unzstd FILE`);
    yield* decompress(compressed, kind as CompressionFormat, where, () => {});
  },
  async inflateRaw(packed, size, where) {
    const source = (async function* () {
      yield packed;
    })();
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of decompress(source, "deflate-raw", where, () => {})) {
      length += part.length;
      if (length > size)
        throw new DataError(`${where}: corrupted: expected ${size} bytes after decompression, found more`);
      parts.push(part);
    }
    return concatenate(parts);
  },
};

function canUnpackZstd(): boolean {
  try {
    new DecompressionStream("zstd" as CompressionFormat);
    return true;
  } catch {
    return false;
  }
}
