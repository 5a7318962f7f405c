import { DataError } from "../tensor/errors.ts";
import { parseBoundedJson } from "./boundedJson.ts";

export interface VersionedJsonOptions {
  /** of the file, for errors */
  readonly name: string;
  /** the newest that this library reads */
  readonly version: number;
}

/**
 * The content of a JSON file of ours. Throws DataError that names the file when it is cut off, or was written by a newer version
 * than `version`; a file without a version is of the first.
 */
export function parseVersionedJson(text: string, { name, version }: VersionedJsonOptions): unknown {
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${name}: damaged: not JSON, or cut off after ${text.length} characters`, { cause: error });
  }
  const found = (json as { readonly version?: unknown } | null)?.version;
  if (typeof found === "number" && found > version) {
    throw new DataError(
      `${name}: written by a newer Handgrad (version ${found}, this one reads ${version}); update Handgrad`,
    );
  }
  return json;
}
