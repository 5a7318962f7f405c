import { DataError, SettingsError, ShapeError } from "../tensor/errors.ts";

/** The message of an error that is caused by a file, even if it looks like a programming error. */
export function fileError(error: unknown, name: string): DataError {
  if (error instanceof DataError) return error;
  if (!(error instanceof SettingsError || error instanceof ShapeError)) throw error;
  return new DataError(`${name}: ${error.message}`, { cause: error });
}
