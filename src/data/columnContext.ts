import type { MissingWords } from "./missingWords.ts";
import type { TableColumn } from "./table.ts";
import type { TableReadOptions } from "./tableOptions.ts";
import type { ColumnReading } from "./tableReading.ts";

/** What decisions about a column depend on besides its cells. */
export interface ColumnContext {
  readonly name: string;
  readonly words: MissingWords;
  readonly options: TableReadOptions;
  /** what was decided for training: nothing is decided then */
  readonly known?: ColumnReading | undefined;
  /** the line of the file in which a row begins */
  readonly line: (row: number) => number;
  /** takes a line that says what was decided; lines of the same kind are shown together */
  readonly say: (kind: string, line: string) => void;
}

/** What a column is, and how a column of another file is read in the same way. */
export type InterpretedColumn = Omit<TableColumn, "name"> & { readonly reading?: ColumnReading | undefined };

/** An argument as a shell takes it. */
export const quoted = (text: string): string => (/^[\w.=-]+$/.test(text) ? text : `"${text}"`);

/** A text of a cell, cut off where it is long. */
export const short = (text: string): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

/** "3 infinite cells (rows 2, 5, 9)" */
export function cellsIn(count: number, what: string, rows: readonly number[], line: (row: number) => number): string {
  const where = rows.slice(0, 3).map((row) => line(row));
  const more = count > where.length ? ", …" : "";
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"} (row${count === 1 ? "" : "s"} ${where.join(", ")}${more})`;
}
