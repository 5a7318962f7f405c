import { printable } from "../../tensor/printable.ts";

/** A text as a string of Typst's code, in which nothing has a meaning of its own. https://typst.app/docs/reference/foundations/str/ */
export function typstString(text: string): string {
  return `"${printable(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
