import { readRawCsv } from "../../data/rawCsv.ts";
import type { RawTable, RawTableOptions } from "../../data/rawTable.ts";
import { mostTextBytes, readRegularFile } from "../readFile.ts";

/** The table in a file, with nothing decided about its columns. Throws DataError. */
export async function readRawTable(path: string, options: Omit<RawTableOptions, "name">): Promise<RawTable> {
  return readRawCsv(decodeText(path), { name: path, ...options });
}

function decodeText(path: string): string {
  const bytes = readRegularFile(path, { most: mostTextBytes });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // what spreadsheets write where it is not UTF-8
  }
}
