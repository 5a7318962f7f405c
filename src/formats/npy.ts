import { DataError } from "../tensor/errors.ts";
import { bytesOf, listZip, readZipEntry } from "./zip.ts";

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
  const options = { name, what: "an .npz", mostEntries };
  const zip = bytesOf(bytes);
  const arrays: Record<string, NpyArray> = Object.create(null);
  let total = 0;
  for (const entry of listZip(zip, options)) {
    total += entry.size;
    if (total > mostBytes)
      throw new DataError(`${name}: not an .npz file that can be read: it unfolds to more than ${mostBytes} bytes`);
    const content = await readZipEntry(zip, entry, options);
    const { path } = entry;
    if (path.endsWith(".npy") && path !== "__proto__.npy")
      arrays[path.slice(0, -4)] = readNpy(content, { name: `${name}: ${path}` });
  }
  return arrays;
}
