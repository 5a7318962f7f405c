import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HandgradError } from "../tensor/errors.ts";

/** The path of a file of the Handgrad package, for the sources and for dist/. */
export function packageFile(path: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, path);
    if (existsSync(join(folder, "package.json")) && existsSync(file)) return file;
    if (folder === dirname(folder))
      throw new HandgradError(`${path}: missing in this installation of Handgrad; install it again`);
  }
}
