import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createInflate } from "node:zlib";
import { checkGrowth, counted, dataError, type Inflate } from "../../formats/inflate.ts";

/**
 * Large pieces: zlib decompresses one in another thread while this thread copies the one before to the images. A piece takes zlib longer
 * than copying a block of columns takes this thread, so zlib seldom waits. With the default of 16 KiB, the two threads wait for each other.
 */
const options = { chunkSize: 2 ** 23, highWaterMark: 2 ** 23 };

/** `Inflate` with Node's zlib, twice as fast as DecompressionStream. */
export const inflateZlib: Inflate = (compressed, where) => decompress(createInflate(options), compressed, where);

/** The same in small pieces: slower for files of megabytes, faster for thousands of small files. */
export const inflateSmall: Inflate = (compressed, where) => decompress(createInflate(), compressed, where);

/** Decompresses a .gz file, piece by piece. Throws DataError. */
export function gunzip(
  compressed: AsyncIterable<Uint8Array>,
  where: string,
  pieces: { readonly chunkSize?: number } = options,
): AsyncGenerator<Uint8Array, void, void> {
  return decompress(createGunzip(pieces), compressed, where);
}

async function* decompress(
  transform: Transform,
  compressed: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<Uint8Array, void, void> {
  const tally = { taken: 0, given: 0 };
  const source = Readable.from(counted(compressed, tally), { objectMode: false });
  const feeding = pipeline(source, transform);
  feeding.catch(() => {});
  try {
    for await (const chunk of transform as AsyncIterable<Uint8Array>) {
      checkGrowth(tally, chunk.length, where);
      yield chunk;
    }
    await feeding;
  } catch (error) {
    throw dataError(error, where);
  } finally {
    transform.destroy();
    await feeding.catch(() => {});
  }
}
