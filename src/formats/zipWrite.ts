import { SettingsError } from "../tensor/errors.ts";
import { concatenate } from "./byteReader.ts";
import { crc32 } from "./crc32.ts";

/** The first date of the zip format, so that the bytes of a file depend only on its content. */
const zipDate = 0x0021;
/** names are UTF-8 */
const utf8Flag = 0x0800;
const most = 0xffffffff;

/**
 * The bytes of a zip of files by their paths ("folder/name"), without compression, in the given order. The same content gives the
 * same bytes. Throws SettingsError for more than 4 GB or 65,535 files. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
 */
export function encodeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const paths = Object.keys(files);
  let offset = 0;
  for (const path of paths) {
    const content = files[path];
    const name = new TextEncoder().encode(path);
    const [sum, size] = [crc32(content), content.length];
    const ascii = name.length === path.length;
    // version, flags, method, time, date, crc, sizes, lengths of name and extra field
    const common: Field[] = [
      [2, 20],
      [2, ascii ? 0 : utf8Flag],
      [2, 0],
      [2, 0],
      [2, zipDate],
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
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  if (offset + length > most || paths.length > 0xffff)
    throw new SettingsError("zip: expected at most 4 GB and 65,535 files, found more; save the files one by one");
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, paths.length],
    [2, paths.length],
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
