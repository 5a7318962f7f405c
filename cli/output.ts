import { stripVTControlCharacters, styleText } from "node:util";
import type { Argument, Command } from "commander";
// not from node.ts, so that help does not load the whole library
import { plainArrays } from "../src/tensor/plainJson.ts";
import { printable } from "../src/tensor/printable.ts";

// Names from data and files can contain control characters, which a terminal would obey. So all text that the command prints is
// escaped here: console.log, console.error, and the messages of commander.

type Style = Parameters<typeof styleText>[0];
type Stream = "stdout" | "stderr";

const shown = (text: string): string => printable(text, { newlines: true });

/** The text in a style if the stream is a terminal with colours: NO_COLOR and FORCE_COLOR are respected. */
const styled = (style: Style, text: string, stream: Stream): string =>
  styleText(style, text, { stream: process[stream] });

/** Beginnings of lines that are printed in a style; the rest of the line has none. */
const beginnings: readonly (readonly [RegExp, Style])[] = [
  [/^error: /, ["bold", "red"]],
  [/^damaged: /, ["bold", "red"]],
  [/^warning: /, ["bold", "yellow"]],
  [/^(note|hint): /, "cyan"],
  [/^verdict: useful\b/, ["bold", "green"]],
  [/^verdict: (too few rows|use a linear model)\b/, ["bold", "yellow"]],
  [/^verdict: not useful\b/, ["bold", "red"]],
  [/^(results|report|next): +/, "bold"],
  [/^(best epoch \d+ of|on [\d,]+ held-out test rows?) .*/, "bold"],
];

function styleBeginning(line: string, stream: Stream): string {
  const found = beginnings
    .map(([pattern, style]) => ({ begin: pattern.exec(line)?.[0], style }))
    .find(({ begin }) => begin);
  return found?.begin ? styled(found.style, found.begin, stream) + line.slice(found.begin.length) : line;
}

const output = { quiet: false, jsonOnStdout: false, silent: false };

/** From now on only results and errors are printed. */
export function beQuiet(): void {
  output.quiet = true;
}

/** From now on nothing is printed, until `speakAgain`: another process prints the same. */
export function beSilent(): void {
  output.silent = true;
}

export function speakAgain(): void {
  output.silent = false;
}

/** From now on standard output is for JSON or CSV alone, which `printData` writes; all other text goes to standard error. */
export function reserveStdout(): void {
  output.jsonOnStdout = true;
}

/** Whether to draw a progress bar: standard error is a terminal, and the output is neither quiet nor silent. */
export const showsProgress = (): boolean => process.stderr.isTTY && !output.quiet && !output.silent;

/**
 * From now on console.log and console.error show control characters as \u{1b}, and lines such as warnings in colour; line breaks stay.
 * console.log is for results. console.error is for progress, notes and warnings, which --quiet leaves out, and for errors.
 */
export function prepareConsole(): void {
  const print = { stdout: console.log.bind(console), stderr: console.error.bind(console) };
  const write = (stream: Stream, values: readonly unknown[]) =>
    output.silent ||
    print[stream](
      ...values.map((value) =>
        typeof value === "string"
          ? shown(value)
              .split("\n")
              .map((line) => styleBeginning(line, stream))
              .join("\n")
          : value,
      ),
    );
  console.log = (...values: unknown[]) => {
    if (!output.jsonOnStdout) write("stdout", values);
    else if (!output.quiet) write("stderr", values);
  };
  console.error = (...values: unknown[]) => {
    if (!output.quiet || /^(error|damaged): /.test(String(values[0]))) write("stderr", values);
  };
}

/** Prints lines that contain the program's colours; text from data must have passed `printable`. Without a terminal the colours are left out. */
export function printColoured(lines: readonly string[]): void {
  const text = `${lines.join("\n")}\n`;
  const colours = styled("bold", "x", "stdout") !== "x";
  process.stdout.write(colours ? text : stripVTControlCharacters(text));
}

/** Prints on standard output what was found or will be done. It is not a result, so --quiet leaves it out. */
export function inform(text: string): void {
  if (!output.quiet) console.log(text);
}

/** Prints JSON or CSV on standard output unchanged: it must not contain control characters (`jsonText`, `csvCell`). */
export function printData(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The messages of commander, which repeat arguments, with control characters as text; headings of the help in bold. */
export function escapeMessages(command: Command): Command {
  command.configureOutput({
    outputError: (text, write) => write(styleBeginning(shown(text), "stderr")),
  });
  command.configureHelp({
    styleTitle: (title) => styled("bold", title, "stdout"),
    // without "[options]", because all commands have options
    subcommandTerm: (inner) =>
      [[inner.name(), inner.alias()].filter(Boolean).join("|"), ...inner.registeredArguments.map(argumentTerm)].join(
        " ",
      ),
  });
  for (const inner of command.commands) escapeMessages(inner);
  return command;
}

const argumentTerm = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

/** JSON with control characters escaped, so that terminals do not interpret them; the value is the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, plainArrays, indent).replace(/[^\n -~]/g, (unit) =>
    printable(unit) === unit || /[\ud800-\udfff]/.test(unit)
      ? unit
      : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
