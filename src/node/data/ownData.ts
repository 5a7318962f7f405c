import { existsSync } from "node:fs";
import { extname } from "node:path";
import { describeCopies } from "../../data/duplicates.ts";
import { interpretTable, rawOptionsOf } from "../../data/interpretTable.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { fromArrays, readArrays } from "./arrayFiles.ts";
import { isArchive } from "./imageFiles.ts";
import { readImageSet } from "./imageSets.ts";
import type { OwnData } from "./ownDataTypes.ts";
import { type ReadImagesOptions, readImages } from "./readImages.ts";
import { readRawTable } from "./readRawTable.ts";

/**
 * Reads what is at a path, by its form: a folder, .zip or .tar.gz of images (a folder for each class), MNIST's IDX files (also .gz), CIFAR-10's
 * binary files; a CSV or TSV file, NumPy's .npz. Throws DataError that says what was expected.
 */
export async function readOwnData(path: string, options: ReadImagesOptions & TableReadOptions): Promise<OwnData> {
  const data = await readByForm(path, options);
  if (data.kind === "table") return data;
  return { ...data, notes: [...(data.notes ?? []), ...describeCopies(data)] };
}

async function readByForm(path: string, options: ReadImagesOptions & TableReadOptions): Promise<OwnData> {
  if (isArchive(path)) return readImages(path, options);
  if (!isFolder(path)) return readOwnFile(path, options);
  const set = readImageSet(path);
  if (set) return set;
  return readImages(path, options);
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
      return fromArrays(path, await readArrays(path));
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
