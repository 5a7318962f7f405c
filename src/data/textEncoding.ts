/** The encoding of a text. */
export interface TextEncoding {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be";
  /** the length of the byte order mark in bytes */
  readonly mark: number;
  readonly note?: string;
}

/**
 * Detects the encoding of a text from its first bytes: a byte order mark, or the zero bytes of ASCII characters in UTF-16;
 * otherwise UTF-8. Other supersets of ASCII are treated as UTF-8 at first.
 */
export function detectEncoding(head: Uint8Array): TextEncoding {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: "utf-8", mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: "utf-16le", mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: "utf-16be", mark: 2 };
  const zeros = [0, 0];
  const length = Math.min(head.length, 4096) & ~1;
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 1]++;
  const [even, odd] = zeros;
  const note = "the text has no byte order mark and is read as UTF-16, because every other byte is zero";
  // At least half of the characters of a table are ASCII
  if (even === 0 && odd > length / 4) return { encoding: "utf-16le", mark: 0, note };
  if (odd === 0 && even > length / 4) return { encoding: "utf-16be", mark: 0, note };
  return { encoding: "utf-8", mark: 0 };
}

/** Converts pieces of a text to UTF-8, without the byte order mark. */
export async function* asUtf8(
  pieces: AsyncIterable<Uint8Array>,
  { encoding, mark }: TextEncoding,
): AsyncGenerator<Uint8Array, void, void> {
  const decoder = encoding === "utf-8" ? undefined : new TextDecoder(encoding);
  const encoder = new TextEncoder();
  let toSkip = decoder ? 0 : mark; // TextDecoder skips its own
  for await (const piece of pieces) {
    const skipped = Math.min(toSkip, piece.length);
    toSkip -= skipped;
    yield decoder ? encoder.encode(decoder.decode(piece, { stream: true })) : piece.subarray(skipped);
  }
  if (decoder) yield encoder.encode(decoder.decode());
}
