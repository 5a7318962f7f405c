import { gatherValues } from "../kernels/ranks.ts";
import { DataError } from "../tensor/errors.ts";
import { gatherByColumn, ownColumns } from "./columnParts.ts";
import { fitDate } from "./dateColumn.ts";
import type { RowTarget } from "./relatedWords.ts";
import { cellNumber, cellText, columnOf, type Table, type TableColumn } from "./table.ts";
import { countDistinct, distinctTexts, knownRows, placesIn } from "./tableColumns.ts";
import {
  type FeatureColumn,
  moments,
  sorted,
  type TablePreprocessing,
  type TargetColumn,
} from "./tablePreprocessing.ts";
import { isTooVaried, mostCategories, mostOneHot, rowNumberName } from "./unusedColumns.ts";
import { fitWords } from "./wordColumn.ts";

export interface FitOptions {
  /** the rows that are used, which should be the training rows; all by default */
  readonly rows?: Int32Array | undefined;
  /** columns that are not inputs, with the reason */
  readonly unused?: ReadonlyMap<string, string>;
  /**
   * whether texts that are too varied to be categories are searched for words, and parts of dates are tested for a relation to
   * the target
   */
  readonly words?: boolean;
  /** whether dates are encoded by the year alone instead of the time */
  readonly wholeYears?: boolean;
}

/**
 * Fits the encoding of every column except the target. For a table in parts, each process fits its own columns, and all get the same result.
 * Throws DataError if no column is left.
 */
export function fitTable(table: Table, target: TargetColumn, options: FitOptions = {}): TablePreprocessing {
  const { rows, unused = new Map<string, string>(), words = true, wholeYears } = options;
  const { parts } = table;
  const inputs = ownColumns(table).filter(({ name }) => name !== target.name);
  const ownTexts = inputs.filter((column) => {
    return !unused.has(column.name) && takesWords(column, knownRows(column, rows), words);
  }).length;
  const textColumns = parts ? gatherValues(parts.ranks, [ownTexts]).reduce((sum, texts) => sum + texts, 0) : ownTexts;
  const own = inputs.map((column): Fitted => {
    const feature =
      unused.get(column.name) ?? fitColumn(column, table, target, { rows, words, wholeYears, textColumns });
    return typeof feature === "string" ? { ignored: { name: column.name, reason: feature } } : { feature };
  });
  const fitted = gatherByColumn(parts, own, ({ feature, ignored }) => (feature ?? ignored).name);
  const features = fitted.flatMap(({ feature }) => (feature ? [feature] : []));
  const ignored = fitted.flatMap((each) => (each.ignored ? [each.ignored] : []));
  if (features.length === 0) {
    const reasons = ignored.map(({ name, reason }) => `${name} (${reason})`).join(", ");
    throw new DataError(
      `${table.name}: no column is left to predict ${target.name} from: ${reasons || "there is no other"}`,
    );
  }
  return { kind: "table", features, target, ignored };
}

type Fitted =
  | { readonly feature: FeatureColumn; readonly ignored?: undefined }
  | { readonly feature?: undefined; readonly ignored: { readonly name: string; readonly reason: string } };

/** The feature, or the reason why there is none. */
function fitColumn(
  column: TableColumn,
  table: Table,
  target: TargetColumn,
  { rows, words = true, wholeYears, textColumns }: FitOptions & { readonly textColumns: number },
): FeatureColumn | string {
  const { name, cells } = column;
  const total = rows?.length ?? table.rows;
  const present = knownRows(column, rows);
  if (present.length === 0) return "empty";
  const distinct = countDistinct(column, present, rowNumberName.test(name) ? undefined : 1);
  const gaps = present.length < total;
  if (distinct === 1 && !gaps) return `always ${cellText(column, present[0])}`;
  const related = (some: Int32Array) => rowTarget(target, table, some);
  if (column.date)
    return fitDate(column, total, { rows, wholeYears, targetOf: words && column.use !== "date" ? related : undefined });
  if (cells instanceof Float64Array) {
    const counting = distinct === total && present.every((row) => Number.isInteger(cells[row]));
    if (counting && rowNumberName.test(name)) return "is a row number";
    return { kind: "number", name, ...moments(cells, present), indicator: gaps, ...rangeOf(cells, present) };
  }
  if (takesWords(column, present, words)) {
    const targetOf = column.use === "words" ? undefined : related;
    const feature = fitWords(column, { rows: rows ?? allRows(table), targetOf, columns: textColumns });
    return typeof feature === "string" ? `${distinct} different texts ${feature}` : feature;
  }
  if (column.use === "category" ? distinct > mostOneHot : isTooVaried(distinct, present.length)) {
    return distinct > mostCategories ? `${distinct} different texts` : `${distinct} texts in ${present.length} rows`;
  }
  return { kind: "category", name, values: [...sorted(distinctTexts(column, present), false), ...(gaps ? [""] : [])] };
}

/** Whether a column of texts is searched for words: if the user says so, otherwise if the texts are too varied to be categories. */
function takesWords(column: TableColumn, present: Int32Array, words: boolean): boolean {
  if (column.cells instanceof Float64Array || column.date || column.use) return column.use === "words";
  return words && isTooVaried(countDistinct(column, present), present.length);
}

const allRows = ({ rows }: Table): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** The targets of some rows. */
function rowTarget(target: TargetColumn, table: Table, rows: Int32Array): RowTarget {
  const column = columnOf(table, target.name);
  return target.kind === "category"
    ? { kind: "category", labels: placesIn(target.values, column, rows), classes: target.values.length }
    : { kind: "number", values: Float64Array.from(rows, (row) => cellNumber(column, row)) };
}

function rangeOf(numbers: Float64Array, rows: Int32Array): { minimum: number; maximum: number } {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const row of rows) {
    minimum = Math.min(minimum, numbers[row]);
    maximum = Math.max(maximum, numbers[row]);
  }
  return { minimum, maximum };
}
