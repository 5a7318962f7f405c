import { SettingsError } from "../tensor/errors.ts";
import { concatenate } from "./byteReader.ts";
import { crc32 } from "./crc32.ts";
import type { NpyArray } from "./npy.ts";

/** "<f4": how NumPy calls the types of typed arrays, in this machine's byte order, which is little-endian everywhere. */
function descriptor(data: NpyArray["data"]): string {
  const kind = data.constructor.name.startsWith("Float") ? "f" : data.constructor.name.startsWith("Uint") ? "u" : "i";
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${kind}${data.BYTES_PER_ELEMENT}`;
}

/** The bytes of a .npy file, version 1.0, in C order: what `numpy.load` reads. Source: numpy.lib.format (NEP 1). */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const fields = `{'descr': '${descriptor(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The values begin at a multiple of 64 bytes, the header ends with a new line.
  const length = Math.ceil((10 + fields.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`\x93NUMPY\x01\x00..${fields.padEnd(length - 1)}\n`.slice(1));
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes[0] = 0x93;
  bytes.set(header, 1);
  new DataView(bytes.buffer).setUint16(8, length, true);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}

/** The date that zip files begin to count from: a file's bytes should depend on its content alone. */
const ZIP_DATE = 0x0021;

/** The bytes of an .npz file, a zip of .npy files without compression. Throws SettingsError for names that it cannot hold. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [key, array] of Object.entries(arrays)) {
    if (!/^[\w .-]+$/.test(key) || key === "__proto__")
      throw new SettingsError(`encodeNpz: the name ${JSON.stringify(key)}`);
    const name = new TextEncoder().encode(`${key}.npy`);
    const content = encodeNpy(array);
    const [sum, size] = [crc32(content), content.length];
    // version, flags, method, time, date, crc, sizes, lengths of name and extra field
    const common: Field[] = [
      [2, 20],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, ZIP_DATE],
      [4, sum],
      [4, size],
      [4, size],
      [2, name.length],
      [2, 0],
    ];
    const local = fields([[4, 0x04034b50], ...common]);
    const zeros: Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
    ];
    directory.push(fields([[4, 0x02014b50], [2, 20], ...common, ...zeros, [4, offset]]), name);
    parts.push(local, name, content);
    offset += local.length + name.length + size;
  }
  const entries = Object.keys(arrays).length;
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  if (offset + length > 0xffffffff) throw new SettingsError("encodeNpz: more than 4 GB; save the arrays one by one");
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries],
    [2, entries],
    [4, length],
    [4, offset],
    [2, 0],
  ]);
  return concatenate([...parts, ...directory, end]) as Uint8Array<ArrayBuffer>;
}

type Field = readonly [width: 2 | 4, value: number];

function fields(values: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}
