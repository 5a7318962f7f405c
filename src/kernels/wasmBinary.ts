import { binaries } from "./wasmBinary.generated.ts";

/** `fused` uses relaxed SIMD; `plain` rounds every operation. */
export type WasmBinary = "fused" | "plain";

/** The bytes of a binary. The pieces of both binaries alternate in the text (scripts/buildWasm.ts). */
export function wasmBinary(name: WasmBinary): Uint8Array<ArrayBuffer> {
  const { piece, fused, plain, digits } = binaries;
  const bytes = new Uint8Array(name === "fused" ? fused : plain);
  let from = 0;
  for (let start = 0; start < Math.max(fused, plain); start += piece) {
    const lengths = [fused, plain].map((length) => Math.min(Math.max(length - start, 0), piece));
    const own = from + (name === "fused" ? 0 : 2 * lengths[0]);
    const end = Math.min(start + piece, bytes.length);
    for (let i = start, at = own; i < end; i++, at += 2) bytes[i] = 16 * valueAt(digits, at) + valueAt(digits, at + 1);
    from += 2 * (lengths[0] + lengths[1]);
  }
  return bytes;
}

/**
 * The value of a hexadecimal digit in lower case. Compressed hexadecimal text is two thirds of the size of compressed base64,
 * because base64 hides repeated bytes.
 */
function valueAt(digits: string, at: number): number {
  const code = digits.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87; // "0" is 48, "a" is 97
}
