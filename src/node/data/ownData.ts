import { existsSync } from "node:fs";
import { describeCopies } from "../../data/duplicates.ts";
import { interpretTable, rawOptionsOf } from "../../data/interpretTable.ts";
import type { RawCells } from "../../data/rawTable.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { fromArrays, readArrays } from "./arrayFiles.ts";
import { isArchive } from "./imageFiles.ts";
import { readImageSet } from "./imageSets.ts";
import type { OwnData } from "./ownDataTypes.ts";
import { type ReadImagesOptions, readImages } from "./readImages.ts";
import { type ReadRawTableOptions, readRawTable } from "./readRawTable.ts";
import { standardInput } from "./tableBytes.ts";

/** For long readings: a way to stop them, and their progress. */
export type ReadingEvents = Pick<ReadRawTableOptions, "signal" | "onBytes">;

/**
 * Reads what is at a path, by its form: a folder, .zip or .tar.gz of images (a folder for each class), MNIST's IDX files (also .gz), CIFAR-10's
 * binary files; NumPy's .npz; a table as text, Parquet, Excel or JSON, also packed, or from standard input ("-"). Throws DataError that says what was expected.
 */
export async function readOwnData(
  path: string,
  options: ReadImagesOptions & TableReadOptions & ReadingEvents,
): Promise<OwnData> {
  const data = await readByForm(path, options);
  if (data.kind === "table") return data;
  return { ...data, notes: [...(data.notes ?? []), ...describeCopies(data)] };
}

async function readByForm(
  path: string,
  options: ReadImagesOptions & TableReadOptions & ReadingEvents,
): Promise<OwnData> {
  if (isArchive(path)) return readImages(path, options);
  if (path === standardInput || !isFolder(path)) return readOwnFile(path, options);
  const set = readImageSet(path);
  if (set) return set;
  return readImages(path, options);
}

/** A table from a file in any of the forms, or from standard input ("-"). Throws DataError. */
export async function readTable(path: string, options: TableReadOptions & ReadingEvents = {}): Promise<Table> {
  const data = await readOwnFile(path, options);
  if (data.kind === "table") return data.table;
  throw new DataError(`${path}: holds images, not a table`);
}

async function readOwnFile(path: string, options: TableReadOptions & ReadingEvents): Promise<OwnData> {
  if (/\.np[yz]$/i.test(path)) return interpretArrays(fromArrays(path, await readArrays(path)), options);
  if (path !== standardInput && !existsSync(path)) throw new DataError(`${path}: no such file or folder`);
  return tableOfFile(path, options);
}

async function tableOfFile(path: string, options: TableReadOptions & ReadingEvents): Promise<OwnData> {
  const { signal, onBytes, sheet } = options;
  const raw = await readRawTable(path, { ...rawOptionsOf(options), signal, onBytes, sheet });
  return { kind: "table", format: raw.format, ...interpretTable(raw, options) };
}

/** A table of arrays with the decisions that files get: columns of other types, values that mean missing. */
function interpretArrays(data: OwnData, options: TableReadOptions): OwnData {
  if (data.kind !== "table") return data;
  const { table, format, notes = [] } = data;
  const columns = table.columns.map(({ cells }): RawCells => {
    return cells instanceof Float64Array ? { kind: "numbers", numbers: cells } : { kind: "texts", texts: cells };
  });
  const { name, rows, lines } = table;
  const names = table.columns.map((column) => column.name);
  return { ...data, ...interpretTable({ name, format, names, rows, lines, columns, notes }, options) };
}
