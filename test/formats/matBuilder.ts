import { deflateSync } from "node:zlib";
import { concatenate } from "../../src/formats/byteReader.ts";

/** Writes MATLAB v5 files for tests, after the format's own description: what a reader must read, in both byte orders. */
export interface Order {
  readonly littleEndian: boolean;
}

/** type number and width of the numeric storage types of the format */
export const storage = {
  int8: [1, 1],
  uint8: [2, 1],
  int16: [3, 2],
  uint16: [4, 2],
  int32: [5, 4],
  uint32: [6, 4],
  single: [7, 4],
  double: [9, 8],
  int64: [12, 8],
  uint64: [13, 8],
} as const;
export type StorageName = keyof typeof storage;

export const classNumbers = {
  ...{ double: 6, single: 7, int8: 8, uint8: 9, int16: 10, uint16: 11, int32: 12, uint32: 13, int64: 14, uint64: 15 },
} as const;

export function matFile(elements: readonly Uint8Array[], { littleEndian }: Order): Uint8Array {
  const header = new Uint8Array(128).fill(32);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file, written by a test"));
  header.set(littleEndian ? [0, 1, 73, 77] : [1, 0, 77, 73], 124);
  return concatenate([header, ...elements]);
}

/** A tag and its data; up to 4 bytes go into the tag itself, as MATLAB writes them. */
export function element(type: number, data: Uint8Array, { littleEndian }: Order, small = data.length <= 4): Uint8Array {
  const bytes = new Uint8Array(small ? 8 : 8 + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  if (small) view.setUint32(0, (data.length << 16) | type, littleEndian);
  else {
    view.setUint32(0, type, littleEndian);
    view.setUint32(4, data.length, littleEndian);
  }
  bytes.set(data, small ? 4 : 8);
  return bytes;
}

export function numbers(name: StorageName, values: readonly (number | bigint)[], { littleEndian }: Order): Uint8Array {
  const width = storage[name][1];
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    const at = index * width;
    if (name === "int64" || name === "uint64") view.setBigInt64(at, BigInt(value), littleEndian);
    else if (name === "double") view.setFloat64(at, Number(value), littleEndian);
    else if (name === "single") view.setFloat32(at, Number(value), littleEndian);
    else if (width === 4) view.setInt32(at, Number(value), littleEndian);
    else if (width === 2) view.setInt16(at, Number(value), littleEndian);
    else view.setInt8(at, Number(value));
  });
  return bytes;
}

export interface MatrixOptions extends Order {
  readonly name?: string;
  readonly classNumber: number;
  readonly shape: readonly number[];
  readonly flags?: number;
}

/** A miMATRIX element around its values. */
export function matrix(
  { name = "", classNumber, shape, flags = 0, ...order }: MatrixOptions,
  values: readonly Uint8Array[],
): Uint8Array {
  const header = [
    element(6, numbers("uint32", [classNumber | (flags << 8), 0], order), order),
    element(5, numbers("int32", shape, order), order),
    element(1, new TextEncoder().encode(name), order),
  ];
  return element(14, concatenate([...header, ...values]), order, false);
}

export function numericMatrix(
  options: Omit<MatrixOptions, "classNumber"> & {
    readonly class: keyof typeof classNumbers;
    readonly storage: StorageName;
  },
  columnMajor: readonly (number | bigint)[],
): Uint8Array {
  const values = element(storage[options.storage][0], numbers(options.storage, columnMajor, options), options);
  return matrix({ ...options, classNumber: classNumbers[options.class] }, [values]);
}

/** A char array of one row, as UTF-8 (type 16) with its dimensions in characters. */
export function textMatrix(text: string, options: Order & { readonly name?: string }): Uint8Array {
  const values = element(16, new TextEncoder().encode(text), options);
  return matrix({ ...options, classNumber: 4, shape: [1, text.length] }, [values]);
}

export function cellMatrix(cells: readonly Uint8Array[], options: Order & { readonly name?: string }): Uint8Array {
  return matrix({ ...options, classNumber: 1, shape: [cells.length, 1] }, cells);
}

export function compressed(inner: Uint8Array, order: Order): Uint8Array {
  const data = deflateSync(inner);
  const tag = new Uint8Array(8);
  const view = new DataView(tag.buffer);
  view.setUint32(0, 15, order.littleEndian);
  view.setUint32(4, data.length, order.littleEndian);
  return concatenate([tag, data]);
}
