import { promisify } from "node:util";
import { brotliDecompressSync, inflateRaw } from "node:zlib";
import { DelimitedReader, sampleBytes } from "../../data/rawCsv.ts";
import { isJsonLines, JsonLinesReader, readRawJson } from "../../data/rawJson.ts";
import type { RawTable, RawTableOptions } from "../../data/rawTable.ts";
import { readRawXlsx } from "../../data/rawXlsx.ts";
import { recognizeTable, recognizeZip } from "../../data/tableFormats.ts";
import { asUtf8, detectEncoding } from "../../data/textEncoding.ts";
import { bytesOf, type InflateRaw, listZip, type RandomBytes, readZipEntry, type ZipEntry } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";
import { machineMemory } from "../machineMemory.ts";
import { mostFileBytes, mostTextBytes, openFile } from "../readFile.ts";
import { openTableBytes, peek, readWhole, type TableBytes, unpacked } from "./tableBytes.ts";

export interface ReadRawTableOptions extends Omit<RawTableOptions, "name" | "mostBytes"> {
  readonly signal?: AbortSignal | undefined;
  /** of an Excel workbook: the name of a sheet, or its number from 1 */
  readonly sheet?: string | undefined;
  /** called with the number of bytes that have been read, and the total */
  readonly onBytes?: ((read: number, total: number | undefined) => void) | undefined;
}

/**
 * The table in a file, or in standard input for "-", with nothing decided about its columns. The format is found by the first bytes, not by
 * the name. Throws DataError, which says how to convert a format that cannot be read.
 */
export async function readRawTable(path: string, options: ReadRawTableOptions): Promise<RawTable> {
  const { onBytes, ...rest } = options;
  const limits = { mostBytes: Math.floor(0.8 * machineMemory()) };
  return readBytes(openTableBytes(path, onBytes), path, { ...rest, ...limits });
}

interface Options extends Omit<ReadRawTableOptions, "onBytes"> {
  readonly mostBytes: number;
  /** how many archives the bytes were unpacked from */
  readonly unpackings?: number;
}

async function readBytes(source: TableBytes, path: string, options: Options, layers = ""): Promise<RawTable> {
  const { unpackings = 0 } = options;
  if (unpackings > 2) throw new DataError(`${source.name}: it is packed more than twice; unpack it first`);
  const { head, all } = await peek(source, sampleBytes);
  if (head.length === 0) throw new DataError(`${source.name}: the file is empty`);
  const format = recognizeTable(head, path);
  switch (format.kind) {
    case "gzip":
    case "zstd": {
      const inner = path.replace(/\.(gz|zst|gzip)$/i, "");
      const deeper = { ...options, unpackings: unpackings + 1 };
      return readBytes(unpacked(source, format.kind), inner, deeper, `, ${format.kind}${layers}`);
    }
    case "other":
      throw new DataError(`${source.name}: ${format.what} cannot be read; ${format.advice}`);
    case "arrays":
      throw new DataError(`${source.name}: a NumPy array must be in a file that is called .npy or .npz`);
    default: {
      const raw = await readers[format.kind](source, { head, all }, { ...options, path });
      return { ...raw, format: `${raw.format}${layers}` };
    }
  }
}

