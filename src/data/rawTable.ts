import type { ColumnParts } from "./columnParts.ts";
import { listedTexts, type RowLines, type TextCells } from "./table.ts";

/** Cells that are not plain numbers, in a column of numbers: "NA", "inf", "1,234.50"; `texts` has a code for each of `rows`. */
export interface OddCells {
  /** row numbers, ascending */
  readonly rows: Int32Array;
  readonly texts: TextCells;
}

/**
 * A column as it is in the file, without spaces around texts. In a column of numbers, NaN is an empty cell or one of `odd`. A
 * column of texts has the original text of every cell, including numbers: "007" and "1.0" are unchanged.
 */
export type RawCells =
  | {
      readonly kind: "numbers";
      readonly numbers: Float64Array;
      readonly odd?: OddCells | undefined;
      /** whether there are numbers with a decimal comma (3,14); they are read only if `decimalComma` is set */
      readonly commas?: boolean | undefined;
    }
  | { readonly kind: "texts"; readonly texts: TextCells };

/** A table as it is in the file. The types of the columns are decided later (`interpretTable`). */
export interface RawTable {
  /** the name of the file, for messages */
  readonly name: string;
  /** "CSV", "Excel, sheet Prices", … */
  readonly format: string;
  /** the separator between cells: "," ";" "\t" "|" or " " (one space or more); absent for formats that are not text */
  readonly delimiter?: string | undefined;
  /** whether 3,14 is a plain number: true if semicolons separate cells */
  readonly decimalComma?: boolean | undefined;
  /** the names of the columns, if the format has them (Parquet, JSON) */
  readonly names?: readonly string[] | undefined;
  /** without `names`: the cells of the first row. They are a header, or data that `withFirstRow` inserts as the first row */
  readonly first?: readonly string[] | undefined;
  /** the number of rows, without `first` */
  readonly rows: number;
  readonly columns: readonly RawCells[];
  /** the line of the file in which each row begins, and the first row's; if absent, row 0 is in line 2 */
  readonly lines?: RowLines | undefined;
  readonly firstLine?: number | undefined;
  /** one line for each decision of the reader */
  readonly notes: readonly string[];
}

/** The options of a reader of text. */
export interface RawTableOptions {
  readonly name: string;
  /**
   * Whether a column of numbers may contain a text: a word for a missing value, or a number in another notation. Any other text
   * makes the column a column of texts.
   */
  readonly amongNumbers: (text: string, context: { readonly decimalComma: boolean }) => boolean;
  /** names (in the first row) of columns that are read as texts even if all cells are numbers */
  readonly asText?: readonly string[] | undefined;
  /** the separator; detected by default */
  readonly delimiter?: string | undefined;
  /** the most memory in bytes; a larger table is refused as soon as this is clear */
  readonly mostBytes?: number | undefined;
  /** columns of other processes are left empty, below the rows that decide whether there is a header */
  readonly parts?: ColumnParts | undefined;
}

const plainPattern = /^[+-]?(?!0\d)(?!\d{16,}$)(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value of a plain number, otherwise NaN. A plain number has digits, and optionally a decimal point or an exponent. 007 is
 * none (it may be a code), nor is 12345678901234567890 (more digits than float64 has). With `decimalComma`, also 3,14.
 */
export function plainNumber(text: string, decimalComma = false): number {
  const point = decimalComma ? text.replace(",", ".") : text;
  const value = plainPattern.test(point) ? Number(point) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The table with its first row as data, for a file without a header. */
export function withFirstRow(raw: RawTable): RawTable {
  const { first, lines, firstLine = 1 } = raw;
  if (!first) return raw;
  return {
    ...raw,
    first: undefined,
    rows: raw.rows + 1,
    columns: raw.columns.map((cells, column) => withFirstCell(cells, first[column], raw.decimalComma ?? false)),
    lines: { at: (row) => (row === 0 ? firstLine : lines ? lines.at(row - 1) : row + 1) },
  };
}

function withFirstCell(cells: RawCells, text: string, decimalComma: boolean): RawCells {
  if (cells.kind === "texts") return { kind: "texts", texts: withFirstText(cells.texts, text) };
  const value = plainNumber(text, decimalComma);
  const plain = !Number.isNaN(value);
  const numbers = new Float64Array(cells.numbers.length + 1);
  numbers[0] = value;
  numbers.set(cells.numbers, 1);
  const commas = cells.commas || (plain && text.includes(","));
  const { rows, texts } = cells.odd ?? {
    rows: new Int32Array(0),
    texts: { codes: new Int32Array(0), values: listedTexts([]) },
  };
  const shifted = rows.map((row) => row + 1);
  if (plain || text === "") {
    return { kind: "numbers", numbers, commas, ...(cells.odd && { odd: { rows: shifted, texts } }) };
  }
  const oddRows = new Int32Array(rows.length + 1); // the first is row 0
  oddRows.set(shifted, 1);
  return { kind: "numbers", numbers, commas, odd: { rows: oddRows, texts: withFirstText(texts, text) } };
}

function withFirstText({ codes, values }: TextCells, text: string): TextCells {
  const all = new Int32Array(codes.length + 1);
  all.set(codes, 1);
  for (let code = 0; code < values.length; code++) {
    if (values.at(code) !== text) continue;
    all[0] = code;
    return { codes: all, values };
  }
  all[0] = values.length;
  const more = {
    length: values.length + 1,
    at: (code: number) => (code === values.length ? text : values.at(code)),
    *[Symbol.iterator]() {
      yield* values;
      yield text;
    },
  };
  return { codes: all, values: more };
}
