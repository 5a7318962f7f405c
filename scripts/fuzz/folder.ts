import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the changed files of this process, which is removed at its end. */
export const folder: string = mkdtempSync(join(tmpdir(), "handgrad-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
