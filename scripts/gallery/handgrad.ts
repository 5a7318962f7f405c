import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

const command = resolve(import.meta.dirname, "../../cli/handgrad.mjs");

/** Runs the command in a folder; its output is not shown. Throws if it fails. */
export function handgrad(folder: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [command, ...args], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}
