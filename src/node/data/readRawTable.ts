import type { RawTable } from "../../data/rawTable.ts";
import { type ReadRawTableOptions as RawOptions, readRawTable as readFile } from "../../data/reading/readRawTable.ts";
import { inputFile, type OnBytes } from "./inputPath.ts";
import { nodePlatform } from "./nodePlatform.ts";

export interface ReadRawTableOptions extends RawOptions {
  /** called with the number of bytes that have been read, and the total number */
  readonly onBytes?: OnBytes | undefined;
}

/**
 * Reads the table in a file, or from standard input for "-", without interpreting its columns. The format is detected from the
 * first bytes, not from the name. Throws DataError; for a format that cannot be read, it says how to convert the file.
 */
export async function readRawTable(path: string, { onBytes, ...options }: ReadRawTableOptions): Promise<RawTable> {
  return readFile(inputFile(path, onBytes), options, nodePlatform, path);
}
