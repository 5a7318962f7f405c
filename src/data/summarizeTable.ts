import { instantsOf } from "./dateColumn.ts";
import type { Table, TableColumn, TextCells } from "./table.ts";
import { countCodes, countDistinct, distinctNumbers, knownRows } from "./tableColumns.ts";
import { isRowNumber, isTooVaried } from "./unusedColumns.ts";
import { frequentWords } from "./wordColumn.ts";

/** The statistics of a column. Dates are texts as "2012-01-31" in `minimum`, `median` and `maximum`. */
export interface ColumnSummary {
  readonly name: string;
  /** id: row numbers; text: different in nearly every row; constant: one value, never missing */
  readonly type: "number" | "category" | "date" | "text" | "id" | "constant" | "empty";
  readonly missing: number;
  /** different known values */
  readonly distinct: number;
  readonly minimum?: number | string;
  readonly median?: number | string;
  readonly mean?: number;
  readonly maximum?: number | string;
  /** the number of rows in ranges of equal width, from the minimum to the maximum */
  readonly histogram?: readonly number[];
  /** the most frequent values and their numbers of rows */
  readonly mostFrequent?: readonly { readonly value: string; readonly rows: number }[];
  /** for texts: the number of words that occur in several rows, and the most frequent ones */
  readonly words?: { readonly count: number; readonly mostFrequent: readonly string[] };
}

/** The number of ranges; divisible by 24, 16, 12, 8, 6 and 4, the numbers of bars in figures. */
const bins = 48;
const mostShown = 12;
/** Whole numbers with at most this many values are also shown with their counts. */
const fewNumbers = 20;

export function summarizeColumns(table: Table): ColumnSummary[] {
  return table.columns.map((column) => summarizeColumn(column, table));
}

function summarizeColumn(column: TableColumn, table: Table): ColumnSummary {
  const { name, cells } = column;
  const { rows } = table;
  if (column.date) return summarizeDates(column, table);
  if (cells instanceof Float64Array) {
    const sorted = Float64Array.from(cells).sort(); // NaN comes last
    let known = sorted.length;
    while (known > 0 && Number.isNaN(sorted[known - 1])) known--;
    if (known === 0) return { name, type: "empty", missing: rows, distinct: 0 };
    const values = sorted.subarray(0, known);
    const distinct = countSorted(values);
    const constant = distinct === 1 && known === rows;
    const type = constant ? "constant" : isRowNumber(column, () => distinct, rows) ? "id" : "number";
    const few = distinct <= fewNumbers && { mostFrequent: frequentNumbers(values) };
    return { name, type, missing: rows - known, distinct, ...range(values), ...few };
  }
  const known = knownRows(column).length;
  if (known === 0) return { name, type: "empty", missing: rows, distinct: 0 };
  const [distinct, mostFrequent] = [countDistinct(column), frequentTexts(cells)];
  const constant = distinct === 1 && known === rows;
  const isText = isTooVaried(distinct, known) ? column.use !== "category" : column.use === "words";
  const type = constant ? "constant" : isText ? "text" : "category";
  const summary: ColumnSummary = { name, type, missing: rows - known, distinct, mostFrequent };
  return type === "text" && column.use !== "text" ? { ...summary, ...wordsOf(column) } : summary;
}

function wordsOf(column: TableColumn): Pick<ColumnSummary, "words"> {
  const words = frequentWords(column);
  return words.length === 0 ? {} : { words: { count: words.length, mostFrequent: words.slice(0, mostShown) } };
}

function countSorted(values: Float64Array): number {
  let distinct = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) distinct++;
  return distinct;
}

/** The values must be ascending. */
function range(values: Float64Array) {
  const [minimum, maximum] = [values[0], values[values.length - 1]];
  const middle = values.length >> 1;
  const median = values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  const histogram = Array<number>(bins).fill(0);
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    mean += values[i] / values.length;
    const place = maximum > minimum ? ((values[i] - minimum) / (maximum - minimum)) * bins : 0;
    histogram[Math.min(bins - 1, Math.floor(place))]++;
  }
  return { minimum, median, mean, maximum, histogram };
}

function frequentNumbers(values: Float64Array): { value: string; rows: number }[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  return [...counts].map(([value, rows]) => ({ value: String(value), rows })).sort((a, b) => b.rows - a.rows);
}

function frequentTexts(cells: TextCells): { value: string; rows: number }[] {
  const counts = countCodes(cells);
  const most: { value: string; rows: number }[] = [];
  for (let code = 0; code < counts.length; code++) {
    if (counts[code] === 0 || (most.length === mostShown && counts[code] <= most[mostShown - 1].rows)) continue;
    const value = cells.values.at(code);
    if (value === "") continue;
    most.push({ value, rows: counts[code] });
    most.sort((a, b) => b.rows - a.rows);
    if (most.length > mostShown) most.pop();
  }
  return most;
}

/** The summary of a column of dates, as ISO texts. */
function summarizeDates(column: TableColumn, table: Table): ColumnSummary {
  const { name } = column;
  const instants = instantsOf(table, column).sort();
  let known = instants.length;
  while (known > 0 && Number.isNaN(instants[known - 1])) known--;
  if (known === 0) return { name, type: "empty", missing: table.rows, distinct: 0 };
  const { minimum, median, maximum, histogram } = range(instants.subarray(0, known));
  const distinct = distinctNumbers(instants.subarray(0, known)).length;
  const text = (instant: number) => {
    const iso = new Date(instant).toISOString();
    if (column.date === "time") return iso.slice(11, 16);
    return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : iso.slice(0, 16).replace("T", " ");
  };
  const ends = { minimum: text(minimum), median: text(median).slice(0, 10), maximum: text(maximum) };
  return { name, type: "date", missing: table.rows - known, distinct, ...ends, histogram };
}

/** The usual names of the target column. */
const targetNames = /^(target|label|labels|class|y|outcome|diagnosis|species|survived|churn)$/i;

/** The column with a usual name for the target; undefined if there are none or several. */
export function likelyTarget({ columns }: Table): string | undefined {
  const named = columns.filter(({ name }) => targetNames.test(name));
  return named.length === 1 ? named[0].name : undefined;
}
