import { DataError } from "../../tensor/errors.ts";
import { type ColumnParts, readsColumn } from "../columnParts.ts";
import type { Dataset } from "../dataset.ts";
import { keepOwnRows, withRowSums } from "../datasetInParts.ts";
import { describeCopies } from "../duplicates.ts";
import { imageEndings } from "../imageTree.ts";
import { endingOf } from "../imageTreeText.ts";
import { interpretTable, rawOptionsOf } from "../interpretTable.ts";
import type { RawCells } from "../rawTable.ts";
import type { PartsOptions } from "../rowParts.ts";
import type { Table } from "../table.ts";
import type { TableReadOptions } from "../tableOptions.ts";
import { type ArrayOptions, fromArrays, rowsToPredict } from "./arrayData.ts";
import { arraysIn, readArrayFolder, readArrays } from "./arrayFiles.ts";
import { readOwnArrays, readOwnNpz } from "./arraysInParts.ts";
import { cifar100Archives, holdsCifar100Files } from "./cifar100Formats.ts";
import { filesOfFolder, isArchive, openImageFiles } from "./imageFiles.ts";
import { readImageSet, readImageSetIn } from "./imageSets.ts";
import type { InputFile, InputFolder, InputPlace } from "./inputFile.ts";
import type { OwnData, OwnImages, OwnTable } from "./ownDataTypes.ts";
import type { Platform } from "./platform.ts";
import { type ReadImagesOptions, readImagesIn } from "./readImages.ts";
import { type ReadRawTableOptions, readRawTable } from "./readRawTable.ts";

/** How data is read; `path` is the path of a file if `name` differs from it. */
export type ReadOwnOptions = ReadImagesOptions & TableOptions & ArrayOptions;

interface InParts {
  /** every process reads only its own images, or its own columns of a table */
  readonly parts?: PartsOptions | undefined;
  /** of a table in parts: columns that every process reads */
  readonly target?: string | undefined;
  readonly group?: string | undefined;
  readonly time?: string | undefined;
}

type TableOptions = InParts & TableReadOptions & Pick<ReadRawTableOptions, "signal"> & { readonly path?: string };

/**
 * Reads a file or folder and detects its form: images in a folder, .zip or .tar.gz (one folder for each class); MNIST's IDX files
 * (also .gz); CIFAR-10's binary files; NumPy's .npz; or a table as text, Parquet, Excel or JSON, also compressed. Throws
 * DataError with the expected forms.
 */
export async function readOwn(place: InputPlace, options: ReadOwnOptions, platform: Platform): Promise<OwnData> {
  const data = await readByForm(place, options, platform);
  if (data.kind === "table") return data;
  const images = options.parts ? ownRows(data, options.parts) : data;
  return { ...images, notes: [...(images.notes ?? []), ...describeCopies(images)] };
}

/** Images in parts. If a reader returns all rows, those of other processes are removed. */
function ownRows(images: OwnImages, parts: PartsOptions): OwnImages {
  const own = (dataset: Dataset): Dataset => withRowSums(dataset.parts ? dataset : keepOwnRows(dataset, parts));
  const { dataset, validation, test } = images;
  return {
    ...images,
    dataset: own(dataset),
    ...(validation && { validation: own(validation) }),
    ...(test && { test: own(test) }),
  };
}

async function readByForm(place: InputPlace, options: ReadOwnOptions, platform: Platform): Promise<OwnData> {
  if (place.kind === "folder") return readFolder(place.folder, options, platform);
  const { file } = place;
  return isArchive(file.name) ? readArchive(file, options, platform) : readFile(file, options, platform);
}

async function readFolder(folder: InputFolder, options: ReadOwnOptions, platform: Platform): Promise<OwnData> {
  const set = await readImageSet(folder, platform);
  if (set) return set;
  const arrays = arraysIn(folder);
  if (arrays.length > 1) {
    const { parts } = options;
    const read =
      parts && readsOwnRows(options) ? readOwnArrays(folder, arrays, parts) : readArrayFolder(folder, arrays);
    const data = fromArrays(folder.name, await read, options);
    return data.kind === "table" ? { ...data, table: withOwnColumns(data.table, data.target, options) } : data;
  }
  return readImagesIn(filesOfFolder(folder), options, platform);
}

