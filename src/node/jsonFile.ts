import { parseVersionedJson } from "../formats/versionedJson.ts";
import { readRegularText } from "./readFile.ts";

/**
 * The content of a JSON file of Handgrad. Throws DataError with the name of the file if it cannot be read, is truncated, or has a
 * version newer than `version`. A file without a version has version 1.
 */
export function readJsonFile(file: string, { version }: { readonly version: number }): unknown {
  return parseVersionedJson(readRegularText(file), { name: file, version });
}
