import { SettingsError } from "../tensor/errors.ts";
import type { NpyArray } from "./npy.ts";
import { encodeZip } from "./zipWrite.ts";

/** NumPy's name for the type of a typed array, such as "<f4". All supported machines are little-endian. */
function descriptor(data: NpyArray["data"]): string {
  const kind = data.constructor.name.startsWith("Float") ? "f" : data.constructor.name.startsWith("Uint") ? "u" : "i";
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${kind}${data.BYTES_PER_ELEMENT}`;
}

/** The bytes of a .npy file, version 1.0, in C order; `numpy.load` reads it. Source: numpy.lib.format (NEP 1). */
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

/** The bytes of an .npz file, a zip of .npy files without compression. Throws SettingsError for names that are not allowed in it. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array<ArrayBuffer> {
  const files = Object.entries(arrays).map(([key, array]) => {
    if (!/^[\w .-]+$/.test(key) || key === "__proto__")
      throw new SettingsError(`encodeNpz: the name ${JSON.stringify(key)} is not allowed`);
    return [`${key}.npy`, encodeNpy(array)] as const;
  });
  return encodeZip(Object.fromEntries(files));
}
