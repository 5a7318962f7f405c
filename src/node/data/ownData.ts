import { existsSync } from "node:fs";
import { extname } from "node:path";
import { interpretTable, rawOptionsOf } from "../../data/interpretTable.ts";
import type { RawCells } from "../../data/rawTable.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { fromArrays, readArrays } from "./arrayFiles.ts";
import { type ImageFolderOptions, readImageFolder } from "./imageFolder.ts";
import { readImageSet } from "./imageSets.ts";
import type { OwnData } from "./ownDataTypes.ts";
import { readRawTable } from "./readRawTable.ts";

/**
 * Reads what lies at a path, by its form: a folder of images (a folder for each class), MNIST's IDX files (also .gz), CIFAR-10's
 * binary files; a CSV or TSV file, NumPy's .npz. Throws DataError that says what was expected.
 */
export async function readOwnData(path: string, options: ImageFolderOptions & TableReadOptions): Promise<OwnData> {
  if (!isFolder(path)) return readOwnFile(path, options);
  const set = readImageSet(path);
  if (set) return set;
  return { kind: "images", format: "folder of images", dataset: await readImageFolder(path, options) };
}

/** A table from a file: CSV, TSV, or the arrays of an .npz or .npy. */
export async function readTable(path: string, options: TableReadOptions = {}): Promise<Table> {
  const data = await readOwnFile(path, options);
  if (data.kind === "table") return data.table;
  throw new DataError(`${path}: holds images, not a table`);
}

async function readOwnFile(path: string, options: TableReadOptions): Promise<OwnData> {
  switch (extname(path).toLowerCase()) {
    case ".npz":
    case ".npy":
      return interpretArrays(fromArrays(path, await readArrays(path)), options);
    case ".csv":
    case ".tsv":
    case ".txt":
      return tableOfFile(path, options);
    default:
      if (!existsSync(path)) throw new DataError(`${path}: no such file or folder`);
      throw new DataError(
        `${path}: expected a folder of images, .csv, .tsv or .npz, MNIST's IDX or CIFAR-10's binary files`,
      );
  }
}

async function tableOfFile(path: string, options: TableReadOptions): Promise<OwnData> {
  const raw = await readRawTable(path, rawOptionsOf(options));
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
