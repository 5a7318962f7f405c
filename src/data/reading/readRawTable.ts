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
  /** for an Excel workbook: the name of a sheet, or its number from 1 */
  readonly sheet?: string | undefined;
}

/**
 * Reads the table in a file without interpreting its columns. The format is detected from the first bytes, not from the name.
 * `path` is the path of the file if `name` differs from it. Throws DataError; for a format that cannot be read, it says how to
 * convert the file.
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
  /** the number of archives around these bytes */
  readonly unpackings?: number;
}

async function readBytes(source: InputFile, path: string, options: Options, layers = ""): Promise<RawTable> {
  const { unpackings = 0 } = options;
  if (unpackings > 2)
    throw new DataError(
      `${source.name}: expected a file that is compressed at most twice, found more; decompress it first`,
    );
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
      throw new DataError(`${source.name}: found a NumPy array, expected the extension .npy or .npz; rename the file`);
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
    const { readRawParquet } = await import("../rawParquet.ts"); // loaded here, so that other formats do not wait for it
    return withRandomAccess(source, all, options, (bytes, rest) => {
      const slice = async (start: number, end = bytes.length) => {
        const [from, to] = [start < 0 ? bytes.length + start : start, Math.min(end, bytes.length)];
        if (!(from >= 0 && from <= to))
          throw new Error(`expected a range within ${bytes.length} bytes, found ${from} to ${to}`);
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

/** Reads the only file of a zip as a table. It is decompressed as a whole, so its size is limited. */
async function readZipped(bytes: RandomBytes, table: string, name: string, options: Options): Promise<RawTable> {
  const entry = (await listZip(bytes, { name })).find(({ path }) => path === table) as ZipEntry;
  if (entry.size > mostTextBytes) {
    throw new DataError(
      `${name}: ${table} has ${entry.size.toLocaleString("en")} bytes, expected at most ${mostTextBytes.toLocaleString("en")} in a zip; unpack it, or compress it with gzip`,
    );
  }
  const content = await readZipEntry(bytes, entry, { name, inflate: options.platform.inflateRaw });
  const inner = streamedFile(name, async function* () {
    yield content;
  });
  return readBytes(inner, table, { ...options, unpackings: (options.unpackings ?? 0) + 1 }, ", zip");
}

/** Opens a file for reading by position. A file that does not support this is read as a whole. */
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

/** Reads JSON lines in pieces, and any other JSON as a whole. */
async function readJson(source: InputFile, { head, all }: Opened, { signal, ...options }: Options): Promise<RawTable> {
  const { name } = source;
  const encoding = detectEncoding(head);
  if (!isJsonLines(new TextDecoder().decode(head))) {
    const bytes = await readWhole(asUtf8(all, encoding), name, mostTextBytes);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new DataError(`${name}: expected JSON in UTF-8, found other bytes`);
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

/** Reads delimited text in one pass, or in two if a column has texts below numbers. */
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
