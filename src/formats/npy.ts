import { DataError } from "../tensor/errors.ts";
import { concatenate } from "./byteReader.ts";
import { crc32 } from "./crc32.ts";
import { decompress } from "./inflate.ts";

/** An array of a .npy file: numbers of the file's own type, in row-major order. */
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

/**
 * Reads NumPy's .npy format, versions 1 to 3: booleans, whole numbers of up to 32 bits (64 where all fit into 53), float32 and
 * float64 of either byte order, in C or Fortran order. Objects are pickles, which can run code, and are refused.
 * Throws DataError; trusts no length and allocates no more than the file is long.
 * Source: numpy.lib.format's documentation (NEP 1).
 */
export function readNpy(bytes: Uint8Array, { name }: { readonly name: string }): NpyArray {
  const fail = (problem: string): never => {
    throw new DataError(`${name}: not a NumPy array that can be read: ${problem}`);
  };
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) fail("it does not begin with \\x93NUMPY");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6];
  if (version < 1 || version > 3) fail(`version ${version}`);
  const start = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerLength > bytes.length - start) fail("its header is truncated");
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerLength));
  const type = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const shapeText = /'shape':\s*\(([\d,\sL]*)\)/.exec(header);
  if (!order || !shapeText) fail(`its header is ${JSON.stringify(header.slice(0, 80))}`);
  if (!type) fail("its elements are no plain numbers");
  const [, byteOrder, kind, size] = type as RegExpExecArray;
  const shape = (shapeText as RegExpExecArray)[1]
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean)
    .map(Number.parseFloat);
  const count = shape.reduce((product, length) => product * length, 1);
  const width = Number(size);
  const wide = kind === "i" || kind === "u" ? width === 8 : false;
  const Type = types[`${kind}${size}` as keyof typeof types];
  if (!Type && !wide) fail(`elements of type ${kind}${size}; convert them to float32 with astype("float32")`);
  const data = bytes.subarray(start + headerLength);
  if (!Number.isSafeInteger(count) || data.length !== count * width) {
    fail(`shape (${shape.join(", ")}) of ${kind}${size} takes ${count * width} bytes, ${data.length} are there`);
  }
  const copy = new Uint8Array(data); // not slice(): that of a Node Buffer shares its memory
  if (byteOrder === ">" && width > 1)
    for (let i = 0; i < copy.length; i += width) copy.subarray(i, i + width).reverse();
  const numbers = wide ? narrow(copy, kind === "i", fail) : new Type(copy.buffer);
  const fortran = (order as RegExpExecArray)[1] === "True" && shape.length > 1;
  return { shape, data: fortran ? rowMajor(numbers, shape) : numbers };
}

/** 64-bit whole numbers, labels most of the time, as float64. */
function narrow(bytes: Uint8Array<ArrayBuffer>, signed: boolean, fail: (problem: string) => never): Float64Array {
  const wide = signed ? new BigInt64Array(bytes.buffer) : new BigUint64Array(bytes.buffer);
  return Float64Array.from(wide, (value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : fail(`${value} is too large`);
  });
}

/** From the first index fastest to the last index fastest. */
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

/** More than any real file needs, and little enough to hold: what claims more is no data set. */
const mostBytes = 4e9;
const mostEntries = 1000;

/**
 * The arrays of an .npz file (a zip of .npy files, stored or deflated) by name. Throws DataError; an entry that unfolds to another
 * size than it says, or to more than 4 GB, is refused while it unfolds, and one whose CRC-32 is wrong behind that.
 */
export async function readNpz(
  bytes: Uint8Array,
  { name }: { readonly name: string },
): Promise<Record<string, NpyArray>> {
  const fail = (problem: string): never => {
    throw new DataError(`${name}: not an .npz file that can be read: ${problem}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const within = (start: number, length: number): void => {
    if (start < 0 || start + length > bytes.length) fail("it is truncated");
  };
  let end = bytes.length - 22;
  const earliest = Math.max(0, end - 65_535);
  while (end >= earliest && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < earliest) fail("the end of a zip's directory is missing");
  const entries = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (entries > mostEntries) fail(`${entries} entries`);
  const arrays: Record<string, NpyArray> = Object.create(null);
  let total = 0;
  for (let entry = 0; entry < entries; entry++) {
    within(at, 46);
    if (view.getUint32(at, true) !== 0x02014b50) fail("its directory is damaged");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const checksum = view.getUint32(at + 16, true);
    let [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    let start = view.getUint32(at + 42, true);
    within(at + 46, nameLength + extraLength);
    const file = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const large = zip64(view, at + 46 + nameLength, extraLength, [size, packed, start]);
    [size, packed, start] = large;
    at += 46 + nameLength + extraLength + commentLength;
    within(start, 30);
    if (view.getUint32(start, true) !== 0x04034b50) fail(`${file} is not where the directory says`);
    const dataStart = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    within(dataStart, packed);
    total += size;
    if (flags & 1) fail(`${file} is encrypted`);
    if (total > mostBytes) fail(`it unfolds to more than ${mostBytes} bytes`);
    const data = bytes.subarray(dataStart, dataStart + packed);
    const where = `${name}: ${file}`;
    if (method !== 0 && method !== 8) fail(`${file} is packed with method ${method}`);
    const content = method === 0 ? data : await unfold(data, size, where);
    if (content.length !== size) fail(`${file} has ${content.length} bytes, the directory says ${size}`);
    if (crc32(content) !== checksum) fail(`${file} is corrupted: its checksum differs from the one in the directory`);
    if (file.endsWith(".npy") && file !== "__proto__.npy")
      arrays[file.slice(0, -4)] = readNpy(content, { name: where });
  }
  return arrays;
}

/** Sizes that do not fit into 32 bits stand in an extra field, in this order and only where the short one is all ones. */
function zip64(
  view: DataView,
  start: number,
  length: number,
  short: [number, number, number],
): [number, number, number] {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    const end = Math.min(field + view.getUint16(at + 2, true), start + length);
    return short.map((value) => {
      if (value !== 0xffffffff || field + 8 > end) return value;
      field += 8;
      return Number(view.getBigUint64(field - 8, true));
    }) as [number, number, number];
  }
  return short;
}

async function unfold(packed: Uint8Array, size: number, where: string): Promise<Uint8Array> {
  const source = (async function* () {
    yield packed;
  })();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of decompress(source, "deflate-raw", where)) {
    length += part.length;
    if (length > size) throw new DataError(`${where}: unfolds to more than the ${size} bytes that it says`);
    parts.push(part);
  }
  return concatenate(parts);
}