interface Opened {
  readonly head: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

type Reader = (source: TableBytes, opened: Opened, options: Options & { readonly path: string }) => Promise<RawTable>;

const readers: Readonly<Record<"text" | "json" | "parquet" | "zip", Reader>> = {
  text: readText,
  json: readJson,
  async parquet(source, { all }, options) {
    const { readRawParquet } = await import("../../data/rawParquet.ts"); // here, so that no other format waits for it
    return withRandomAccess(source, all, options, (bytes, rest) => {
      const slice = async (start: number, end = bytes.length) => {
        const [from, to] = [start < 0 ? bytes.length + start : start, Math.min(end, bytes.length)];
        if (!(from >= 0 && from <= to)) throw new Error(`bytes ${from} to ${to} of ${bytes.length} are asked for`);
        const part = bytes.read(from, to - from);
        return part.buffer.slice(part.byteOffset, part.byteOffset + part.length) as ArrayBuffer;
      };
      const decompressBrotli = (input: Uint8Array, length: number) =>
        brotliDecompressSync(input, { maxOutputLength: length });
      return readRawParquet({ byteLength: bytes.length, slice }, { ...rest, decompressBrotli });
    });
  },
  zip: (source, { all }, options) =>
    withRandomAccess(source, all, options, async (bytes, rest) => {
      const names = listZip(bytes, { name: source.name }).map(({ path }) => path);
      const { table, what, advice } = recognizeZip(names);
      if (table !== undefined) return readZipped(bytes, table, source.name, options);
      if (what === undefined) return readRawXlsx(bytes, { ...rest, inflate });
      throw new DataError(`${source.name}: ${what} cannot be read; ${advice}`);
    }),
};

/** The only file of a zip, as a table; as a whole, so not a large one. */
async function readZipped(bytes: RandomBytes, table: string, name: string, options: Options): Promise<RawTable> {
  const entry = listZip(bytes, { name }).find(({ path }) => path === table) as ZipEntry;
  if (entry.size > mostTextBytes) {
    throw new DataError(
      `${name}: ${table} has ${entry.size.toLocaleString("en")} bytes, expected at most ${mostTextBytes.toLocaleString("en")} in a zip; unpack it, or pack it with gzip`,
    );
  }
  const content = await readZipEntry(bytes, entry, { name, inflate });
  const inner = {
    ...{ name, size: undefined },
    async *open() {
      yield content;
    },
  };
  return readBytes(inner, table, { ...options, unpackings: (options.unpackings ?? 0) + 1 }, ", zip");
}

/** Opens a file for reading by position; what is not a file is read as a whole. */
async function withRandomAccess(
  { name, size }: TableBytes,
  all: AsyncIterable<Uint8Array>,
  { path, ...options }: Options & { readonly path: string },
  read: (bytes: RandomBytes, options: RawTableOptions & Options) => Promise<RawTable>,
): Promise<RawTable> {
  const rest = { ...options, name };
  if (size === undefined) return read(bytesOf(await readWhole(all, name, mostFileBytes)), rest);
  const file = openFile(name);
  try {
    return await read(file, rest);
  } finally {
    file.close();
  }
}

const inflate: InflateRaw = async (packed, size, where) => {
  try {
    return await promisify(inflateRaw)(packed, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw new DataError(`${where}: cannot be decompressed: ${(error as Error).message}`, { cause: error });
  }
};

/** JSON lines in pieces; any other JSON as a whole. */
async function readJson(source: TableBytes, { head, all }: Opened, { signal, ...options }: Options): Promise<RawTable> {
  const { name } = source;
  const encoding = detectEncoding(head);
  if (!isJsonLines(new TextDecoder().decode(head))) {
    const bytes = await readWhole(asUtf8(all, encoding), name, mostTextBytes);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new DataError(`${name}: expected UTF-8, as JSON is; found other bytes`);
    }
    return readRawJson(text, { ...options, name });
  }
  const reader = new JsonLinesReader({ ...options, name });
  for await (const piece of asUtf8(all, encoding)) {
    signal?.throwIfAborted();
    reader.push(piece);
  }
  reader.end();
  return reader.finish();
}

/** Delimited text, in one pass, or in two if a column has texts below numbers. */
async function readText(source: TableBytes, { head, all }: Opened, { signal, ...options }: Options): Promise<RawTable> {
  const encoding = detectEncoding(head);
  const { name } = source;
  let read = 0;
  const totalBytes = () => source.size ?? 2 * read;
  const reader = new DelimitedReader({ ...options, name, totalBytes });
  const pass = async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of asUtf8(pieces, encoding)) {
      signal?.throwIfAborted();
      read += piece.length;
      reader.push(piece);
      if (reader.done) break;
    }
    reader.end();
  };
  await pass(all);
  if (reader.readAgain()) await pass(source.open());
  const raw = reader.finish();
  return encoding.note ? { ...raw, notes: [encoding.note, ...raw.notes] } : raw;
}
