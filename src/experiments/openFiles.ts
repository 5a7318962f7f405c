import { brightnessOf } from "../data/brightness.ts";
import { blobFile, type GivenFile, placeOf } from "../data/reading/blobFiles.ts";
import { browserPlatform } from "../data/reading/browserPlatform.ts";
import { mostImageBytes } from "../data/reading/decodedImage.ts";
import type { InputFile } from "../data/reading/inputFile.ts";
import { readOwn, readOwnTable } from "../data/reading/ownData.ts";
import type { Table } from "../data/table.ts";
import type { TableReadOptions } from "../data/tableOptions.ts";
import { DataError } from "../tensor/errors.ts";
import type { DataRequest, DataSource } from "./dataSource.ts";
import { nameOf, type OpenFilesOptions, type ReadFiles, readCifar100Files } from "./openCifar100.ts";
import { ownSource, readingOf } from "./ownSource.ts";

/**
 * The data in files that were dropped onto a page or chosen there, ready to train: like `openData` of `handgrad/node` for a path, with the
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
  const { platform = browserPlatform } = options;
  const fixed = readCifar100Files(files, request, options);
  if (fixed) return fixed;
  const place = placeOf(files, options.onBytes);
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

/** A table for predictions, in any of the formats, read with the `options` of its model (`readOptionsOfModel`). Throws DataError. */
export async function readTableFile(
  { path, file }: GivenFile,
  options: TableReadOptions,
  { platform = browserPlatform, signal, onBytes }: OpenFilesOptions = {},
): Promise<Table> {
  return readOwnTable(blobFile(path, file ?? new Blob(), onBytes), { ...options, signal }, platform);
}

/** A picture in the input format of a model, or the reason why it cannot be read. */
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

/** A file by its path, or by its name if that is unique. */
function fileOf(files: readonly GivenFile[], wanted: string): InputFile {
  const found =
    files.find(({ path }) => path === wanted) ?? files.find(({ path }) => path.split("/").at(-1) === wanted);
  if (found?.file) return blobFile(found.path, found.file);
  throw new DataError(`--labels-from: expected the name of one of the chosen files, found ${wanted}`);
}
