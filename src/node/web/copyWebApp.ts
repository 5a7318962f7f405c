import { cpSync, existsSync } from "node:fs";
import { DataError } from "../../tensor/errors.ts";
import { listFolder } from "../listFolder.ts";

/** Copies the files of the web app to a new or empty folder, for any host of static files. Throws DataError if the folder is not empty. */
export function copyWebApp(from: string, to: string): void {
  if (existsSync(to) && listFolder(to).length > 0)
    throw new DataError(`${to}: expected a new or an empty folder, found files in it; choose another folder`);
  try {
    cpSync(from, to, { recursive: true });
  } catch (error) {
    throw new DataError(`${to}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
