import { existsSync } from "node:fs";
import { describeCopies } from "../../data/duplicates.ts";
import { imageEndings } from "../../data/imageTree.ts";
import { endingOf } from "../../data/imageTreeText.ts";
import { interpretTable, rawOptionsOf } from "../../data/interpretTable.ts";
import type { RawCells } from "../../data/rawTable.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder, listFolder } from "../listFolder.ts";
import { type ArrayOptions, fromArrays, rowsToPredict } from "./arrayData.ts";
import { readArrayFolder, readArrays } from "./arrayFiles.ts";
import { cifar100Archives, holdsCifar100Files } from "./cifar100Folders.ts";
import { isArchive, openImageFiles } from "./imageFiles.ts";
import { readImageSet, readImageSetIn } from "./imageSets.ts";
import type { OwnData, OwnTable } from "./ownDataTypes.ts";
import { type ReadImagesOptions, readImages, readImagesIn } from "./readImages.ts";
import { type ReadRawTableOptions, readRawTable } from "./readRawTable.ts";
import { standardInput } from "./tableBytes.ts";

/** For long readings: a way to stop them, and their progress. */
export type ReadingEvents = Pick<ReadRawTableOptions, "signal" | "onBytes">;

type ReadOptions = ReadImagesOptions & ArrayOptions & TableReadOptions & ReadingEvents;

/**
 * Reads what is at a path, by its form: a folder, .zip or .tar.gz of images (a folder for each class), MNIST's IDX files (also .gz), CIFAR-10's
 * binary files; NumPy's .npz; a table as text, Parquet, Excel or JSON, also packed, or from standard input ("-"). Throws DataError that says what was expected.
 */
export async function readOwnData(path: string, options: ReadOptions): Promise<OwnData> {
  const data = await readByForm(path, options);
  if (data.kind === "table") return data;
  return { ...data, notes: [...(data.notes ?? []), ...describeCopies(data)] };
}

async function readByForm(path: string, options: ReadOptions): Promise<OwnData> {
  if (path !== standardInput && isArchive(path)) return readArchive(path, options);
  if (path === standardInput || !isFolder(path)) return readOwnFile(path, options);
  const set = await readImageSet(path);
  if (set) return set;
  const arrays = listFolder(path).filter((file) => /\.npy$/i.test(file));
  if (arrays.length > 1) return fromArrays(path, readArrayFolder(path, arrays), options);
  return readImages(path, options);
}

/** An archive of images, MNIST or CIFAR-10. Another zip is left to the readers of tables, which say what to do. */
async function readArchive(path: string, options: ReadOptions): Promise<OwnData> {
  const source = await openImageFiles(path);
  try {
    const set = await readImageSetIn(source);
    if (set) return set;
    if (holdsCifar100Files(source.files))
      throw new DataError(
        `${path}: contains CIFAR-100; expected an archive called ${cifar100Archives.join(" or ")}; rename it`,
      );
    const isOther = !source.files.some((file) => imageEndings.has(endingOf(file)));
    if (isOther && /\.zip$/i.test(path)) return tableOfFile(path, options);
    return await readImagesIn(source, options);
  } finally {
    source.close();
  }
}

/** A table from a file in any of the forms, or from standard input ("-"). Throws DataError. */
export async function readTable(path: string, options: TableReadOptions & ReadingEvents = {}): Promise<Table> {
  const data = isArrays(path)
    ? interpretArrays(rowsToPredict(path, await readArrays(path)), options)
    : await tableOfFile(path, options);
  for (const note of data.notes ?? []) options.onNote?.(note);
  return data.table;
}

const isArrays = (path: string): boolean => /\.np[yz]$/i.test(path);

async function readOwnFile(path: string, options: ArrayOptions & TableReadOptions & ReadingEvents): Promise<OwnData> {
  if (isArrays(path)) return interpretArrays(fromArrays(path, await readArrays(path), options), options);
  return tableOfFile(path, options);
}

async function tableOfFile(path: string, options: TableReadOptions & ReadingEvents): Promise<OwnTable> {
  if (path !== standardInput && !existsSync(path)) throw new DataError(`${path}: no such file or folder`);
  const { signal, onBytes, sheet } = options;
  const raw = await readRawTable(path, { ...rawOptionsOf(options), signal, onBytes, sheet });
  return { kind: "table", format: raw.format, ...interpretTable(raw, options) };
}

/** A table of arrays with the decisions that files get: columns of other types, values that mean missing. */
function interpretArrays<Data extends OwnData>(data: Data, options: TableReadOptions): Data {
  if (data.kind !== "table") return data;
  const { table, format, notes = [] } = data;
  const columns = table.columns.map(({ cells }): RawCells => {
    return cells instanceof Float64Array ? { kind: "numbers", numbers: cells } : { kind: "texts", texts: cells };
  });
  const { name, rows, lines } = table;
  const names = table.columns.map((column) => column.name);
  return { ...data, ...interpretTable({ name, format, names, rows, lines, columns, notes }, options) };
}
