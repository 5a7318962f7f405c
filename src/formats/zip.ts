import { DataError } from "../tensor/errors.ts";
import { concatenate } from "./byteReader.ts";
import { crc32 } from "./crc32.ts";
import { decompress } from "./inflate.ts";

/** Bytes that are read by position, from an array or a file. The calls are asynchronous, because browsers read files asynchronously. */
export interface RandomBytes {
  readonly length: number;
  /** exactly `length` bytes from `start`; the range must be inside the file */
  read(start: number, length: number): Uint8Array | Promise<Uint8Array>;
}

/** A file in a zip, as described in the directory at its end. The name of a folder ends with "/". */
export interface ZipEntry {
  readonly path: string;
  /** the size of the content in bytes, decompressed and compressed */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly checksum: number;
  /** the position of the entry */
  readonly start: number;
}

/** Decompresses raw deflate to at most `size` bytes. Throws DataError, which begins with `where`. */
export type InflateRaw = (packed: Uint8Array, size: number, where: string) => Promise<Uint8Array>;

export interface ZipOptions {
  readonly name: string;
  /** the expected kind of file in errors: "an .npz" or "a zip" */
  readonly what?: string;
  readonly mostEntries?: number;
}

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50, local: 0x04034b50 };
const [endLength, locatorLength, end64Length, entryLength, localLength] = [22, 20, 56, 46, 30];

export function bytesOf(bytes: Uint8Array): RandomBytes {
  return { length: bytes.length, read: (start, length) => bytes.subarray(start, start + length) };
}

const failing =
  ({ name, what = "a zip" }: ZipOptions) =>
  (problem: string): never => {
    throw new DataError(`${name}: cannot be read as ${what} file: ${problem}`);
  };

/**
 * The entries of a zip in the order of its directory, including sizes and counts beyond 32 bits (zip64). Only the directory is
 * read; nothing is decompressed. Throws DataError. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
 */
export async function listZip(bytes: RandomBytes, options: ZipOptions): Promise<ZipEntry[]> {
  const fail = failing(options);
  const { count, start, length } = await findDirectory(bytes, fail);
  if (count > (options.mostEntries ?? Number.POSITIVE_INFINITY))
    fail(`expected at most ${options.mostEntries} entries, found ${count}`);
  if (start < 0 || start + length > bytes.length) fail("it is truncated");
  const directory = await bytes.read(start, length);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.length);
  const entries: ZipEntry[] = [];
  for (let at = 0, entry = 0; entry < count; entry++) {
    if (at + entryLength > length) fail("it is truncated");
    if (view.getUint32(at, true) !== signatures.entry) fail("its directory is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const nameEnd = at + entryLength + nameLength;
    if (nameEnd + extraLength > length) fail("it is truncated");
    const short = [24, 20, 42].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
    const [size, packed, offset] = zip64(view, nameEnd, extraLength, short);
    entries.push({
      path: decodeName(directory.subarray(at + entryLength, nameEnd)),
      ...{ size, packed, start: offset },
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
    });
    at = nameEnd + extraLength + commentLength;
  }
  return entries;
}

