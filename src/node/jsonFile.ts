import { parseVersionedJson } from "../formats/versionedJson.ts";
import { readRegularText } from "./readFile.ts";

/**
 * The content of a JSON file of ours. Throws DataError that names the file when it cannot be read, is cut off, or was written
 * by a newer version than `version`; a file without a version is of the first.
 */
export function readJsonFile(file: string, { version }: { readonly version: number }): unknown {
  return parseVersionedJson(readRegularText(file), { name: file, version });
}
