import type { RawTable } from "../../data/rawTable.ts";
import { type ReadRawTableOptions as RawOptions, readRawTable as readFile } from "../../data/reading/readRawTable.ts";
import { inputFile, type OnBytes } from "./inputPath.ts";
import { nodePlatform } from "./nodePlatform.ts";

export interface ReadRawTableOptions extends RawOptions {
  /** called with the number of bytes that have been read, and the total */
  readonly onBytes?: OnBytes | undefined;
}

/**
 * The table in a file, or in standard input for "-", with nothing decided about its columns. The format is found by the first bytes, not by
 * the name. Throws DataError, which says how to convert a format that cannot be read.
 */
export async function readRawTable(path: string, { onBytes, ...options }: ReadRawTableOptions): Promise<RawTable> {
  return readFile(inputFile(path, onBytes), options, nodePlatform, path);
}
