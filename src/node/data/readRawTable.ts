import { DelimitedReader, sampleBytes } from "../../data/rawCsv.ts";
import type { RawTable, RawTableOptions } from "../../data/rawTable.ts";
import { recognizeTable } from "../../data/tableFormats.ts";
import { asUtf8, detectEncoding } from "../../data/textEncoding.ts";
import { DataError } from "../../tensor/errors.ts";
import { machineMemory } from "../machineMemory.ts";
import { openTableBytes, peek, type TableBytes, unpacked } from "./tableBytes.ts";

export interface ReadRawTableOptions extends Omit<RawTableOptions, "name" | "mostBytes"> {
  readonly signal?: AbortSignal | undefined;
  /** told how many bytes have been read, of how many */
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

type Options = Omit<ReadRawTableOptions, "onBytes"> & { readonly mostBytes: number };

async function readBytes(source: TableBytes, path: string, options: Options, layers = ""): Promise<RawTable> {
  const { head, all } = await peek(source, sampleBytes);
  if (head.length === 0) throw new DataError(`${source.name}: the file is empty`);
  const format = recognizeTable(head, path);
  switch (format.kind) {
    case "gzip":
    case "zstd": {
      if (layers.length > 10) throw new DataError(`${source.name}: it is packed more than twice; unpack it first`);
      const inner = path.replace(/\.(gz|zst|gzip)$/i, "");
      return readBytes(unpacked(source, format.kind), inner, options, `${layers}, ${format.kind}`);
    }
    case "other":
      throw new DataError(`${source.name}: ${format.what} cannot be read; ${format.advice}`);
    default: {
      const raw = await readText(source, { head, all }, options);
      return { ...raw, format: `${raw.format}${layers}` };
    }
  }
}

/** Delimited text, in one pass, or in two if a column has texts below numbers. */
async function readText(
  source: TableBytes,
  { head, all }: { readonly head: Uint8Array; readonly all: AsyncIterable<Uint8Array> },
  { signal, ...options }: Options,
): Promise<RawTable> {
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
