import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import {
  type Compressors,
  decompressGzip,
  decompressLz4,
  decompressLz4Raw,
  decompressZstd,
} from "hyparquet-compressors";
import { snappyUncompressor } from "hysnappy";
import { DataError } from "../tensor/errors.ts";
import { readsColumn } from "./columnParts.ts";
import type { RawTable, RawTableOptions } from "./rawTable.ts";
import { type CellValue, ValueColumns } from "./valueColumns.ts";

/** The largest decompressed size of a page, in bytes. */
const mostPageBytes = 2 ** 30;

/**
 * The number of rows that memory is allocated for at first. It grows with the values, because the number of rows in a damaged
 * file may be wrong.
 */
const mostReservedRows = 2 ** 16;

/** Milliseconds since 1970 as 2024-01-31, or as 2024-01-31 12:30:00 if `time` is true; "" for a time outside the range of dates. */
function dateText(milliseconds: number, time: boolean): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return "";
  const [day, clock] = date.toISOString().replace("Z", "").split("T");
  return time ? `${day} ${clock.replace(/\.000$/, "")}` : day;
}

const parsers = {
  timestampFromMilliseconds: (time: bigint) => dateText(Number(time), true),
  timestampFromMicroseconds: (time: bigint) => dateText(Number(time / 1000n), true),
  timestampFromNanoseconds: (time: bigint) => dateText(Number(time / 1_000_000n), true),
  dateFromDays: (days: number) => dateText(days * 86_400_000, false),
};

export interface RawParquetOptions extends RawTableOptions {
  readonly signal?: AbortSignal | undefined;
  /** decompresses Brotli pages; the default decoder, of hyparquet-compressors, allocates a window of 4 MB for each page */
  readonly decompressBrotli?: ((input: Uint8Array, length: number) => Uint8Array) | undefined;
}

/**
 * Reads the table in a Parquet file, one row group after the other. Dates become texts such as 2024-01-31. Columns with lists or
 * records are left out, with a note. Throws DataError.
 */
export async function readRawParquet(file: AsyncBuffer, options: RawParquetOptions): Promise<RawTable> {
  const { name } = options;
  try {
    return await readGroups(file, options);
  } catch (error) {
    if (error instanceof DataError || options.signal?.aborted) throw error;
    throw new DataError(`${name}: cannot be read as a Parquet file: ${(error as Error).message}`, { cause: error });
  }
}

async function readGroups(
  file: AsyncBuffer,
  { signal, decompressBrotli, ...options }: RawParquetOptions,
): Promise<RawTable> {
  const { name } = options;
  const metadata = await parquetMetadataAsync(file);
  const decompressors = await decompressorsFor(metadata, decompressBrotli);
  const fields = parquetSchema(metadata).children;
  const flat = fields
    .filter(({ children }) => children.length === 0)
    .filter(({ element }) => element.repetition_type !== "REPEATED");
  const nested = fields.filter((field) => !flat.includes(field)).map(({ element }) => element.name);
  if (flat.length === 0)
    throw new DataError(
      `${name}: expected columns with plain values, found only lists or records: ${nested.join(", ")}`,
    );
  const columns = new ValueColumns(options);
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const total = groups.reduce((sum, rows) => sum + rows, 0);
  checkRows(file, total, name);
  for (const { element } of flat) columns.declare(element.name, Math.min(total, mostReservedRows));
  const read = flat.map(({ element }) => element.name).filter((column, i) => readsColumn(options.parts, column, i));
  let start = 0;
  for (const rows of groups) {
    signal?.throwIfAborted();
    await parquetRead({
      ...{ file, metadata, parsers, columns: read },
      ...{ rowStart: start, rowEnd: start + rows },
      compressors: limited(decompressors, name),
      onChunk({ columnName, columnData, rowStart }) {
        for (let i = 0; i < columnData.length; i++) columns.set(rowStart + i, columnName, cellOf(columnData[i]));
      },
    });
    start += rows;
    columns.checkMemory();
  }
  if (columns.rows > total) throw new DataError(`${name}: expected ${total} rows, found ${columns.rows}`);
  columns.rows = total;
  const notes = nested.length === 0 ? [] : [`left out: columns with lists or records: ${nested.join(", ")}`];
  const lines = { at: (row: number) => row + 1 };
  return { name, format: "Parquet", names: columns.names, rows: total, columns: columns.finish(), lines, notes };
}

/** Checks the number of rows before memory is allocated: no encoding stores more than 1,000 rows in a byte, except for constant columns. */
function checkRows({ byteLength }: AsyncBuffer, rows: number, name: string): void {
  if (rows > 1_000_000 + 10_000 * byteLength)
    throw new DataError(`${name}: damaged: it states ${rows} rows in ${byteLength} bytes`);
}

function cellOf(value: unknown): CellValue {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object") return value as CellValue;
  if (value instanceof Date) return dateText(value.getTime(), true);
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each));
}

/** The decoder of Brotli is larger than all others together, because of its dictionary, so it is loaded only for files that need it. */
async function decompressorsFor(
  { row_groups }: FileMetaData,
  decompressBrotli: RawParquetOptions["decompressBrotli"],
): Promise<Compressors> {
  const needsBrotli = row_groups.some(({ columns }) => columns.some(({ meta_data }) => meta_data?.codec === "BROTLI"));
  const BROTLI = needsBrotli ? (decompressBrotli ?? (await import("./brotli.ts")).decompressBrotli) : undefined;
  return {
    SNAPPY: snappyUncompressor(),
    GZIP: decompressGzip,
    ZSTD: (input) => decompressZstd(input),
    LZ4: decompressLz4,
    LZ4_RAW: decompressLz4Raw,
    ...(BROTLI && { BROTLI }),
  };
}

function limited(decompressors: Compressors, name: string): Compressors {
  return Object.fromEntries(
    Object.entries(decompressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number) => {
        if (!(length <= mostPageBytes))
          throw new DataError(`${name}: a page claims a decompressed size of ${length} bytes`);
        // LZ4 compresses an empty page to one byte, for which hyparquet-compressors 1.1.2 throws an error
        return length === 0 ? new Uint8Array(0) : unpack(input, length);
      },
    ]),
  );
}
