import { DataError } from "../tensor/errors.ts";

/** Bytes that arrive in pieces, from a file or a decompressed stream. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Reads exact lengths from bytes that arrive in pieces. Memory is allocated only for bytes that have arrived. */
export class ByteReader {
  readonly name: string;
  /** The number of bytes that have been consumed. */
  offset = 0;
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #current: Uint8Array = new Uint8Array(0);

  constructor(name: string, chunks: ByteChunks) {
    this.name = name;
    this.#chunks =
      Symbol.asyncIterator in chunks
        ? chunks[Symbol.asyncIterator]()
        : (chunks as Iterable<Uint8Array>)[Symbol.iterator]();
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#current.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#current = next.value;
    }
    return false;
  }

  /** The next `length` bytes without consuming them; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    if (this.#current.length < length) {
      const parts = [this.#current];
      for (let have = this.#current.length; have < length; ) {
        const next = await this.#chunks.next();
        if (next.done) break;
        parts.push(next.value);
        have += next.value.length;
      }
      this.#current = concatenate(parts);
    }
    return this.#current.subarray(0, length);
  }

  /** Exactly `length` bytes. Throws DataError if the source ends before. */
  async read(length: number, what: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.take(length, what)) parts.push(part);
    return parts.length === 1 ? parts[0] : concatenate(parts);
  }

  /** Exactly `length` bytes, in pieces as they arrive. Throws DataError if the source ends before. */
  async *take(length: number, what: string): AsyncGenerator<Uint8Array, void, void> {
    const start = this.offset;
    for (let left = length; left > 0; ) {
      if (await this.isAtEnd()) {
        const got = length - left;
        throw new DataError(
          `${this.name}: truncated: ${what} at byte ${start}: expected ${length} bytes, found ${got}; fetch the file again`,
        );
      }
      const part = this.#current.subarray(0, left);
      this.#current = this.#current.subarray(part.length);
      this.offset += part.length;
      left -= part.length;
      yield part;
    }
  }

  async skip(length: number, what: string): Promise<void> {
    for await (const _ of this.take(length, what));
  }

  /** Ends reading, so that the source can close its file. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
