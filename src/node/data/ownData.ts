import { existsSync } from "node:fs";
import { extname } from "node:path";
import { parseCsv } from "../../data/csv.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder } from "../listFolder.ts";
import { mostTextBytes, readRegularFile } from "../readFile.ts";
import { fromArrays, readArrays } from "./arrayFiles.ts";
import { type ImageFolderOptions, readImageFolder } from "./imageFolder.ts";
import { readImageSet } from "./imageSets.ts";
import type { OwnData } from "./ownDataTypes.ts";

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
      return fromArrays(path, await readArrays(path));
    case ".csv":
    case ".tsv":
    case ".txt": {
      const notes: string[] = [];
      const onNote = (line: string) => notes.push(line);
      const { header, missing, rules, textColumns, expected } = options;
      const read = { header, missing, rules, textColumns, expected, onNote };
      return { kind: "table", format: "CSV", table: parseCsv(decodeText(path), { name: path, ...read }), notes };
    }
    default:
      if (!existsSync(path)) throw new DataError(`${path}: no such file or folder`);
      throw new DataError(
        `${path}: expected a folder of images, .csv, .tsv or .npz, MNIST's IDX or CIFAR-10's binary files`,
      );
  }
}

function decodeText(path: string): string {
  const bytes = readRegularFile(path, { most: mostTextBytes });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // what spreadsheets write where it is not UTF-8
  }
}
