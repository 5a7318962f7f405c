import { type Command, Option } from "commander";
import { jsonText, printData } from "./output.ts";

// --json: the result for scripts, on standard output (alone: all other text goes to standard error) or in a file.

export interface JsonFlag {
  /** a file, or "-" for standard output */
  readonly json?: string;
}

/** Adds --json [FILE.json]; a bare --json means standard output (`separateJson`). */
export function withJson(command: Command, what: string): Command {
  return command.addOption(new Option("--json [file.json]", `${what}, on standard output or in a file`));
}

/** Writes a value where --json says. */
export async function writeJson(target: string, value: unknown, indent?: number): Promise<void> {
  await writeText(target, jsonText(value, indent));
}

/** Writes lines, such as CSV or a JSON value each, to a file or with "-" to standard output. */
export async function writeText(target: string, text: string): Promise<void> {
  if (target === "-") {
    printData(text);
    return;
  }
  const { writeFileAtomic } = await import("../src/node.ts"); // imported here, so that short commands start without loading the library
  await writeFileAtomic(target, `${text}\n`);
}
