import { printable } from "../src/node.ts";

/** Columns as wide as their widest cell; the first `left` to the left, all others to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const all = [header, ...rows].map((row) => row.map((cell) => printable(cell)));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const align = (cell: string, column: number): string =>
    column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return all.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}
