import { DataError } from "../tensor/errors.ts";
import { bytesOf, listZip, readZipEntry } from "./zip.ts";

/** An array of a .npy file, in row-major order: numbers of the type in the file. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data:
    | Float32Array
    | Float64Array
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array;
}

const types = {
  f4: Float32Array,
  f8: Float64Array,
  u1: Uint8Array,
  b1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
} as const;

/** An array of texts (NumPy's dtypes U and S), without trailing zeros. */
export interface NpyTexts {
  readonly shape: readonly number[];
  readonly texts: readonly string[];
}

type Fail = (problem: string) => never;

const failing =
  (name: string): Fail =>
  (problem) => {
    throw new DataError(`${name}: cannot be read as a NumPy array: ${problem}`);
  };

/**
 * Reads NumPy's .npy format, versions 1 to 3: booleans, whole numbers of up to 32 bits (64 bits if all values fit into 53),
 * float16 (as float32), float32 and float64, in either byte order and in C or Fortran order. Objects are refused, because they
 * are pickles, which can run code. Throws DataError. It checks all stated lengths and allocates at most the length of the file
 * (twice that for float16). Source: numpy.lib.format's documentation (NEP 1).
 */
export function readNpy(bytes: Uint8Array, { name }: { readonly name: string }): NpyArray {
  const fail = failing(name);
  const { kind, width, isBigEndian, isFortran, shape, content } = readHeader(bytes, fail);
  const wide = (kind === "i" || kind === "u") && width === 8;
  const Type = types[`${kind}${width}` as keyof typeof types];
  const isHalf = kind === "f" && width === 2;
  if (!Type && !wide && !isHalf)
    fail(`elements of type ${kind}${width} are not supported; convert them to float32 with astype("float32")`);
  checkLength(shape, kind, width, content, fail);
  const copy = inLittleEndian(content, isBigEndian ? width : 1);
  const numbers = wide ? narrow(copy, kind === "i", fail) : isHalf ? fromHalf(copy) : new Type(copy.buffer);
  return { shape, data: isFortran && shape.length > 1 ? rowMajor(numbers, shape) : numbers };
}

/**
 * The layout of a .npy file, from its first bytes: kind and size of an element, order, shape, and the position of the first
 * element. Throws DataError.
 */
export function npyLayout(head: Uint8Array, { name }: { readonly name: string }) {
  const { content, isBigEndian: _, ...layout } = readHeader(head, failing(name));
  return { ...layout, start: head.length - content.length };
}

/** Like `readNpy`, and also reads arrays of texts. */
export function readNpyOrTexts(bytes: Uint8Array, { name }: { readonly name: string }): NpyArray | NpyTexts {
  const fail = failing(name);
  const { kind, width, isBigEndian, isFortran, shape, content } = readHeader(bytes, fail);
  if (kind !== "U" && kind !== "S") return readNpy(bytes, { name });
  const unit = kind === "U" ? 4 : 1; // U counts characters of 4 bytes
  checkLength(shape, kind, width * unit, content, fail);
  const codes = inLittleEndian(content, isBigEndian ? unit : 1);
  const points = unit === 4 ? new Uint32Array(codes.buffer) : codes;
  const count = width === 0 ? 0 : points.length / width;
  const texts = Array.from({ length: count }, (_, i) => textOf(points.subarray(i * width, (i + 1) * width), fail));
  if (isFortran && shape.length > 1)
    fail("texts in Fortran order are not supported; save them with numpy.ascontiguousarray");
  return { shape, texts };
}

function textOf(points: Uint32Array | Uint8Array, fail: Fail): string {
  let end = points.length;
  while (end > 0 && points[end - 1] === 0) end--;
  if (points instanceof Uint8Array) return new TextDecoder().decode(points.subarray(0, end));
  return Array.from(points.subarray(0, end), (point) =>
    point <= 0x10ffff ? String.fromCodePoint(point) : fail(`expected characters, found code ${point}`),
  ).join("");
}

interface NpyHeader {
  readonly kind: string;
  /** the size of an element in bytes, for U in characters */
  readonly width: number;
  readonly isBigEndian: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  readonly content: Uint8Array;
}

