import { DataError, SettingsError } from "../../tensor/errors.ts";
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
import { readOwnArrays } from "./arraysInParts.ts";
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
  /** every process reads only its own images; tables are refused */
  readonly parts?: PartsOptions | undefined;
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
    const { parts, as, pixelRange } = options;
    const ownRows = parts && as !== "table" && pixelRange === undefined;
    const read = ownRows ? readOwnArrays(folder, arrays, parts) : readArrayFolder(folder, arrays);
    const data = fromArrays(folder.name, await read, options);
    if (data.kind === "table") refuseParts(folder.name, options);
    return data;
  }
  return readImagesIn(filesOfFolder(folder), options, platform);
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
  if (isArrays(file)) return interpretArrays(fromArrays(file.name, await readArrays(file), options), options);
  return tableOfFile(file, options, platform);
}

async function tableOfFile(file: InputFile, options: TableOptions, platform: Platform): Promise<OwnTable> {
  const { signal, sheet, path } = options;
  refuseParts(file.name, options);
  const raw = await readRawTable(file, { ...rawOptionsOf(options), signal, sheet }, platform, path);
  return { kind: "table", format: raw.format, ...interpretTable(raw, options) };
}

/** Refuses tables in parts, because the types of columns depend on all cells. */
function refuseParts(name: string, { parts }: InParts): void {
  if (parts)
    throw new SettingsError(
      `--in-parts: expected images or arrays of pixels, found a table, ${name}; train without --in-parts, so that every process reads all rows`,
    );
}

/** Interprets a table of arrays like a table of a file: types of columns and values that mean missing. */
function interpretArrays<Data extends OwnData>(data: Data, options: TableOptions): Data {
  if (data.kind !== "table") return data;
  refuseParts(data.table.name, options);
  const { table, format, notes = [] } = data;
  const columns = table.columns.map(({ cells }): RawCells => {
    return cells instanceof Float64Array ? { kind: "numbers", numbers: cells } : { kind: "texts", texts: cells };
  });
  const { name, rows, lines } = table;
  const names = table.columns.map((column) => column.name);
  return { ...data, ...interpretTable({ name, format, names, rows, lines, columns, notes }, options) };
}