/** The position of the directory, from the record at the end or from the zip64 record before it. */
async function findDirectory(bytes: RandomBytes, fail: (problem: string) => never) {
  const tailLength = Math.min(bytes.length, endLength + 65_535 + locatorLength);
  const tail = await bytes.read(bytes.length - tailLength, tailLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  let end = tail.length - endLength;
  while (end >= 0 && view.getUint32(end, true) !== signatures.end) end--;
  if (end < 0) fail("the end of a zip's directory is missing");
  const short = {
    count: view.getUint16(end + 10, true),
    length: view.getUint32(end + 12, true),
    start: view.getUint32(end + 16, true),
  };
  const locator = end - locatorLength;
  if (locator < 0 || view.getUint32(locator, true) !== signatures.locator64) return short;
  const at = Number(view.getBigUint64(locator + 8, true));
  if (at + end64Length > bytes.length) fail("it is truncated");
  const large = await bytes.read(at, end64Length);
  const wide = new DataView(large.buffer, large.byteOffset, large.length);
  if (wide.getUint32(0, true) !== signatures.end64) fail("its directory is damaged");
  const [count, length, start] = [32, 40, 48].map((offset) => Number(wide.getBigUint64(offset, true)));
  return { count, length, start };
}

/** UTF-8, or Latin-1 if the bytes are not UTF-8, so that different names stay different. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/** Sizes that do not fit into 32 bits are in an extra field, in this order and only if the short field is all ones. */
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

/**
 * The content of an entry. Throws DataError if its decompressed size differs from the directory (checked during decompression) or
 * its CRC-32 is wrong.
 */
export async function readZipEntry(
  bytes: RandomBytes,
  entry: ZipEntry,
  { inflate = inflateRaw, ...options }: ZipOptions & { readonly inflate?: InflateRaw },
): Promise<Uint8Array> {
  const fail = failing(options);
  const { path, size, packed, method } = entry;
  const data = await bytes.read(await contentStart(bytes, entry, fail), packed);
  const content = method === 0 ? data : await inflate(data, size, `${options.name}: ${path}`);
  checkContent(entry, content.length, crc32(content), fail);
  return content;
}

const pieceBytes = 2 ** 20;

/**
 * Like `readZipEntry`, in pieces, with only one piece in memory. The size and the checksum are checked after the last piece.
 * Throws DataError.
 */
export async function* zipEntryPieces(
  bytes: RandomBytes,
  entry: ZipEntry,
  options: ZipOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const fail = failing(options);
  const { path, size, packed, method } = entry;
  const start = await contentStart(bytes, entry, fail);
  const source = (async function* () {
    for (let at = 0; at < packed; at += pieceBytes)
      yield await bytes.read(start + at, Math.min(pieceBytes, packed - at));
  })();
  // The size in the directory is the limit
  const unpacked = () => decompress(source, "deflate-raw", `${options.name}: ${path}`, () => {});
  let [length, sum] = [0, 0];
  for await (const piece of method === 0 ? source : unpacked()) {
    length += piece.length;
    if (length > size) fail(`${path}: expected ${size} bytes as in the directory, found more`);
    sum = crc32(piece, sum);
    yield piece;
  }
  checkContent(entry, length, sum, fail);
}

/** Compares the decompressed content of an entry with the directory. */
function checkContent(
  { path, size, checksum }: ZipEntry,
  length: number,
  sum: number,
  fail: (problem: string) => never,
): void {
  if (length !== size) fail(`${path}: expected ${size} bytes as in the directory, found ${length}`);
  if (sum !== checksum) fail(`${path} is corrupted: its checksum differs from the one in the directory`);
}

/** The position of the content of an entry. */
async function contentStart(
  bytes: RandomBytes,
  { path, packed, method, isEncrypted, start }: ZipEntry,
  fail: (problem: string) => never,
): Promise<number> {
  const within = (from: number, length: number): void => {
    if (from < 0 || !(from + length <= bytes.length)) fail("it is truncated");
  };
  within(start, localLength);
  const local = await bytes.read(start, localLength);
  const view = new DataView(local.buffer, local.byteOffset, local.length);
  if (view.getUint32(0, true) !== signatures.local) fail(`${path} is not at the position in the directory`);
  const dataStart = start + localLength + view.getUint16(26, true) + view.getUint16(28, true);
  within(dataStart, packed);
  if (isEncrypted) fail(`${path} is encrypted`);
  if (method !== 0 && method !== 8) fail(`${path}: compression method ${method} is not supported`);
  return dataStart;
}

const inflateRaw: InflateRaw = async (packed, size, where) => {
  const source = (async function* () {
    yield packed;
  })();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of decompress(source, "deflate-raw", where)) {
    length += part.length;
    if (length > size) throw new DataError(`${where}: expected ${size} decompressed bytes, found more`);
    parts.push(part);
  }
  return concatenate(parts);
};
