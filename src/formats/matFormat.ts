/** The tables of the MATLAB v5 format ("MAT-File Format", The MathWorks, tables 1-1 and 1-3). */

export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

type NumericArrayConstructor = {
  new (length: number): NumericArray;
  new (buffer: ArrayBuffer): NumericArray;
  readonly BYTES_PER_ELEMENT: number;
};

/** The types of stored numbers, by the number in an element's tag. */
export const storageTypes: Record<number, { name: string; array: NumericArrayConstructor } | undefined> = {
  1: { name: "int8", array: Int8Array },
  2: { name: "uint8", array: Uint8Array },
  3: { name: "int16", array: Int16Array },
  4: { name: "uint16", array: Uint16Array },
  5: { name: "int32", array: Int32Array },
  6: { name: "uint32", array: Uint32Array },
  7: { name: "single", array: Float32Array },
  9: { name: "double", array: Float64Array },
  12: { name: "int64", array: BigInt64Array },
  13: { name: "uint64", array: BigUint64Array },
};

export const elementType = { int32: 5, uint32: 6, matrix: 14, compressed: 15, utf8: 16, utf16: 17, utf32: 18 } as const;

/** The class of an array in MATLAB. The values may be stored in a smaller type ("double" as uint8) to save space. */
export const numericClasses = {
  double: Float64Array,
  single: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} satisfies Record<string, NumericArrayConstructor>;

export type NumericClass = keyof typeof numericClasses;
export type MatClass = NumericClass | "cell" | "struct" | "object" | "char" | "sparse" | "function" | "opaque";

/** The classes by number, from 1. */
export const classNames: readonly (MatClass | undefined)[] = [
  undefined,
  "cell",
  "struct",
  "object",
  "char",
  "sparse",
  "double",
  "single",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "function",
  "opaque",
];

export function isNumericClass(name: MatClass): name is NumericClass {
  return name in numericClasses;
}

/** A numeric array, row-major. int64 and uint64 become Float64Array if every value is a safe integer, otherwise bigint. */
export interface MatNumeric {
  readonly kind: "numeric";
  readonly class: NumericClass;
  readonly logical: boolean;
  readonly shape: readonly number[];
  readonly data: NumericArray;
  /** The imaginary part; only complex arrays have one. */
  readonly imaginary?: NumericArray;
}

/** A char array; `data` are its rows, the last dimension as a string. */
export interface MatText {
  readonly kind: "text";
  readonly class: "char";
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

/** A cell array, row-major. */
export interface MatCells {
  readonly kind: "cells";
  readonly class: "cell";
  readonly shape: readonly number[];
  readonly data: readonly MatVariable[];
}

export type MatVariable = MatNumeric | MatText | MatCells;

/** The header before an array's values. */
export interface MatHeader {
  readonly name: string;
  readonly class: MatClass;
  readonly shape: readonly number[];
  readonly logical: boolean;
  readonly complex: boolean;
}
