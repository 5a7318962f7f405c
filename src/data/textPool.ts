import type { DistinctTexts } from "./table.ts";

/** Up to this many strings are decoded once; with more, each is decoded when it is read. */
const mostListed = 10_000;
/** Half of the maximum length of a string in current browsers. */
const longestString = 2 ** 28;

/**
 * Distinct texts as bytes, with codes from 0, in a hash table with open addressing. It takes the bytes of the texts plus 12 to 20
 * bytes for each text, about a third of the memory of strings in a Map.
 */
export class TextPool {
  private bytes = new Uint8Array(256);
  /** text `code` is bytes[ends[code − 1], ends[code]) */
  private ends = new Uint32Array(16);
  private hashes = new Int32Array(16);
  /** code + 1, or 0 for a free slot */
  private slots = new Int32Array(32);
  length = 0;
  /** whether the text in the last call of `intern` was new */
  isNew = false;

  /** The code of bytes[from, to). */
  intern(source: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i], 0x01000193); // FNV-1a
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let code = this.slots[slot] - 1; code >= 0; code = this.slots[slot] - 1) {
      if (this.hashes[code] === hash && this.equals(code, source, from, to)) {
        this.isNew = false;
        return code;
      }
      slot = (slot + 1) & mask;
    }
    this.isNew = true;
    return this.add(source, from, to, hash, slot);
  }

  private equals(code: number, source: Uint8Array, from: number, to: number): boolean {
    const start = code === 0 ? 0 : this.ends[code - 1];
    if (this.ends[code] - start !== to - from) return false;
    const { bytes } = this;
    for (let i = from, j = start; i < to; i++, j++) if (source[i] !== bytes[j]) return false;
    return true;
  }

  private add(source: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const code = this.length++;
    if (code === this.ends.length) {
      this.ends = grown(this.ends, code + 1);
      this.hashes = grown(this.hashes, code + 1);
    }
    const start = code === 0 ? 0 : this.ends[code - 1];
    const end = start + to - from;
    if (end > this.bytes.length) this.bytes = grown(this.bytes, end);
    for (let i = from, j = start; i < to; i++, j++) this.bytes[j] = source[i];
    this.ends[code] = end;
    this.hashes[code] = hash;
    this.slots[slot] = code + 1;
    if (this.length * 2 > this.slots.length) this.rehash();
    return code;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < this.length; code++) {
      let slot = this.hashes[code] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.slots = slots;
  }

  /** the approximate memory in bytes */
  get memory(): number {
    return this.used + 16 * this.length;
  }

  /** The bytes of one text, as a view. */
  view(code: number): Uint8Array {
    return this.bytes.subarray(code === 0 ? 0 : this.ends[code - 1], this.ends[code]);
  }

  private get used(): number {
    return this.length === 0 ? 0 : this.ends[this.length - 1];
  }

  private isAscii(): boolean {
    const { bytes, used } = this;
    for (let i = 0; i < used; i++) if (bytes[i] >= 128) return false;
    return true;
  }

  /** Whether every text is valid UTF-8. */
  isUtf8(): boolean {
    if (this.isAscii()) return true;
    const decoder = new TextDecoder("utf-8", { fatal: true });
    for (let code = 0; code < this.length; code++) {
      const view = this.view(code);
      if (view.every((byte) => byte < 128)) continue;
      try {
        decoder.decode(view);
      } catch {
        return false;
      }
    }
    return true;
  }

  /** The texts; nothing can be added afterwards. */
  finish(encoding: TextEncodingName): DistinctTexts {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    const { length } = this;
    this.slots = new Int32Array(0);
    this.hashes = new Int32Array(0);
    let at = (code: number) => decoder.decode(this.view(code));
    if (length > mostListed && this.used < longestString && this.isAscii()) {
      // Slicing one string is faster than decoding bytes
      const all = decoder.decode(this.bytes.subarray(0, this.used));
      const { ends } = this;
      this.bytes = new Uint8Array(0);
      at = (code) => all.slice(code === 0 ? 0 : ends[code - 1], ends[code]);
    }
    if (length > mostListed) {
      return {
        ...{ length, at },
        *[Symbol.iterator]() {
          for (let code = 0; code < length; code++) yield at(code);
        },
      };
    }
    const texts = Array.from({ length }, (_, code) => at(code));
    return { length, at: (code) => texts[code], [Symbol.iterator]: () => texts[Symbol.iterator]() };
  }
}

export type TextEncodingName = "utf-8" | "windows-1252";

type Growable =
  | Uint8Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A copy with room for `needed` entries, at least half as many again. */
export function grown<T extends Growable>(array: T, needed: number): T {
  const larger = new (array.constructor as new (length: number) => T)(
    Math.max(needed, Math.ceil(array.length * 1.5), 16),
  );
  larger.set(array);
  return larger;
}
