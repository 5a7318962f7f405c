import * as v from "valibot";
import { finite, literal, plainObject, positive } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { RowTargets } from "./dataset.ts";
import { type DateFeature, encodeColumn, encodedFeatureSchemas, type WordFeature } from "./encodedFeature.ts";
import { cellNumber, cellText, columnOf, lineOf, type Table } from "./table.ts";
import { countDistinct, distinctTexts, knownRows, placesIn } from "./tableColumns.ts";

/** The encoding of one column as numbers for the network: plain data, fitted on the training rows. */
export type FeatureColumn =
  /** (x − mean)/deviation, 0 if missing; with `indicator`, a second number is 1 for a missing value */
  | {
      readonly kind: "number";
      readonly name: string;
      readonly mean: number;
      readonly deviation: number;
      readonly indicator: boolean;
      /** the range in the training rows, to warn about values far outside of it; models of version 0.1 have none */
      readonly minimum?: number | undefined;
      readonly maximum?: number | undefined;
    }
  /** one-hot over `values`; "" means missing, if training had such rows. A value that is not in the training rows is all 0. */
  | { readonly kind: "category"; readonly name: string; readonly values: readonly string[] }
  | DateFeature
  | WordFeature;

export type TargetColumn =
  | { readonly kind: "category"; readonly name: string; readonly values: readonly string[] }
  /** the network is trained on (y − mean)/deviation */
  | { readonly kind: "number"; readonly name: string; readonly mean: number; readonly deviation: number };

/** How a table becomes inputs and how outputs become predictions, as stored in a model file. */
export const tablePreprocessingSchema = v.object({
  kind: literal("table"),
  features: v.pipe(
    v.array(
      v.variant("kind", [
        v.object({
          kind: literal("number"),
          name: v.string(),
          mean: finite,
          deviation: positive,
          indicator: v.boolean(),
          minimum: v.optional(finite),
          maximum: v.optional(finite),
        }),
        v.object({
          kind: literal("category"),
          name: v.string(),
          values: v.pipe(v.array(v.string()), v.minLength(1)),
        }),
        ...encodedFeatureSchemas,
      ]),
    ),
    v.minLength(1),
  ),
  target: v.variant("kind", [
    v.object({ kind: literal("number"), name: v.string(), mean: finite, deviation: positive }),
    v.object({ kind: literal("category"), name: v.string(), values: v.pipe(v.array(v.string()), v.minLength(1)) }),
  ]),
  ignored: v.array(v.object({ name: v.string(), reason: v.string() })),
  /** checked when files are read; pages that only predict read none */
  reading: v.optional(plainObject),
});

export interface TablePreprocessing {
  readonly kind: "table";
  readonly features: readonly FeatureColumn[];
  readonly target: TargetColumn;
  /** columns that are not used, with the reasons */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
  /** how the training file was read (`TableReading`); other files are read in the same way */
  readonly reading?: Readonly<Record<string, unknown>> | undefined;
}

export interface TargetOptions {
  readonly target: string;
  /** by default, a column with many different numbers is predicted as numbers, any other as classes */
  readonly task?: "classification" | "regression" | undefined;
}

/** Whole numbers with at most this many different values are classes. */
const mostNumericClasses = 20;

/**
 * The kind of the target, with its classes in order. Only `rows` are used (all by default). Throws DataError if there is nothing
 * to learn.
 */
export function inspectTarget(table: Table, { target, task }: TargetOptions, rows?: Int32Array): TargetColumn {
  const column = columnOf(table, target);
  const { cells, name } = column;
  const present = knownRows(column, rows);
  const at = `${table.name}: the target ${name}`;
  if (present.length === 0) throw new DataError(`${at} is empty in every row`);
  const numeric = cells instanceof Float64Array;
  const distinct = countDistinct(column, present, task === "classification" ? undefined : mostNumericClasses);
  const fewWhole = numeric && distinct <= mostNumericClasses && present.every((row) => Number.isInteger(cells[row]));
  const asNumber = task ? task === "regression" : numeric && !fewWhole;
  if (asNumber) {
    if (!numeric) {
      const odd = present.find((row) => Number.isNaN(cellNumber(column, row))) ?? present[0];
      throw new DataError(
        `${at} cannot be predicted as a number: row ${lineOf(table, odd)} is ${cellText(column, odd)}`,
      );
    }
    if (distinct === 1) {
      throw new DataError(`${at} is ${cellText(column, present[0])} in every row: there is nothing to learn`);
    }
    return { kind: "number", name, ...moments(cells, present) };
  }
  if (distinct === 1) {
    throw new DataError(`${at} has only one class, ${cellText(column, present[0])}: there is nothing to learn`);
  }
  if (distinct > present.length / 2) {
    const advice = numeric ? "predict it as a number (task regression)" : "choose another target";
    throw new DataError(
      `${at} has ${distinct} classes in ${present.length} rows, too few rows for each class; ${advice}`,
    );
  }
  return { kind: "category", name, values: sorted(distinctTexts(column, present), numeric) };
}

