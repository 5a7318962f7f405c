import { DataError } from "../tensor/errors.ts";
import { parseBoundedJson } from "./boundedJson.ts";

export interface VersionedJsonOptions {
  /** the name of the file, for errors */
  readonly name: string;
  /** the newest version that this library reads */
  readonly version: number;
}

/**
 * The content of a JSON file of Handgrad. Throws DataError with the name of the file if it is truncated, or if its version is
 * newer than `version`. A file without a version has version 1.
 */
export function parseVersionedJson(text: string, { name, version }: VersionedJsonOptions): unknown {
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${name}: damaged: not JSON, or truncated after ${text.length} characters`, { cause: error });
  }
  const found = (json as { readonly version?: unknown } | null)?.version;
  if (typeof found === "number" && found > version) {
    throw new DataError(
      `${name}: written by a newer Handgrad (version ${found}, this one reads ${version}); update Handgrad`,
    );
  }
  return json;
}
