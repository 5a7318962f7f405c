import type { MissingValues } from "./missingValues.ts";
import type { TableColumn } from "./table.ts";
import type { TableReadOptions } from "./tableOptions.ts";
import type { ColumnReading } from "./tableReading.ts";

/** What the type of a column depends on besides its cells. */
export interface ColumnContext {
  readonly name: string;
  readonly words: MissingValues;
  readonly options: TableReadOptions;
  /** the types chosen for training; if given, nothing new is decided */
  readonly known?: ColumnReading | undefined;
  /** the line of the file in which a row begins */
  readonly line: (row: number) => number;
  /** called with a line for each decision; lines of the same kind are shown together */
  readonly say: (kind: string, line: string) => void;
}

/** A column with its type, and how to read the same column of another file. */
export type InterpretedColumn = Omit<TableColumn, "name"> & { readonly reading?: ColumnReading | undefined };

/** An argument, quoted for a shell. */
export const quoted = (text: string): string => (/^[\w.=-]+$/.test(text) ? text : `"${text}"`);

/** The text of a cell, cut off if it is long. */
export const short = (text: string): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

/** "3 infinite cells (rows 2, 5, 9)" */
export function cellsIn(count: number, what: string, rows: readonly number[], line: (row: number) => number): string {
  const where = rows.slice(0, 3).map((row) => line(row));
  const more = count > where.length ? ", …" : "";
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"} (row${count === 1 ? "" : "s"} ${where.join(", ")}${more})`;
}
