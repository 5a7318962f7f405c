import { DataError } from "../tensor/errors.ts";
import type { TableParts } from "./columnParts.ts";
import type { DateFormat } from "./dateFormat.ts";

/** Distinct texts with codes from 0. Iteration yields them in the order of their codes. */
export interface DistinctTexts extends Iterable<string> {
  readonly length: number;
  at(code: number): string;
}

/** A column of text: the code of each row, and the distinct texts. "" means a missing value. Some texts may be unused. */
export interface TextCells {
  readonly codes: Int32Array;
  readonly values: DistinctTexts;
}

/** A column: numbers, with NaN for a missing value, or text. */
export interface TableColumn {
  readonly name: string;
  readonly cells: Float64Array | TextCells;
  /** the format of dates, if the cells are dates */
  readonly date?: DateFormat | undefined;
  /**
   * the type that the user chose. For texts: their words are inputs ("words"), or the texts are categories, in any number
   * ("category") or only if they are few ("text"). For dates: all parts are inputs ("date").
   */
  readonly use?: "words" | "category" | "text" | "date" | undefined;
}

/** The line of the file in which each row begins, such as an Int32Array. */
export interface RowLines {
  at(row: number): number | undefined;
}

/** Columns of the same length. */
export interface Table {
  /** the name of the file, for messages */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** the line of the file in which each row begins; if absent, row 0 is in line 2, below a header */
  readonly lines?: RowLines | undefined;
  /** where processes hold parts of the table: then `columns` has those that this process reads alone */
  readonly parts?: TableParts | undefined;
}

/** Texts as codes and distinct values, in the order of their first rows. */
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

/** A cell as text, "" if it is missing. Categories are compared in this form. */
export function cellText({ cells }: TableColumn, row: number): string {
  if (!(cells instanceof Float64Array)) return cells.values.at(cells.codes[row]);
  return Number.isNaN(cells[row]) ? "" : String(cells[row]);
}

/** A cell as a number, NaN if it is missing or not a number. */
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
