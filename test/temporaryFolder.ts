import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";

/** A new, empty folder whose name begins with `name`; it is removed after the tests of the file. */
export const temporaryFolder = (name: string): string => folderIn(tmpdir(), name);

/** The same within the package (in build/, which git ignores), so that programs in it can import the package by its name. */
export const folderInPackage = (name: string): string => folderIn(resolve(import.meta.dirname, "../build"), name);

function folderIn(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, name));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
