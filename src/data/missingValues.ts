import type { TableReadOptions } from "./tableOptions.ts";

/** Words that mean a missing value, in upper or lower case. An empty cell is missing as well. */
const usualWords = ["?", "na", "n/a", "nan", "null", "missing", "-"];
/** Words of SAS, spreadsheets and pandas, which are used since version 2 of the rules. */
const moreWords = [".", "#n/a", "<na>"];
/** The number of spaces around a cell that are ignored. */
const mostSpaces = 10;

/** Recognizes the texts of a file that mean a missing value, and counts them. */
export class MissingValues {
  private readonly words: ReadonlySet<string>;
  private readonly ofColumn: ReadonlySet<string>;
  /** the length of the longest word; longer texts need no lookup, because columns can have millions of different texts */
  private readonly longest: number;
  private readonly met = new Map<string, number>();

  /** "only" in `missing` leaves out the usual words; "age=-1" applies to the column age. */
  constructor({ missing, reading, rules }: Pick<TableReadOptions, "missing" | "reading" | "rules">) {
    const given = missing ?? reading?.missing ?? [];
    const own = given.map((word) => word.trim().toLowerCase()).filter((word) => word !== "only" && word !== "none");
    this.words = new Set([
      ...(given.includes("only") ? [] : usualWords),
      ...(given.includes("only") || rules === 1 ? [] : moreWords),
      ...own.filter((word) => !/.=/.test(word)),
    ]);
    this.ofColumn = new Set(own.filter((word) => /.=/.test(word)));
    this.longest = Math.max(0, ...[...this.words, ...this.ofColumn].map(({ length }) => length));
  }

  /** Whether a cell of a column is missing. */
  has(cell: string, column?: string): boolean {
    if (cell === "") return true;
    if (cell.length > this.longest + mostSpaces) return cell.trim() === "";
    const text = cell.trim();
    if (text.length > this.longest) return false;
    return text === "" || this.hasWord(text.toLowerCase(), column);
  }

  private hasWord(text: string, column?: string): boolean {
    if (this.words.has(text)) return true;
    return column !== undefined && this.ofColumn.size > 0 && this.ofColumn.has(`${column.toLowerCase()}=${text}`);
  }

  /** Counts cells that were treated as missing, for the note. */
  count(text: string, cells: number): void {
    const word = text.trim();
    if (word !== "" && cells > 0) this.met.set(word, (this.met.get(word) ?? 0) + cells);
  }

  /** The words that were treated as missing, each with the number of its cells. */
  counts(): (readonly [word: string, cells: number])[] {
    return [...this.met];
  }

  /** Lines that say which words were treated as missing. */
  notes(): string[] {
    const ordered = [...this.met].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const shown = (own: boolean) =>
      ordered
        .filter(([word]) => [...usualWords, ...moreWords].includes(word.toLowerCase()) !== own)
        .map(([word, cells]) => `"${word}" (${cells.toLocaleString("en")} ${cells === 1 ? "cell" : "cells"})`)
        .join(", ");
    const [usual, own] = [shown(false), shown(true)];
    return [
      ...(usual ? [`treated as missing: ${usual}; --missing only keeps them as text`] : []),
      ...(own ? [`treated as missing (--missing): ${own}`] : []),
    ];
  }
}
