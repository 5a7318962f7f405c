/** A replacer for JSON.stringify: typed arrays become lists of numbers, not objects with a key for each index. */
export function plainArrays(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Int32Array) : value;
}
