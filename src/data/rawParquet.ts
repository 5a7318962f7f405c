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

/** A page that claims to unpack to more is refused. */
const mostPageBytes = 2 ** 30;

/** Memory is reserved for so many rows at first, and grows with the values: the number of rows in a damaged file may be wrong. */
const mostReservedRows = 2 ** 16;

/** Milliseconds since 1970 as 2024-01-31, or as 2024-01-31 12:30:00 if `time`; "" for a time beyond the calendar. */
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
  /** decompresses Brotli pages; the decoder of hyparquet-compressors allocates a window of 4 MB for each page */
  readonly decompressBrotli?: ((input: Uint8Array, length: number) => Uint8Array) | undefined;
}

/**
 * The table in a Parquet file, one group of rows after the other. Dates become texts such as 2024-01-31. Columns that hold lists or
 * records are left out, with a note. Throws DataError.
 */
export async function readRawParquet(file: AsyncBuffer, options: RawParquetOptions): Promise<RawTable> {
  const { name } = options;
  try {
    return await readGroups(file, options);
  } catch (error) {
    if (error instanceof DataError || options.signal?.aborted) throw error;
    throw new DataError(`${name}: not a Parquet file that can be read: ${(error as Error).message}`, { cause: error });
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
    throw new DataError(`${name}: no column has plain values; ${nested.join(", ")} hold lists or records`);
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

/** A damaged count must not reserve memory: 1,000 rows in each byte are more than any encoding gives, but for constant columns. */
function checkRows({ byteLength }: AsyncBuffer, rows: number, name: string): void {
  if (rows > 1_000_000 + 10_000 * byteLength)
    throw new DataError(`${name}: ${rows} rows in ${byteLength} bytes; it is damaged`);
}

function cellOf(value: unknown): CellValue {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object") return value as CellValue;
  if (value instanceof Date) return dateText(value.getTime(), true);
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each));
}

/** Brotli's decoder has a dictionary that is larger than all others together, so it is loaded for files that need it. */
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
        // LZ4 of nothing is one byte, at which hyparquet-compressors 1.1.2 stops with an error
        return length === 0 ? new Uint8Array(0) : unpack(input, length);
      },
    ]),
  );
}
