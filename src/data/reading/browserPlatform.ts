import { concatenate } from "../../formats/byteReader.ts";
import { decompress, inflateStream } from "../../formats/inflate.ts";
import { DataError } from "../../tensor/errors.ts";
import { decodeInBrowser } from "./decodeInBrowser.ts";
import type { Platform } from "./platform.ts";

const GB = 1e9;

/** What data may fill: half of what the browser says that the device has; 2 GB where it does not say. */
function memory(): number {
  const { deviceMemory = 4 } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return (deviceMemory * GB) / 2;
}

/** Decompression streams and createImageBitmap, in a page or a worker. */
export const browserPlatform: Platform = {
  memory: memory(),
  inflate: inflateStream,
  gunzip: (compressed, where) => decompress(compressed, "gzip", where),
  decodeImage: decodeInBrowser,
  async *unpack(compressed, kind, where) {
    if (kind === "zstd" && !canUnpackZstd())
      throw new DataError(`${where}: this browser cannot unpack zstd; unpack it first: unzstd FILE`);
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
        throw new DataError(`${where}: corrupted: it unfolds to more than the ${size} bytes that it says`);
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