function readHeader(bytes: Uint8Array, fail: Fail): NpyHeader {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) fail("it does not begin with \\x93NUMPY");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6];
  if (version < 1 || version > 3) fail(`expected version 1, 2 or 3, found ${version}`);
  const start = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > bytes.length - start) fail("its header is truncated");
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerLength));
  const type = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const shapeText = /'shape':\s*\(([\d,\sL]*)\)/.exec(header);
  if (!order || !shapeText)
    return fail(`expected descr, fortran_order and shape in its header, found ${JSON.stringify(header.slice(0, 80))}`);
  if (/'descr':\s*'\|O'/.test(header))
    return fail(
      "its elements are not plain numbers but Python objects, which can run code; save texts with astype(str)",
    );
  if (!type) return fail("its elements are not plain numbers");
  const [, byteOrder, kind, size] = type;
  const shape = shapeText[1]
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean)
    .map(Number.parseFloat);
  return {
    ...{ kind, shape, width: Number(size) },
    isBigEndian: byteOrder === ">",
    isFortran: order[1] === "True",
    content: bytes.subarray(start + headerLength),
  };
}

function checkLength(shape: readonly number[], kind: string, width: number, content: Uint8Array, fail: Fail): void {
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count) || content.length !== count * width) {
    fail(`expected ${count * width} bytes for shape (${shape.join(", ")}) of ${kind}${width}, found ${content.length}`);
  }
}

/** A copy, with the bytes of each element reversed if `width` is above 1. */
function inLittleEndian(content: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(content); // not slice(): that of a Node Buffer shares its memory
  if (width > 1) for (let i = 0; i < copy.length; i += width) copy.subarray(i, i + width).reverse();
  return copy;
}

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
function fromHalf(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return Float32Array.from(new Uint16Array(bytes.buffer), (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return bits & 0x8000 ? -size : size;
  });
}

/** Converts 64-bit whole numbers (usually labels) to float64. */
function narrow(bytes: Uint8Array<ArrayBuffer>, signed: boolean, fail: (problem: string) => never): Float64Array {
  const wide = signed ? new BigInt64Array(bytes.buffer) : new BigUint64Array(bytes.buffer);
  return Float64Array.from(wide, (value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : fail(`expected whole numbers of at most 53 bits, found ${value}`);
  });
}

/** Converts from column-major (Fortran) to row-major order. */
function rowMajor<Data extends NpyArray["data"]>(data: Data, shape: readonly number[]): Data {
  const result = data.slice() as Data;
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((product, length) => product * length, 1));
  const place = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from += place[axis] * strides[axis];
    result[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return result;
}

/** The limits of an .npz file: more than any data set needs, and little enough for the memory. */
const mostBytes = 4e9;
/** An .npz file with more arrays is refused. */
const mostArrays = 1000;

/**
 * Reads the arrays of an .npz file (a zip of .npy files, stored or deflated) by name. Throws DataError, also for an entry whose
 * decompressed size differs from the stated size or exceeds 4 GB, or whose CRC-32 is wrong.
 */
export async function readNpz(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): Promise<Record<string, NpyArray>> {
  return readEntries(bytes, name, (content, where) => readNpy(content, { name: where }));
}

/** The reason why an array of an .npz cannot be read, for example because it contains Python objects. */
export interface NpyProblem {
  readonly problem: string;
}

/**
 * Like `readNpz`, and also reads arrays of texts. If one array cannot be read, the others still are. Throws DataError for a
 * damaged archive.
 */
export async function readNpzOrTexts(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): Promise<Record<string, NpyArray | NpyTexts | NpyProblem>> {
  return readEntries(bytes, name, (content, where) => readNpyOrProblem(content, { name: where }));
}

/** Like `readNpyOrTexts`, but returns a DataError as a problem, because the array may not be needed. */
export function readNpyOrProblem(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): NpyArray | NpyTexts | NpyProblem {
  try {
    return readNpyOrTexts(bytes, { name });
  } catch (error) {
    if (error instanceof DataError) return { problem: error.message };
    throw error;
  }
}

/** Options to list and read the entries of an .npz. */
export const npzOptions = (name: string) => ({ name, what: "an .npz", mostEntries: mostArrays });

/** Whether an entry of an .npz is an array. */
export const isArrayEntry = (path: string): boolean => path.endsWith(".npy") && path !== "__proto__.npy";

async function readEntries<Value>(
  bytes: Uint8Array,
  name: string,
  read: (content: Uint8Array, where: string) => Value,
): Promise<Record<string, Value>> {
  const options = npzOptions(name);
  const zip = bytesOf(bytes);
  const arrays: Record<string, Value> = Object.create(null);
  let total = 0;
  for (const entry of await listZip(zip, options)) {
    total += entry.size;
    if (total > mostBytes)
      throw new DataError(
        `${name}: cannot be read as an .npz file: expected at most ${mostBytes} decompressed bytes, found more`,
      );
    const content = await readZipEntry(zip, entry, options);
    const { path } = entry;
    if (isArrayEntry(path)) arrays[path.slice(0, -4)] = read(content, `${name}: ${path}`);
  }
  return arrays;
}
