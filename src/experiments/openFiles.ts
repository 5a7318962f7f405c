import { brightnessOf } from "../data/brightness.ts";
import type { Normalization } from "../data/dataset.ts";
import { blobFile, type GivenFile, placeOf } from "../data/reading/blobFiles.ts";
import { browserPlatform } from "../data/reading/browserPlatform.ts";
import { cifar100At } from "../data/reading/cifar100Place.ts";
import { mostImageBytes } from "../data/reading/decodedImage.ts";
import type { InputFile, InputPlace } from "../data/reading/inputFile.ts";
import { readOwn, readOwnTable } from "../data/reading/ownData.ts";
import type { OwnData } from "../data/reading/ownDataTypes.ts";
import type { Platform } from "../data/reading/platform.ts";
import { standInLoader } from "../data/standIn.ts";
import type { Table } from "../data/table.ts";
import type { TableReadOptions } from "../data/tableOptions.ts";
import { DataError } from "../tensor/errors.ts";
import { checkCifar100Request, cifar100Source } from "./cifar100Source.ts";
import type { DataRequest, DataSource } from "./dataSource.ts";
import { ownSource, readingOf } from "./ownSource.ts";

export interface OpenFilesOptions {
  readonly signal?: AbortSignal | undefined;
  /** called with the number of bytes of a file that have been read, and the total */
  readonly onBytes?: ((read: number, total: number) => void) | undefined;
  /** called with the number of decoded images */
  readonly onImages?: ((done: number, all: number) => void) | undefined;
  /** memory that the kernels reach without a copy */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /** the normalization of CIFAR-100 where the settings state it */
  readonly normalization?: Normalization | undefined;
  /** how files are unpacked and images decoded; a browser's by default */
  readonly platform?: Platform | undefined;
}

/** Files that were read once: `source` splits and encodes them, for requests that differ in nothing that is read. */
export interface ReadFiles {
  /** what was read; absent for CIFAR-100 and its stand-in */
  readonly data?: OwnData | undefined;
  source(request: DataRequest): Promise<DataSource>;
}

/**
 * The data in files that were dropped onto a page or chosen there, ready to train: what `openData` of `handgrad/node` makes of a path, with the
 * same rows, notes and errors. `request.path` is the name of the file or folder, or "stand-in" for the procedural data set. Throws DataError,
 * SettingsError for a request that does not fit the data.
 */
export async function openFiles(
  files: readonly GivenFile[],
  request: DataRequest,
  options: OpenFilesOptions = {},
): Promise<DataSource> {
  return (await readFiles(files, request, options)).source(request);
}

/** Reads the files once, as `openFiles` does. Throws DataError. */
export async function readFiles(
  files: readonly GivenFile[],
  request: DataRequest,
  options: OpenFilesOptions = {},
): Promise<ReadFiles> {
  const { platform = browserPlatform, allocateBytes, normalization } = options;
  const { labels = "coarse" } = request;
  const inMemory = { allocateBytes, normalization };
  if (request.path === "stand-in") {
    const load = standInLoader(labels, "it was asked for");
    return { source: (asked) => fixedSource(load, asked, { path: "stand-in", ...inMemory }) };
  }
  const place = placeOf(files, options.onBytes);
  const load = cifar100At(place, labels, platform);
  if (load) return { source: (asked) => fixedSource(load, asked, { path: nameOf(place), ...inMemory }) };
  const { labelsFrom, ...reading } = readingOf(request);
  const data = await readOwn(
    place,
    {
      ...reading,
      labels: labelsFrom === undefined || labelsFrom === "name" ? labelsFrom : fileOf(files, labelsFrom),
      signal: options.signal,
      onProgress: options.onImages,
    },
    platform,
  );
  return { data, source: async (asked) => ownSource(data, { ...asked, path: nameOf(place) }) };
}

const nameOf = (place: InputPlace): string => (place.kind === "file" ? place.file.name : place.folder.name);

async function fixedSource(
  load: Parameters<typeof cifar100Source>[0],
  request: DataRequest,
  options: Parameters<typeof cifar100Source>[2],
): Promise<DataSource> {
  checkCifar100Request(request);
  return cifar100Source(load, request, options);
}

/** A table for predictions, in any of the formats, read as `options` of its model say (`readOptionsOfModel`). Throws DataError. */
export async function readTableFile(
  { path, file }: GivenFile,
  options: TableReadOptions,
  { platform = browserPlatform, signal, onBytes }: OpenFilesOptions = {},
): Promise<Table> {
  return readOwnTable(blobFile(path, file ?? new Blob(), onBytes), { ...options, signal }, platform);
}

/** A picture as a model takes it, or why it cannot be read. */
export interface Picture {
  readonly name: string;
  /** bytes of the model's input shape */
  readonly pixels?: Uint8Array;
  readonly problem?: string;
}

/** Picture files as bytes of a model's input shape, in grey for one channel. */
export async function* readPictures(
  files: readonly GivenFile[],
  [height, width, channels]: readonly number[],
  { platform = browserPlatform, signal }: OpenFilesOptions = {},
): AsyncGenerator<Picture, void, void> {
  for (const { path: name, file } of files) {
    signal?.throwIfAborted();
    if (!file) continue;
    try {
      const content = await blobFile(name, file).bytes(mostImageBytes);
      const { pixels } = await platform.decodeImage(content, { height, width, name });
      yield { name, pixels: channels === 1 ? brightnessOf(pixels) : pixels };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      yield { name, problem: error.message };
    }
  }
}

/** A file by its path, or by its name where only one has it. */
function fileOf(files: readonly GivenFile[], wanted: string): InputFile {
  const found =
    files.find(({ path }) => path === wanted) ?? files.find(({ path }) => path.split("/").at(-1) === wanted);
  if (found?.file) return blobFile(found.path, found.file);
  throw new DataError(`--labels-from: expected the name of one of the chosen files, found ${wanted}`);
}
