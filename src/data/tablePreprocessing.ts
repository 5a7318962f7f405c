import * as v from "valibot";
import { finite, positive } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { RowTargets } from "./dataset.ts";
import { cellNumber, cellText, columnOf, type Table, type TableColumn } from "./table.ts";

/** How one column becomes numbers for the network. All of it is plain data, fitted on the training rows. */
export type FeatureColumn =
  /** (x − mean)/deviation, 0 where it is missing; with `indicator` a second number says that it is */
  | {
      readonly kind: "number";
      readonly name: string;
      readonly mean: number;
      readonly deviation: number;
      readonly indicator: boolean;
      /** the range of the training rows, to warn of values far outside of it; models of version 0.1 lack it */
      readonly minimum?: number | undefined;
      readonly maximum?: number | undefined;
    }
  /** one-hot over the values; "" is "missing", where training had such rows; a value that training had not is all 0 */
  | { readonly kind: "category"; readonly name: string; readonly values: readonly string[] };

export type TargetColumn =
  | { readonly kind: "category"; readonly name: string; readonly values: readonly string[] }
  /** trained as (y − mean)/deviation */
  | { readonly kind: "number"; readonly name: string; readonly mean: number; readonly deviation: number };

/** How a table becomes inputs and outputs become answers, as it stands in a model file. */
export const tablePreprocessingSchema = v.object({
  kind: v.literal("table"),
  features: v.pipe(
    v.array(
      v.variant("kind", [
        v.object({
          kind: v.literal("number"),
          name: v.string(),
          mean: finite,
          deviation: positive,
          indicator: v.boolean(),
          minimum: v.optional(finite),
          maximum: v.optional(finite),
        }),
        v.object({
          kind: v.literal("category"),
          name: v.string(),
          values: v.pipe(v.array(v.string()), v.minLength(1)),
        }),
      ]),
    ),
    v.minLength(1),
  ),
  target: v.variant("kind", [
    v.object({ kind: v.literal("number"), name: v.string(), mean: finite, deviation: positive }),
    v.object({ kind: v.literal("category"), name: v.string(), values: v.pipe(v.array(v.string()), v.minLength(1)) }),
  ]),
  ignored: v.array(v.object({ name: v.string(), reason: v.string() })),
});

export interface TablePreprocessing {
  readonly kind: "table";
  readonly features: readonly FeatureColumn[];
  readonly target: TargetColumn;
  /** columns that are not used, and why */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
}

export interface TargetOptions {
  readonly target: string;
  /** by default numbers of which there are many are predicted as numbers, everything else as classes */
  readonly task?: "classification" | "regression" | undefined;
}

/** Numbers of up to so many values are classes, unless they are fractions. */
const mostNumericClasses = 20;
/** A column of text with more values than this says something else in nearly every row: names, comments. */
const mostCategories = 100;

/** What kind of thing the target is; the classes in their order. Throws DataError where there is nothing to learn. */
export function inspectTarget(table: Table, { target, task }: TargetOptions): TargetColumn {
  const column = columnOf(table, target);
  const { cells, name } = column;
  const present = knownRows(column, table.rows);
  const at = `${table.name}: the target ${name}`;
  if (present.length === 0) throw new DataError(`${at} is empty in every row`);
  const numeric = cells instanceof Float64Array;
  const values = [...new Set(present.map((row) => cellText(column, row)))];
  const whole = numeric && present.every((row) => Number.isInteger(cells[row]));
  const asNumber = task ? task === "regression" : numeric && !(whole && values.length <= mostNumericClasses);
  if (asNumber) {
    if (!numeric) {
      const odd = present.find((row) => Number.isNaN(cellNumber(column, row))) ?? present[0];
      throw new DataError(`${at} cannot be predicted as a number: row ${odd + 2} is ${cellText(column, odd)}`);
    }
    if (values.length === 1) throw new DataError(`${at} is ${values[0]} in every row: there is nothing to learn`);
    return { kind: "number", name, ...moments(present.map((row) => cells[row])) };
  }
  if (values.length === 1) throw new DataError(`${at} has one class only, ${values[0]}: there is nothing to learn`);
  if (values.length > present.length / 2) {
    const advice = numeric ? "predict it as a number (task regression)" : "choose another target";
    throw new DataError(
      `${at} has ${values.length} classes in ${present.length} rows, too few rows a class to learn; ${advice}`,
    );
  }
  return { kind: "category", name, values: sorted(values, numeric) };
}

