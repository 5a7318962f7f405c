import { existsSync } from "node:fs";
import type { ArrayOptions } from "../../data/reading/arrayData.ts";
import { readOwn, readOwnTable } from "../../data/reading/ownData.ts";
import type { OwnData } from "../../data/reading/ownDataTypes.ts";
import type { Table } from "../../data/table.ts";
import type { TableReadOptions } from "../../data/tableOptions.ts";
import { DataError } from "../../tensor/errors.ts";
import { inputAt, inputFile, type OnBytes, standardInput } from "./inputPath.ts";
import { nodePlatform } from "./nodePlatform.ts";
import { labelOptions, type ReadImagesOptions } from "./readImages.ts";

/** A signal to stop reading, and a callback for its progress. */
export interface ReadingEvents {
  readonly signal?: AbortSignal | undefined;
  /** called with the number of bytes that have been read, and the total number */
  readonly onBytes?: OnBytes | undefined;
}

type ReadOptions = ReadImagesOptions & ArrayOptions & TableReadOptions & ReadingEvents;

/**
 * Reads the file or folder at a path and detects its form: images in a folder, .zip or .tar.gz (one folder for each class);
 * MNIST's IDX files (also .gz); CIFAR-10's binary files; NumPy's .npz; or a table as text, Parquet, Excel or JSON, also
 * compressed, or from standard input ("-"). Throws DataError with the expected forms.
 */
export async function readOwnData(path: string, { onBytes, ...options }: ReadOptions): Promise<OwnData> {
  expectInput(path);
  return readOwn(inputAt(path, onBytes), { ...options, ...labelOptions(options), path }, nodePlatform);
}

/** Reads a table from a file in any of the formats, or from standard input ("-"). Throws DataError. */
export async function readTable(
  path: string,
  { onBytes, ...options }: TableReadOptions & ReadingEvents = {},
): Promise<Table> {
  expectInput(path);
  return readOwnTable(inputFile(path, onBytes), { ...options, path }, nodePlatform);
}

function expectInput(path: string): void {
  if (path !== standardInput && !existsSync(path)) throw new DataError(`${path}: no such file or folder`);
}
