import type { Command, Option } from "commander";
import { beQuiet, reserveStdout } from "./output.ts";

// What all commands share: --quiet, --json on standard output, exit codes of wrong usage.

/** How the process ends: 130 and the like come from the signal (`interruption`). */
export const exitCodes = { success: 0, failure: 1, wrongUsage: 2 } as const;

/** Options and behaviour that every command has, also those below it. */
export function withSharedOptions(command: Command): Command {
  command.exitOverride();
  command.showHelpAfterError("(--help shows the options)");
  if (command.commands.length === 0) command.option("-q, --quiet", "print only results and errors");
  for (const inner of command.commands) withSharedOptions(inner);
  return command;
}

/** Applies --quiet, --json and --out before a command runs. */
export function applyOutputOptions(action: Command): void {
  if (action.getOptionValue("json") === true) action.setOptionValue("json", "-");
  const { quiet, json, out } = action.optsWithGlobals();
  if (quiet) beQuiet();
  if (json === "-" || out === "-") reserveStdout();
}

/**
 * The arguments, changed so that a bare --json does not take the next one: `predict RUN --json new.csv` predicts new.csv. --json takes a
 * name only if it is "-" or ends in .json.
 */
export function separateJson(argv: readonly string[], program: Command): string[] {
  const named = program.commands.find(
    (command) => argv.slice(2).find((word) => !word.startsWith("-")) === command.name(),
  );
  const optional = named && [named, ...named.commands].some(({ options }) => options.some(isOptionalJson));
  return argv.map((word, i) => {
    const next = argv[i + 1];
    const bare = next === undefined || !(next === "-" || /\.json$/i.test(next));
    return optional && word === "--json" && bare && i > 1 ? "--json=-" : word;
  });
}

const isOptionalJson = ({ long, optional }: Option): boolean => long === "--json" && optional;
