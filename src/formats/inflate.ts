import { DataError } from "../tensor/errors.ts";

/** Decompresses a zlib stream piece by piece; `where` is the beginning of its errors. Throws DataError on corrupted bytes. */
export type Inflate = (compressed: AsyncIterable<Uint8Array>, where: string) => AsyncIterable<Uint8Array>;

/** `Inflate` with DecompressionStream, which both browsers and Node have. */
export const inflateStream: Inflate = (compressed, where) => decompress(compressed, "deflate", where);

/** The number of bytes that a decompressor has read and written. */
export interface Tally {
  taken: number;
  given: number;
}

/**
 * The limits that prevent a small malicious file from filling the memory. With the copies that readers make, a file takes at most
 * ten times its size plus 64 MB. Images and measured numbers are usually compressed to a half or a third.
 */
const mostGrowth = 5;
const spareBytes = 20_000_000;

/** Yields bytes and counts them. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tally: Tally,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    tally.taken += chunk.length;
    yield chunk;
  }
}

/** Counts decompressed bytes. Throws DataError if they exceed 5 times the compressed bytes plus 20 MB. */
export function checkGrowth(tally: Tally, length: number, where: string): void {
  tally.given += length;
  if (tally.given <= mostGrowth * tally.taken + spareBytes) return;
  throw new DataError(
    `${where}: ${tally.taken} bytes decompress to more than ${tally.given - length}; if this is correct, decompress the file with another program`,
  );
}

/**
 * Decompresses piece by piece, reading ahead no further than the stream's buffers. `check` is called with the sizes before and
 * after decompression. Throws DataError.
 */
export async function* decompress(
  compressed: AsyncIterable<Uint8Array>,
  format: CompressionFormat,
  where: string,
  check: typeof checkGrowth = checkGrowth,
): AsyncGenerator<Uint8Array, void, void> {
  const stream = new DecompressionStream(format);
  const tally = { taken: 0, given: 0 };
  let failure: unknown;
  const feeding = feed(counted(compressed, tally), stream.writable).catch((error: unknown) => {
    failure ??= error;
  });
  const reader = stream.readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      check(tally, next.value.length, where);
      yield next.value;
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    await feeding;
    throw dataError(failure ?? error, where);
  } finally {
    await reader.cancel().catch(() => {});
    await feeding;
  }
}

async function feed(compressed: AsyncIterable<Uint8Array>, writable: WritableStream<BufferSource>): Promise<void> {
  const writer = writable.getWriter();
  try {
    for await (const chunk of compressed) await writer.write(chunk as Uint8Array<ArrayBuffer>);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/** Turns an error of the decompressor into a DataError; an error of the source is kept. */
export function dataError(error: unknown, where: string): DataError {
  if (error instanceof DataError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const reason = said === "Premature close" ? "there are bytes after its end" : said || "its bytes are not valid";
  return new DataError(`${where}: corrupted: it cannot be decompressed (${reason}); fetch the file again`);
}
