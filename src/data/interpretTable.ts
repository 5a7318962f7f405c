import { DataError } from "../tensor/errors.ts";
import { detectHeader, headerSampleRows, numberedNames } from "./header.ts";
import { interpretColumn } from "./interpretColumn.ts";
import { MissingWords } from "./missingWords.ts";
import { nameHint } from "./nearestName.ts";
import { looksLikeEnglishNumber, parseInfinity } from "./numberText.ts";
import { type RawCells, type RawTable, type RawTableOptions, withFirstRow } from "./rawTable.ts";
import { lineOf, type Table, type TableColumn } from "./table.ts";
import type { ColumnType, TableReadOptions } from "./tableOptions.ts";
import type { ColumnReading, TableReading } from "./tableReading.ts";

/** A table with interpreted columns, and a note for every decision. */
export interface Interpretation {
  readonly table: Table;
  /** how to read another file in the same way */
  readonly reading: TableReading;
  /** one line for each decision, with the option that overrides it */
  readonly notes: readonly string[];
}

/** The options that a reader of files needs, so that the columns can be interpreted with these options. */
export function rawOptionsOf(options: TableReadOptions): Pick<RawTableOptions, "amongNumbers" | "asText"> {
  const { rules, reading, types = [] } = options;
  const words = new MissingWords(options);
  const kept = (reading?.columns ?? []).filter((each) => each.kind !== "number" || each.format !== undefined);
  return {
    /**
     * Whether a text can be in a column of numbers: numbers with commas and inf can. Columns with amounts of money and
     * percentages are read as texts first.
     */
    amongNumbers: (text, { decimalComma }) =>
      words.has(text) ||
      isZeroPadded(text) ||
      (rules !== 1 && (parseInfinity(text) !== undefined || (!decimalComma && looksLikeEnglishNumber(text)))),
    asText: [...types.filter(({ type }) => !plainTypes.has(type)), ...kept].map(({ column }) => column),
  };
}

/** The types for which plain numbers are read as numbers. For other types, the texts of all cells are needed. */
const plainTypes: ReadonlySet<ColumnType> = new Set(["number", "number-clip", "unix"]);
const isZeroPadded = (text: string): boolean => /^[+-]?0\d+(\.\d*)?$/.test(text);

/**
 * Decides whether a table has a header, and the type of each column: numbers (including 1,234.50, $5 and 12%), dates or texts.
 * With `reading`, the table is read like the training data and nothing is decided. Throws DataError for two columns with the same
 * name, for a table without rows, and for an option that names a column that does not exist.
 */
export function interpretTable(found: RawTable, options: TableReadOptions = {}): Interpretation {
  const words = new MissingWords(options);
  const notes = [...found.notes];
  const decided = found.names
    ? { header: true }
    : detectHeader(found.first ?? [], firstTexts(found), (cell) => words.has(cell), options);
  if (decided.note) notes.push(decided.note);
  const raw = decided.header ? found : withFirstRow(found);
  const names = raw.names
    ? numberedNames(raw.names)
    : numberedNames((found.first ?? []).map((cell) => (decided.header ? cell : "")));
  const repeated = names.find((column, i) => names.indexOf(column) !== i);
  if (repeated !== undefined) {
    const [a, b] = names.flatMap((column, i) => (column === repeated ? [i + 1] : []));
    throw new DataError(`${raw.name}: two columns are called ${repeated} (columns ${a} and ${b}); rename one of them`);
  }
  if (raw.rows === 0) throw new DataError(`${raw.name}: expected rows below the header, found none`);
  checkNames(raw.name, names, options);
  const readings: ColumnReading[] = [];
  const columns: TableColumn[] = [];
  const said = new Map<string, string[]>();
  names.forEach((name, i) => {
    if (options.drop?.includes(name)) return;
    const known = options.reading?.columns.find(({ column }) => column === name);
    const { reading, ...column } = interpretColumn(raw.columns[i], {
      ...{ name, words, options, known },
      line: (row) => lineOf(raw, row),
      say: (kind, line) => said.set(kind, [...(said.get(kind) ?? []), line]),
    });
    if (reading) readings.push(reading);
    columns.push({ name, ...column });
  });
  notes.push(...words.notes());
  for (const lines of said.values()) notes.push(...shortened(lines));
  if (options.drop?.length) notes.push(`left out (--drop): ${options.drop.join(", ")}`);
  const table = { name: raw.name, rows: raw.rows, columns, lines: raw.lines };
  const reading = { header: decided.header, ...(options.missing && { missing: options.missing }), columns: readings };
  return { table, reading, notes };
}

/** Notes of one kind: all of them if they are few, otherwise the first ones and the number of the others. */
function shortened(lines: readonly string[]): string[] {
  const most = 6;
  if (lines.length <= most) return [...lines];
  return [
    ...lines.slice(0, most - 1),
    `… and ${lines.length - most + 1} more columns like these (handgrad data info lists them)`,
  ];
}

const mostSampledCells = 200_000;

/** The cells of the first rows as text, row by row; "" for an empty one. */
function firstTexts({ columns, rows }: RawTable): string[][] {
  // Fewer rows for wide tables: 1,000 rows of 10,000 columns would be ten million strings
  const count = Math.min(rows, headerSampleRows, Math.max(20, Math.ceil(mostSampledCells / columns.length)));
  const texts = columns.map((cells) => textsOf(cells, count));
  return Array.from({ length: count }, (_, row) => texts.map((column) => column[row]));
}

function textsOf(cells: RawCells, count: number): string[] {
  if (cells.kind === "texts")
    return Array.from({ length: count }, (_, row) => cells.texts.values.at(cells.texts.codes[row]));
  const texts = Array.from({ length: count }, (_, row) =>
    Number.isNaN(cells.numbers[row]) ? "" : String(cells.numbers[row]),
  );
  const { odd } = cells;
  for (let i = 0; odd && i < odd.rows.length && odd.rows[i] < count; i++)
    texts[odd.rows[i]] = odd.texts.values.at(odd.texts.codes[i]);
  return texts;
}

function checkNames(file: string, names: readonly string[], { types, drop, missing }: TableReadOptions): void {
  const asked: [string, string][] = [
    ...(types ?? []).map(({ column }): [string, string] => ["--types", column]),
    ...(drop ?? []).map((column): [string, string] => ["--drop", column]),
  ];
  for (const item of missing ?? []) {
    const at = item.lastIndexOf("=");
    if (at > 0) asked.push(["--missing", item.slice(0, at)]);
  }
  for (const [option, column] of asked) {
    if (names.includes(column)) continue;
    const hint = nameHint(column, names);
    throw new DataError(
      `${file}: ${option}: no column is called ${column}${hint && `; ${hint}`}; there are ${names.join(", ")}`,
    );
  }
}
