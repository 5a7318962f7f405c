import { DataError } from "../tensor/errors.ts";
import { type NumericArray, storageTypes } from "./matFormat.ts";

/** Bytes of one array (the contents of a miMATRIX element) and what its reader has to know. */
export interface MatrixBytes {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** For messages: the file and the place, "train.mat: the element at byte 128". */
  readonly where: string;
  /** The most bytes that the values of one array may take. */
  readonly limit: number;
}

export interface Element {
  readonly type: number;
  readonly start: number;
  readonly length: number;
  /** Where the next element begins: values are padded to 8 bytes. */
  readonly next: number;
}

/** More than any array has dimensions. */
const maximumShortLength = 4 * 32;

export function corrupted({ where }: MatrixBytes, what: string): DataError {
  return new DataError(`${where}: corrupted: ${what}`);
}

/** The element at `offset`; 1 to 4 bytes may lie inside the tag itself ("small data element"). Throws DataError. */
export function elementAt(source: MatrixBytes, offset: number): Element {
  const { bytes, littleEndian, where } = source;
  if (offset + 8 > bytes.length) {
    throw new DataError(`${where}: truncated: no room for a tag at byte ${offset} of ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(offset, littleEndian);
  const smallLength = word >>> 16;
  if (smallLength > 4) throw corrupted(source, `a small element of ${smallLength} bytes at byte ${offset}`);
  if (smallLength > 0) return { type: word & 0xffff, start: offset + 4, length: smallLength, next: offset + 8 };
  const length = view.getUint32(offset + 4, littleEndian);
  return { type: word, start: offset + 8, length, next: offset + 8 + Math.ceil(length / 8) * 8 };
}

/** The bytes of an element's values. Throws DataError when they do not fit. */
export function bytesOf({ bytes, where }: MatrixBytes, { start, length }: Element): Uint8Array {
  if (start + length > bytes.length) {
    throw new DataError(`${where}: truncated: ${length} bytes at byte ${start} do not fit into ${bytes.length}`);
  }
  return bytes.subarray(start, start + length);
}

/** The numbers of a short element that must be of one type. */
export function numbersOf(source: MatrixBytes, element: Element, type: number, what: string): number[] {
  if (element.type !== type) throw corrupted(source, `${what} are of type ${element.type}, not ${type}`);
  if (element.length > maximumShortLength) {
    throw corrupted(source, `${what} of ${element.length} bytes`);
  }
  return Array.from(storedNumbers(source, element) as Int32Array);
}

/** The numbers of an element as they are stored, in memory of their own and this machine's byte order. */
export function storedNumbers(source: MatrixBytes, element: Element): NumericArray {
  const storage = storageTypes[element.type];
  if (storage === undefined) throw corrupted(source, `${element.type} is no type of numbers`);
  // not slice(): a Node Buffer's slice shares its memory
  const bytes = new Uint8Array(bytesOf(source, element));
  const width = storage.array.BYTES_PER_ELEMENT;
  if (bytes.length % width !== 0) {
    throw corrupted(source, `${bytes.length} bytes do not hold whole ${storage.name} values`);
  }
  if (!source.littleEndian) for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return new storage.array(bytes.buffer);
}
