import type { SafetensorsElement } from "./safetensors.ts";

/**
 * Types of elements that PyTorch writes and Handgrad's models do not have, converted to float32 or float64. All values are exact
 * except whole numbers beyond 2⁵³.
 */
export const otherElements: Readonly<Record<string, SafetensorsElement>> = {
  F16: { bytes: 2, dtype: "float32", read: (view, at) => halfValue(view.getUint16(at, true)) },
  BF16: { bytes: 2, dtype: "float32", read: (view, at) => bfloatValue(view.getUint16(at, true)) },
  BOOL: { bytes: 1, dtype: "float32", read: (view, at) => view.getUint8(at) },
  U8: { bytes: 1, dtype: "float32", read: (view, at) => view.getUint8(at) },
  I8: { bytes: 1, dtype: "float32", read: (view, at) => view.getInt8(at) },
  U16: { bytes: 2, dtype: "float32", read: (view, at) => view.getUint16(at, true) },
  I16: { bytes: 2, dtype: "float32", read: (view, at) => view.getInt16(at, true) },
  U32: { bytes: 4, dtype: "float64", read: (view, at) => view.getUint32(at, true) },
  I32: { bytes: 4, dtype: "float64", read: (view, at) => view.getInt32(at, true) },
  U64: { bytes: 8, dtype: "float64", read: (view, at) => Number(view.getBigUint64(at, true)) },
  I64: { bytes: 8, dtype: "float64", read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** IEEE 754 binary16: 1 sign bit, 5 of the exponent, 10 of the fraction. */
function halfValue(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function bfloatValue(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}