/** Whether a process may read only its own rows of arrays: where these are images of bytes. */
function readsOwnRows({ as, pixelRange }: ReadOwnOptions): boolean {
  return as !== "table" && pixelRange === undefined;
}

/** An archive of images, MNIST or CIFAR-10. Any other zip is passed to the readers of tables, whose errors say what to do. */
async function readArchive(file: InputFile, options: ReadOwnOptions, platform: Platform): Promise<OwnData> {
  const { name } = file;
  const source = await openImageFiles({ kind: "file", file }, platform);
  try {
    const set = await readImageSetIn(source, platform);
    if (set) return set;
    if (holdsCifar100Files(source.files))
      throw new DataError(
        `${name}: contains CIFAR-100; expected an archive called ${cifar100Archives.join(" or ")}; rename it`,
      );
    const isOther = !source.files.some((path) => imageEndings.has(endingOf(path)));
    if (isOther && /\.zip$/i.test(name)) return tableOfFile(file, options, platform);
    return await readImagesIn(source, options, platform);
  } finally {
    source.close();
  }
}

/** Reads a table from a file in any of the formats. Throws DataError. */
export async function readOwnTable(file: InputFile, options: TableOptions, platform: Platform): Promise<Table> {
  const data = isArrays(file)
    ? interpretArrays(rowsToPredict(file.name, await readArrays(file)), options)
    : await tableOfFile(file, options, platform);
  for (const note of data.notes ?? []) options.onNote?.(note);
  return data.table;
}

const isArrays = ({ name }: InputFile): boolean => /\.np[yz]$/i.test(name);

async function readFile(file: InputFile, options: ReadOwnOptions, platform: Platform): Promise<OwnData> {
  if (isArrays(file)) {
    const { parts } = options;
    const read =
      parts && readsOwnRows(options) && /\.npz$/i.test(file.name) ? readOwnNpz(file, parts) : readArrays(file);
    return interpretArrays(fromArrays(file.name, await read, options), options);
  }
  return tableOfFile(file, options, platform);
}

async function tableOfFile(file: InputFile, options: TableOptions, platform: Platform): Promise<OwnTable> {
  const { signal, sheet, path } = options;
  const parts = columnParts(options);
  const raw = await readRawTable(file, { ...rawOptionsOf(options), signal, sheet, parts }, platform, path);
  return { kind: "table", format: raw.format, ...interpretTable(raw, { ...options, parts }) };
}

/** All processes read the target, and what divides the rows. */
function columnParts({ parts, target, group, time }: TableOptions): ColumnParts | undefined {
  return parts && { ...parts, shared: [target, group, time].filter((name) => name !== undefined) };
}

/** A table that was read as a whole, in parts. */
function withOwnColumns(table: Table, target: string | undefined, options: TableOptions): Table {
  const parts = columnParts({ ...options, target: options.target ?? target });
  if (!parts) return table;
  const columns = table.columns.filter(({ name }, place) => readsColumn(parts, name, place));
  const places = new Map(table.columns.map(({ name }, place) => [name, place]));
  return { ...table, columns, parts: { ...parts, places } };
}

/** Interprets a table of arrays like a table of a file: types of columns and values that mean missing. */
function interpretArrays<Data extends OwnData>(data: Data, options: TableOptions): Data {
  if (data.kind !== "table") return data;
  const { table, format, notes = [] } = data;
  const columns = table.columns.map(({ cells }): RawCells => {
    return cells instanceof Float64Array ? { kind: "numbers", numbers: cells } : { kind: "texts", texts: cells };
  });
  const { name, rows, lines } = table;
  const names = table.columns.map((column) => column.name);
  const parts = columnParts({ ...options, target: options.target ?? data.target });
  return { ...data, ...interpretTable({ name, format, names, rows, lines, columns, notes }, { ...options, parts }) };
}