/** Fits what becomes of every column but the target on the rows of a table, which should be those of training alone. */
export function fitTable(table: Table, target: TargetColumn): TablePreprocessing {
  const ignored: { name: string; reason: string }[] = [];
  const features = table.columns
    .filter(({ name }) => name !== target.name)
    .flatMap((column): FeatureColumn[] => {
      const feature = fitColumn(column, table.rows);
      if (typeof feature !== "string") return [feature];
      ignored.push({ name: column.name, reason: feature });
      return [];
    });
  if (features.length === 0) {
    const reasons = ignored.map(({ name, reason }) => `${name} (${reason})`).join(", ");
    throw new DataError(
      `${table.name}: no column is left to predict ${target.name} from: ${reasons || "there is no other"}`,
    );
  }
  return { kind: "table", features, target, ignored };
}

/** The feature, or why there is none. */
function fitColumn(column: TableColumn, rows: number): FeatureColumn | string {
  const { name, cells } = column;
  const present = knownRows(column, rows);
  if (present.length === 0) return "empty";
  const values = new Set(present.map((row) => cellText(column, row)));
  const gaps = present.length < rows;
  if (values.size === 1 && !gaps) return `always ${[...values][0]}`;
  if (cells instanceof Float64Array) {
    const counting = present.every((row) => Number.isInteger(cells[row])) && values.size === rows;
    if (counting && /^(id|index|row|nr|no|number|unnamed.*|column 1)$|[ _]id$/i.test(name)) return "numbers the rows";
    const known = present.map((row) => cells[row]);
    return { kind: "number", name, ...moments(known), indicator: gaps, ...rangeOf(known) };
  }
  if (values.size > mostCategories) return `${values.size} different texts`;
  if (values.size > 10 && values.size > present.length / 2) return `${values.size} texts in ${present.length} rows`;
  return { kind: "category", name, values: [...sorted([...values], false), ...(gaps ? [""] : [])] };
}

/** How many numbers a row becomes. */
export function featureCount({ features }: TablePreprocessing): number {
  return features.reduce(
    (sum, each) => sum + (each.kind === "category" ? each.values.length : each.indicator ? 2 : 1),
    0,
  );
}

/** Every row as numbers, (rows, featureCount). Throws DataError when a column is missing or holds text for numbers. */
export function encodeFeatures(preprocessing: TablePreprocessing, table: Table): Float32Array<ArrayBuffer> {
  const width = featureCount(preprocessing);
  const encoded = new Float32Array(table.rows * width);
  let offset = 0;
  for (const feature of preprocessing.features) {
    const column = columnOf(table, feature.name);
    for (let row = 0; row < table.rows; row++) {
      const place = row * width + offset;
      if (feature.kind === "category") {
        const value = feature.values.indexOf(cellText(column, row));
        if (value >= 0) encoded[place + value] = 1;
        continue;
      }
      const value = cellNumber(column, row);
      if (!Number.isNaN(value)) encoded[place] = (value - feature.mean) / feature.deviation;
      else if (cellText(column, row) !== "") {
        throw new DataError(
          `${table.name}: row ${row + 2}: ${feature.name} must be a number, got ${cellText(column, row)}`,
        );
      } else if (feature.indicator) encoded[place + 1] = 1;
    }
    offset += feature.kind === "category" ? feature.values.length : feature.indicator ? 2 : 1;
  }
  return encoded;
}

/** The target of every row: class numbers, or standardized numbers. Throws DataError for a value that training had not. */
export function encodeTarget(target: TargetColumn, table: Table): { labels: Int32Array; targets?: RowTargets } {
  const column = columnOf(table, target.name);
  if (target.kind === "number") {
    const targets = Float32Array.from({ length: table.rows }, (_, row) => {
      return (cellNumber(column, row) - target.mean) / target.deviation;
    });
    return { labels: new Int32Array(table.rows), targets: { kind: "numbers", values: targets, width: 1 } };
  }
  const labels = Int32Array.from({ length: table.rows }, (_, row) => {
    const label = target.values.indexOf(cellText(column, row));
    if (label >= 0) return label;
    throw new DataError(
      `${table.name}: row ${row + 2}: ${target.name} is ${cellText(column, row) || "missing"}, which training had not`,
    );
  });
  return { labels };
}

/** The rows in which something stands. */
export function knownRows(column: TableColumn, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => row).filter((row) => cellText(column, row) !== "");
}

/** Mean and population deviation; 1 for a column that never varies. */
function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
  return { mean, deviation: deviation > 0 && Number.isFinite(deviation) ? deviation : 1 };
}

function rangeOf(values: readonly number[]): { minimum: number; maximum: number } {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
  }
  return { minimum, maximum };
}

function sorted(values: readonly string[], numeric: boolean): string[] {
  return values.toSorted((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
}
