import type { Command } from "commander";
import { printable } from "../src/tensor/printable.ts"; // not from node.ts: help does not wait for the whole library

// Names come from data and files, and a terminal obeys the control characters in them. So all text that the command prints passes
// here: console.log and console.error, and what commander writes itself.

const shown = (text: string): string => printable(text, { newlines: true });

/** From now on console.log and console.error show control characters as \u{1b}; line breaks stay. */
export function escapeConsole(): void {
  for (const method of ["log", "error"] as const) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) =>
      print(...values.map((value) => (typeof value === "string" ? shown(value) : value)));
  }
}

/** The same for the messages of commander, which repeat arguments. */
export function escapeMessages(command: Command): Command {
  command.configureOutput({ outputError: (text, write) => write(shown(text)) });
  for (const inner of command.commands) escapeMessages(inner);
  return command;
}

/** JSON whose strings hold no character that a terminal obeys: it stands as an escape of JSON, so the value is the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/[^\n -~]/g, (unit) =>
    printable(unit) === unit || /[\ud800-\udfff]/.test(unit)
      ? unit
      : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
