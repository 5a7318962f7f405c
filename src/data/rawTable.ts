import type { ColumnParts } from "./columnParts.ts";
import { listedTexts, type RowLines, type TextCells } from "./table.ts";

/** Cells that are not plain numbers, in a column of numbers: "NA", "inf", "1,234.50"; `texts` has a code for each of `rows`. */
export interface OddCells {
  /** ascending */
  readonly rows: Int32Array;
  readonly texts: TextCells;
}

/**
 * A column as a reader found it; texts without the spaces around them. In a column of numbers NaN is an empty cell or one of `odd`.
 * A column of texts has every cell as it is in the file, also its numbers: "007" and "1.0" stay what they are.
 */
export type RawCells =
  | {
      readonly kind: "numbers";
      readonly numbers: Float64Array;
      readonly odd?: OddCells | undefined;
      /** whether there are numbers with a decimal comma (3,14), which are read as such only where `decimalComma` is set */
      readonly commas?: boolean | undefined;
    }
  | { readonly kind: "texts"; readonly texts: TextCells };

/** A table as a reader found it: what the columns mean is decided later (`interpretTable`). */
export interface RawTable {
  /** the file's, for messages */
  readonly name: string;
  /** "CSV", "Excel, sheet Prices", … */
  readonly format: string;
  /** between cells: "," ";" "\t" "|" or " " (one space or more); none in formats that are not text */
  readonly delimiter?: string | undefined;
  /** whether 3,14 is a plain number: where semicolons separate cells */
  readonly decimalComma?: boolean | undefined;
  /** the names of the columns, where the format has them (Parquet, JSON) */
  readonly names?: readonly string[] | undefined;
  /** without names: the cells of the first row. It is a header, or data that `withFirstRow` puts on top of the columns */
  readonly first?: readonly string[] | undefined;
  /** below the first row, if there is one */
  readonly rows: number;
  readonly columns: readonly RawCells[];
  /** the line of the file in which each row begins, and the first row's; if absent, row 0 is in line 2 */
  readonly lines?: RowLines | undefined;
  readonly firstLine?: number | undefined;
  /** one line for each decision of the reader */
  readonly notes: readonly string[];
}

/** What a reader of text must know before it reads. */
export interface RawTableOptions {
  readonly name: string;
  /**
   * Whether a column of numbers may contain a text: one that stands for a missing value or that is a number in another notation.
   * Any other text makes its column one of texts.
   */
  readonly amongNumbers: (text: string, context: { readonly decimalComma: boolean }) => boolean;
  /** names (in the first row) of columns that are read as texts even if all cells are numbers */
  readonly asText?: readonly string[] | undefined;
  /** found in the text if it is not given */
  readonly delimiter?: string | undefined;
  /** a table that takes more memory is refused, as soon as that is clear */
  readonly mostBytes?: number | undefined;
  /** columns of other processes are left empty, below the rows that decide whether there is a header */
  readonly parts?: ColumnParts | undefined;
}

const plainPattern = /^[+-]?(?!0\d)(?!\d{16,}$)(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value of a plain number, else NaN: digits with a decimal point or an exponent, in any of the usual forms, but not 007 (a code,
 * perhaps) and not 12345678901234567890 (more digits than float64 has). With `decimalComma`, also 3,14.
 */
export function plainNumber(text: string, decimalComma = false): number {
  const point = decimalComma ? text.replace(",", ".") : text;
  const value = plainPattern.test(point) ? Number(point) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The table with its first row as data: for a file without a header. */
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
