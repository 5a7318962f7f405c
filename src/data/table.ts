import { DataError } from "../tensor/errors.ts";
import type { TableParts } from "./columnParts.ts";
import type { DateFormat } from "./dateFormat.ts";

/** Different texts, each with a code from 0. An iteration yields them in the order of their codes. */
export interface DistinctTexts extends Iterable<string> {
  readonly length: number;
  at(code: number): string;
}

/** A column of text: the code of each row, and the texts. "" means a missing value. A text may be unused. */
export interface TextCells {
  readonly codes: Int32Array;
  readonly values: DistinctTexts;
}

/** One column: numbers, with NaN for a missing value, or text. */
export interface TableColumn {
  readonly name: string;
  readonly cells: Float64Array | TextCells;
  /** how its cells are dates, if they are */
  readonly date?: DateFormat | undefined;
  /** what a user says: of texts, that their words are inputs, or the whole texts, however many there are, or only if there are few; of dates, that all parts are */
  readonly use?: "words" | "category" | "text" | "date" | undefined;
}

/** The line of a file in which a row begins; an Int32Array is one. */
export interface RowLines {
  at(row: number): number | undefined;
}

/** Columns of one length. */
export interface Table {
  /** the file's, for messages */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** the line of the file in which each row begins; if absent, row 0 is in line 2, below a header */
  readonly lines?: RowLines | undefined;
  /** where processes hold parts of the table: then `columns` has those that this process reads alone */
  readonly parts?: TableParts | undefined;
}

/** The texts as codes into their distinct values, in the order of their first row. */
export function textCells(texts: ArrayLike<string>): TextCells {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(texts.length);
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row];
    let code = codeOf.get(text);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(text, code);
    }
    codes[row] = code;
  }
  return { codes, values: listedTexts([...codeOf.keys()]) };
}

/** Distinct texts that are already strings. */
export function listedTexts(texts: readonly string[]): DistinctTexts {
  return { length: texts.length, at: (code) => texts[code], [Symbol.iterator]: () => texts[Symbol.iterator]() };
}

/**
 * A table from arrays: tableOf("plants", { height: [1.5, 2], kind: ["fern", "ivy"] }). NaN and "" are missing values.
 * Throws DataError unless all columns have the same length.
 */
export function tableOf(name: string, columns: Readonly<Record<string, ArrayLike<number> | ArrayLike<string>>>): Table {
  const entries = Object.entries(columns);
  const rows = entries[0]?.[1].length ?? 0;
  const odd = entries.find(([, cells]) => cells.length !== rows);
  if (odd) throw new DataError(`${name}: expected ${rows} cells in each column, found ${odd[1].length} in ${odd[0]}`);
  const ofText = (cells: ArrayLike<unknown>): cells is ArrayLike<string> => typeof cells[0] === "string";
  return {
    name,
    rows,
    columns: entries.map(([column, cells]) => ({
      name: column,
      cells: ofText(cells) ? textCells(cells) : Float64Array.from(cells as ArrayLike<number>),
    })),
  };
}

/** The named column. Throws DataError that lists the existing ones. */
export function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((each) => each.name === name);
  if (column) return column;
  const names = columnNames(table).join(", ");
  throw new DataError(`${table.name}: no column is called ${name}; there are ${names}`);
}

/** The names of all columns, also of those that other processes read. */
export function columnNames({ columns, parts }: Pick<Table, "columns" | "parts">): string[] {
  return parts ? [...parts.places.keys()] : columns.map(({ name }) => name);
}

/** One cell as text, "" where it is missing: how a category is compared. */
export function cellText({ cells }: TableColumn, row: number): string {
  if (!(cells instanceof Float64Array)) return cells.values.at(cells.codes[row]);
  return Number.isNaN(cells[row]) ? "" : String(cells[row]);
}

/** One cell as a number, NaN where it is missing or no number. */
export function cellNumber({ cells }: TableColumn, row: number): number {
  return cells instanceof Float64Array ? cells[row] : textNumber(cells.values.at(cells.codes[row]));
}

/** A text as a number; NaN for "" and for anything else. A decimal comma is allowed. */
function textNumber(text: string): number {
  return text === "" ? Number.NaN : Number(text.replace(",", "."));
}

/** The line of the file in which a row begins, for messages. */
export function lineOf({ lines }: Pick<Table, "lines">, row: number): number {
  return lines?.at(row) ?? row + 2;
}
