import type { TableReadOptions } from "./tableOptions.ts";

/** What stands for a missing value beside the empty cell, whatever its case. */
const usualWords = ["?", "na", "n/a", "nan", "null", "missing", "-"];

/** The texts of a file that mean a missing value, and how often they were met. */
export class MissingWords {
  private readonly words: ReadonlySet<string>;
  private readonly met = new Map<string, number>();

  /** "only" in `missing` leaves out the usual words; "age=-1" is of one column and not looked for here. */
  constructor({ missing = [] }: Pick<TableReadOptions, "missing">) {
    const only = missing.includes("only");
    const own = missing.filter((word) => word !== "only").map((word) => word.toLowerCase());
    this.words = new Set([...(only ? [] : usualWords), ...own]);
  }

  has(cell: string): boolean {
    const text = cell.trim();
    return text === "" || (text.length < 40 && this.words.has(text.toLowerCase()));
  }

  /** The cell without spaces around it, or "" if it is missing; counts what was found. */
  clean(cell: string): string {
    const text = cell.trim();
    if (text === "" || text.length >= 40 || !this.words.has(text.toLowerCase())) return text;
    this.met.set(text, (this.met.get(text) ?? 0) + 1);
    return "";
  }

  /** One line that says which words were treated as missing; undefined if there were none. */
  note(): string | undefined {
    if (this.met.size === 0) return undefined;
    const ordered = [...this.met].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const words = ordered.map(([word, cells]) => `"${word}" (${cells} ${cells === 1 ? "cell" : "cells"})`);
    return `treated as missing: ${words.join(", ")}; --missing only keeps them`;
  }
}