/** The number of inputs for each row. */
export function featureCount({ features }: TablePreprocessing): number {
  return features.reduce((sum, feature) => sum + featureWidth(feature), 0);
}

/** The number of inputs for one column. */
export function featureWidth(feature: FeatureColumn): number {
  if (feature.kind === "number") return feature.indicator ? 2 : 1;
  return feature.kind === "category" ? feature.values.length : feature.width;
}

/**
 * Rows (all by default) as numbers, (rows, featureCount). Throws DataError if a column is missing or has text instead of numbers.
 */
export function encodeFeatures(
  preprocessing: TablePreprocessing,
  table: Table,
  rows?: Int32Array,
): Float32Array<ArrayBuffer> {
  const width = featureCount(preprocessing);
  const total = rows?.length ?? table.rows;
  const encoded = new Float32Array(total * width);
  let offset = 0;
  for (const feature of preprocessing.features) {
    const column = columnOf(table, feature.name);
    if (feature.kind === "category") {
      const places = placesIn(feature.values, column, rows);
      for (let i = 0; i < total; i++) if (places[i] >= 0) encoded[i * width + offset + places[i]] = 1;
    } else if (feature.kind !== "number") {
      encodeColumn(feature, table, column, rows, encoded, { offset, width });
    } else {
      const { name, mean, deviation, indicator } = feature;
      for (let i = 0; i < total; i++) {
        const row = rows ? rows[i] : i;
        const value = cellNumber(column, row);
        if (!Number.isNaN(value)) encoded[i * width + offset] = (value - mean) / deviation;
        else if (cellText(column, row) !== "") {
          const found = cellText(column, row);
          throw new DataError(`${table.name}: row ${lineOf(table, row)}: ${name}: expected a number, found ${found}`);
        } else if (indicator) encoded[i * width + offset + 1] = 1;
      }
    }
    offset += featureWidth(feature);
  }
  return encoded;
}

/**
 * The targets of rows (all by default): class numbers, or standardized numbers. Throws DataError for a value that is not in the
 * training rows.
 */
export function encodeTarget(
  target: TargetColumn,
  table: Table,
  rows?: Int32Array,
): { labels: Int32Array; targets?: RowTargets } {
  const column = columnOf(table, target.name);
  const total = rows?.length ?? table.rows;
  if (target.kind === "number") {
    const values = new Float32Array(total);
    for (let i = 0; i < total; i++) {
      values[i] = (cellNumber(column, rows ? rows[i] : i) - target.mean) / target.deviation;
    }
    return { labels: new Int32Array(total), targets: { kind: "numbers", values, width: 1 } };
  }
  const labels = placesIn(target.values, column, rows);
  const unknown = labels.indexOf(-1);
  if (unknown < 0) return { labels };
  const row = rows ? rows[unknown] : unknown;
  throw new DataError(
    `${table.name}: row ${lineOf(table, row)}: ${target.name} is ${cellText(column, row) || "missing"}, which is not in the training rows`,
  );
}

/** Mean and population standard deviation over known rows. The deviation of a constant column is 1. */
export function moments(numbers: Float64Array, rows: Int32Array): { mean: number; deviation: number } {
  let [mean, variance] = [0, 0];
  for (const row of rows) mean += numbers[row] / rows.length;
  for (const row of rows) variance += (numbers[row] - mean) ** 2 / rows.length;
  const deviation = Math.sqrt(variance);
  return { mean, deviation: deviation > 0 && Number.isFinite(deviation) ? deviation : 1 };
}

/** Values in order: texts by their characters, numbers by size. */
export function sorted(values: readonly string[], numeric: boolean): string[] {
  return values.toSorted((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
}
