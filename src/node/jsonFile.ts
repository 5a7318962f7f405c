import { parseBoundedJson } from "../formats/boundedJson.ts";
import { DataError } from "../tensor/errors.ts";
import { readRegularText } from "./readFile.ts";

/**
 * The content of a JSON file of ours. Throws DataError that names the file when it cannot be read, is cut off, or was written
 * by a newer version than `version`; a file without a version is of the first.
 */
export function readJsonFile(file: string, { version }: { readonly version: number }): unknown {
  const text = readRegularText(file);
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${file}: damaged: not JSON, or cut off after ${text.length} characters`, { cause: error });
  }
  const found = (json as { readonly version?: unknown } | null)?.version;
  if (typeof found === "number" && found > version) {
    throw new DataError(
      `${file}: written by a newer Handgrad (version ${found}, this one reads ${version}); update Handgrad`,
    );
  }
  return json;
}
