import { DataError } from "../tensor/errors.ts";
import { type NumericArray, storageTypes } from "./matFormat.ts";

/** The bytes of one array (the contents of a miMATRIX element) and the options of its reader. */
export interface MatrixBytes {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** For messages: the file and the place, "train.mat: the element at byte 128". */
  readonly where: string;
  /** The most bytes for the values of one array. */
  readonly limit: number;
}

export interface Element {
  readonly type: number;
  readonly start: number;
  readonly length: number;
  /** The position of the next element. Values are padded to 8 bytes. */
  readonly next: number;
}

/** The most dimensions; no array has more. */
const maximumShortLength = 4 * 32;

export function corrupted({ where }: MatrixBytes, what: string): DataError {
  return new DataError(`${where}: corrupted: ${what}`);
}

/** The element at `offset`. An element of 1 to 4 bytes may be inside the tag itself ("small data element"). Throws DataError. */
export function elementAt(source: MatrixBytes, offset: number): Element {
  const { bytes, littleEndian, where } = source;
  if (offset + 8 > bytes.length) {
    throw new DataError(`${where}: truncated: expected a tag at byte ${offset}, found the end at byte ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(offset, littleEndian);
  const smallLength = word >>> 16;
  if (smallLength > 4)
    throw corrupted(source, `expected a small element of at most 4 bytes at byte ${offset}, found ${smallLength}`);
  if (smallLength > 0) return { type: word & 0xffff, start: offset + 4, length: smallLength, next: offset + 8 };
  const length = view.getUint32(offset + 4, littleEndian);
  return { type: word, start: offset + 8, length, next: offset + 8 + Math.ceil(length / 8) * 8 };
}

/** The bytes of an element's values. Throws DataError if they exceed the source. */
export function bytesOf({ bytes, where }: MatrixBytes, { start, length }: Element): Uint8Array {
  if (start + length > bytes.length) {
    throw new DataError(
      `${where}: truncated: expected ${length} bytes at byte ${start}, found the end at byte ${bytes.length}`,
    );
  }
  return bytes.subarray(start, start + length);
}

/** The numbers of a short element, which must have the given type. */
export function numbersOf(source: MatrixBytes, element: Element, type: number, what: string): number[] {
  if (element.type !== type) throw corrupted(source, `${what}: expected type ${type}, found ${element.type}`);
  if (element.length > maximumShortLength) {
    throw corrupted(source, `${what}: unexpected length of ${element.length} bytes`);
  }
  return Array.from(storedNumbers(source, element) as Int32Array);
}

/** A copy of the numbers of an element in their stored type, in the byte order of this machine. */
export function storedNumbers(source: MatrixBytes, element: Element): NumericArray {
  const storage = storageTypes[element.type];
  if (storage === undefined) throw corrupted(source, `expected a type of numbers, found type ${element.type}`);
  // not slice(): a Node Buffer's slice shares its memory
  const bytes = new Uint8Array(bytesOf(source, element));
  const width = storage.array.BYTES_PER_ELEMENT;
  if (bytes.length % width !== 0) {
    throw corrupted(source, `expected whole ${storage.name} values, found ${bytes.length} bytes`);
  }
  if (!source.littleEndian) for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return new storage.array(bytes.buffer);
}
