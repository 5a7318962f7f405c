import { DataError } from "../tensor/errors.ts";

/** Inflates a zlib stream piece by piece; `where` is what its errors start with. Throws DataError on corrupted bytes. */
export type Inflate = (compressed: AsyncIterable<Uint8Array>, where: string) => AsyncIterable<Uint8Array>;

/** `Inflate` with the platform's DecompressionStream, which browsers and Node both have. */
export const inflateStream: Inflate = (compressed, where) => decompress(compressed, "deflate", where);

/** The bytes that went into a decompressor and came out of it. */
export interface Tally {
  taken: number;
  given: number;
}

/**
 * Keeps a small hostile file from filling the memory: with the copies that readers make of what comes out, a file never takes
 * more than ten times its size and 64 MB. Images and measured numbers shrink to a half or a third.
 */
const mostGrowth = 5;
const spareBytes = 20_000_000;

/** Passes bytes on, and counts them. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tally: Tally,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    tally.taken += chunk.length;
    yield chunk;
  }
}

/** Counts what came out. Throws DataError when it is more than 5 times what went in, and 20 MB. */
export function checkGrowth(tally: Tally, length: number, where: string): void {
  tally.given += length;
  if (tally.given <= mostGrowth * tally.taken + spareBytes) return;
  throw new DataError(
    `${where}: ${tally.taken} bytes unfold to more than ${tally.given - length}; if it is meant, unpack it with another program`,
  );
}

/**
 * Decompresses piece by piece, reading ahead no further than the stream's buffers; `check` sees how much comes out of how much. Throws
 * DataError.
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

/** What the source itself reported stays; what the decompressor reported becomes a DataError. */
export function dataError(error: unknown, where: string): DataError {
  if (error instanceof DataError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const reason = said === "Premature close" ? "bytes follow its end" : said || "its bytes are not valid";
  return new DataError(`${where}: corrupted: it cannot be inflated (${reason}); fetch the file again`);
}
