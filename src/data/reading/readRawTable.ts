import { bytesOf, listZip, type RandomBytes, readZipEntry, type ZipEntry } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";
import { DelimitedReader, sampleBytes } from "../rawCsv.ts";
import { isJsonLines, JsonLinesReader, readRawJson } from "../rawJson.ts";
import type { RawTable, RawTableOptions } from "../rawTable.ts";
import { readRawXlsx } from "../rawXlsx.ts";
import { recognizeTable, recognizeZip } from "../tableFormats.ts";
import { asUtf8, detectEncoding } from "../textEncoding.ts";
import { type InputFile, mostFileBytes, mostTextBytes, peek, readWhole, streamedFile } from "./inputFile.ts";
import type { Platform } from "./platform.ts";

export interface ReadRawTableOptions extends Omit<RawTableOptions, "name" | "mostBytes"> {
  readonly signal?: AbortSignal | undefined;
  /** of an Excel workbook: the name of a sheet, or its number from 1 */
  readonly sheet?: string | undefined;
}

/**
 * The table in a file, with nothing decided about its columns. The format is found by the first bytes, not by the name; `path` is what the
 * file is called where that is not its name in messages. Throws DataError, which says how to convert a format that cannot be read.
 */
export async function readRawTable(
  file: InputFile,
  options: ReadRawTableOptions,
  platform: Platform,
  path: string = file.name,
): Promise<RawTable> {
  return readBytes(file, path, { ...options, platform, mostBytes: Math.floor(0.8 * platform.memory) });
}

interface Options extends ReadRawTableOptions {
  readonly platform: Platform;
  readonly mostBytes: number;
  /** how many archives the bytes were unpacked from */
  readonly unpackings?: number;
}

async function readBytes(source: InputFile, path: string, options: Options, layers = ""): Promise<RawTable> {
  const { unpackings = 0 } = options;
  if (unpackings > 2) throw new DataError(`${source.name}: it is packed more than twice; unpack it first`);
  const { head, all } = await peek(source, sampleBytes);
  if (head.length === 0) throw new DataError(`${source.name}: the file is empty`);
  const format = recognizeTable(head, path);
  switch (format.kind) {
    case "gzip":
    case "zstd": {
      const { kind } = format;
      const inner = path.replace(/\.(gz|zst|gzip)$/i, "");
      const deeper = { ...options, unpackings: unpackings + 1 };
      const unpacked = streamedFile(source.name, () => options.platform.unpack(source.open(), kind, source.name));
      return readBytes(unpacked, inner, deeper, `, ${kind}${layers}`);
    }
    case "other":
      throw new DataError(`${source.name}: ${format.what} cannot be read; ${format.advice}`);
    case "arrays":
      throw new DataError(`${source.name}: a NumPy array must be in a file that is called .npy or .npz`);
    default: {
      const raw = await readers[format.kind](source, { head, all }, options);
      return { ...raw, format: `${raw.format}${layers}` };
    }
  }
}

interface Opened {
  readonly head: Uint8Array;
  readonly all: AsyncIterable<Uint8Array>;
}

type Reader = (source: InputFile, opened: Opened, options: Options) => Promise<RawTable>;

const readers: Readonly<Record<"text" | "json" | "parquet" | "zip", Reader>> = {
  text: readText,
  json: readJson,
  async parquet(source, { all }, options) {
    const { readRawParquet } = await import("../rawParquet.ts"); // here, so that no other format waits for it
    return withRandomAccess(source, all, options, (bytes, rest) => {
      const slice = async (start: number, end = bytes.length) => {
        const [from, to] = [start < 0 ? bytes.length + start : start, Math.min(end, bytes.length)];
        if (!(from >= 0 && from <= to)) throw new Error(`bytes ${from} to ${to} of ${bytes.length} are asked for`);
        const part = await bytes.read(from, to - from);
        return part.buffer.slice(part.byteOffset, part.byteOffset + part.length) as ArrayBuffer;
      };
      const { decompressBrotli } = options.platform;
      return readRawParquet({ byteLength: bytes.length, slice }, { ...rest, decompressBrotli });
    });
  },
  zip: (source, { all }, options) =>
    withRandomAccess(source, all, options, async (bytes, rest) => {
      const names = (await listZip(bytes, { name: source.name })).map(({ path }) => path);
      const { table, what, advice } = recognizeZip(names);
      if (table !== undefined) return readZipped(bytes, table, source.name, options);
      // Cells of a sheet are in memory as a whole, whichever are used
      if (what === undefined)
        return readRawXlsx(bytes, { ...rest, parts: undefined, inflate: options.platform.inflateRaw });
      throw new DataError(`${source.name}: ${what} cannot be read; ${advice}`);
    }),
};

/** The only file of a zip, as a table; as a whole, so not a large one. */
async function readZipped(bytes: RandomBytes, table: string, name: string, options: Options): Promise<RawTable> {
  const entry = (await listZip(bytes, { name })).find(({ path }) => path === table) as ZipEntry;
  if (entry.size > mostTextBytes) {
    throw new DataError(
      `${name}: ${table} has ${entry.size.toLocaleString("en")} bytes, expected at most ${mostTextBytes.toLocaleString("en")} in a zip; unpack it, or pack it with gzip`,
    );
  }
  const content = await readZipEntry(bytes, entry, { name, inflate: options.platform.inflateRaw });
  const inner = streamedFile(name, async function* () {
    yield content;
  });
  return readBytes(inner, table, { ...options, unpackings: (options.unpackings ?? 0) + 1 }, ", zip");
}

/** Opens a file for reading by position; what cannot be is read as a whole. */
async function withRandomAccess(
  source: InputFile,
  all: AsyncIterable<Uint8Array>,
  options: Options,
  read: (bytes: RandomBytes, options: RawTableOptions & Options) => Promise<RawTable>,
): Promise<RawTable> {
  const { name } = source;
  const file = source.openRandom?.();
  if (!file) return read(bytesOf(await readWhole(all, name, mostFileBytes)), { ...options, name });
  try {
    return await read(file, { ...options, name });
  } finally {
    file.close();
  }
}

/** JSON lines in pieces; any other JSON as a whole. */
async function readJson(source: InputFile, { head, all }: Opened, { signal, ...options }: Options): Promise<RawTable> {
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
async function readText(source: InputFile, { head, all }: Opened, { signal, ...options }: Options): Promise<RawTable> {
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
