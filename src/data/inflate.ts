import { DataError } from "../tensor/errors.ts";

/** Inflates a zlib stream piece by piece; `where` is what its errors start with. Throws DataError on corrupted bytes. */
export type Inflate = (compressed: AsyncIterable<Uint8Array>, where: string) => AsyncIterable<Uint8Array>;

/** `Inflate` with the platform's DecompressionStream, which browsers and Node both have. */
export const inflateStream: Inflate = (compressed, where) => decompress(compressed, "deflate", where);

/** Decompresses piece by piece, reading ahead no further than the stream's buffers. Throws DataError. */
export async function* decompress(
  compressed: AsyncIterable<Uint8Array>,
  format: CompressionFormat,
  where: string,
): AsyncGenerator<Uint8Array, void, void> {
  const stream = new DecompressionStream(format);
  let failure: unknown;
  const feeding = feed(compressed, stream.writable).catch((error: unknown) => {
    failure ??= error;
  });
  const reader = stream.readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (error) {
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
