import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { instantsOf } from "./dateColumn.ts";
import { findDuplicateRows } from "./duplicateRows.ts";
import { type SplitFractions, type SplitRows, stratifiedSplit } from "./split.ts";
import { splitByTime, splitUnits } from "./splitUnits.ts";
import { columnOf, type Table } from "./table.ts";
import { countDistinct } from "./tableColumns.ts";
import { currentRules, type TableOptions } from "./tableOptions.ts";

export interface DivideOptions extends SplitFractions, Pick<TableOptions, "group" | "time" | "duplicates" | "rules"> {
  readonly target: string;
  readonly random: RandomState;
}

/** The division of a table's rows into parts, with the reason. */
export interface DividedTable {
  readonly rows: SplitRows;
  /** the number of each row's unit (a group, or rows with identical inputs), if the rows of a unit must stay together */
  readonly groups?: Int32Array | undefined;
  /** the time of each row, if the rows are divided by time */
  readonly times?: Float64Array | undefined;
  readonly notes: readonly string[];
}

/** If a larger fraction of all rows has identical inputs, this is explained by columns with few values. */
const largestUnitShare = 0.05;
const largestUnit = 10;

/**
 * Divides the rows of a table by time, by groups, or so that rows with identical inputs are in the same part. `strata` has a
 * class for each row; the parts have the same class proportions. Throws DataError for a column that does not exist, SettingsError
 * for both `group` and `time`.
 */
export function divideTable(table: Table, strata: ArrayLike<number>, options: DivideOptions): DividedTable {
  const { target, group, time, duplicates, rules, ...fractions } = options;
  if (rules === 1) return { rows: stratifiedSplit(strata, fractions), notes: [] };
  if (group !== undefined && time !== undefined)
    throw new SettingsError("--group and --time: expected one of them, found both");
  if (time !== undefined) return divideByTime(table, time, fractions);
  if (group !== undefined) {
    const units = unitsOf(table, group);
    const count = units.reduce((most, unit) => Math.max(most, unit + 1), 0);
    const note = `rows with the same ${group} stay in the same part: ${count.toLocaleString("en")} groups`;
    return { rows: splitUnits(strata, units, fractions), groups: units, notes: [note] };
  }
  const { units, repeated, largest } = findDuplicateRows(table, [target], { words: (rules ?? currentRules) >= 3 });
  const total = table.rows;
  if (repeated === 0) return { rows: stratifiedSplit(strata, fractions), notes: [] };
  const which = `${repeated.toLocaleString("en")} of ${total.toLocaleString("en")} rows ${repeated === 1 ? "repeats" : "repeat"} the inputs of another row`;
  const many = largest > Math.max(largestUnit, largestUnitShare * total);
  if (duplicates === "split" || (many && duplicates !== "together")) {
    const why = duplicates === "split" ? "" : ` (up to ${largest.toLocaleString("en")} rows are identical)`;
    const how = duplicates === "split" ? " (--duplicates split)" : "; --duplicates together keeps them in one part";
    return {
      rows: stratifiedSplit(strata, fractions),
      notes: [`${which}${why} and ${repeated === 1 ? "is" : "are"} split like all other rows${how}`],
    };
  }
  const note = `${which}; identical rows stay in the same part, so that no test row is in the training rows; --duplicates split turns this off`;
  return { rows: splitUnits(strata, units, fractions), groups: units, notes: [note] };
}

function divideByTime(table: Table, time: string, fractions: SplitFractions): DividedTable {
  const times = instantsOf(table, columnOf(table, time));
  const missing = times.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const rows = splitByTime(times, fractions);
  const notes = [`rows are split by ${time}: the oldest for training, the latest for testing`];
  if (missing > 0)
    notes.push(
      `${missing} ${missing === 1 ? "row" : "rows"} without ${time} ${missing === 1 ? "is" : "are"} used for training`,
    );
  return { rows, times, notes };
}

/** The unit of each row, from the values of a column. Each row with a missing value is a separate unit. */
function unitsOf(table: Table, name: string): Int32Array {
  const column = columnOf(table, name);
  const { cells } = column;
  if (countDistinct(column) < 3)
    throw new SettingsError(
      `--group ${name}: expected at least 3 groups, one for each part, found ${countDistinct(column)}`,
    );
  const unitOf = new Map<number | string, number>();
  const units = new Int32Array(table.rows);
  let count = 0;
  for (let row = 0; row < units.length; row++) {
    const value = cells instanceof Float64Array ? cells[row] : cells.codes[row];
    const missing = cells instanceof Float64Array ? Number.isNaN(value) : cells.values.at(value) === "";
    let unit = missing ? undefined : unitOf.get(value);
    if (unit === undefined) {
      unit = count++;
      if (!missing) unitOf.set(value, unit);
    }
    units[row] = unit;
  }
  return units;
}

/** Notes about rare classes, which are missing in a part. */
export function rareClassNotes(labels: ArrayLike<number>, names: readonly string[], rows: SplitRows): string[] {
  const counts = (which: Iterable<number>) => {
    const ofClass = new Float64Array(names.length);
    for (const row of which) ofClass[labels[row]]++;
    return ofClass;
  };
  const parts = { training: counts(rows.train), validation: counts(rows.validation), test: counts(rows.test) };
  // With folds, the training rows are also validation rows, and each row counts once
  const all = counts(new Set([...rows.train, ...rows.validation, ...rows.test]));
  const missing = Object.entries(parts).flatMap(([part, ofClass]) => {
    const without = names.flatMap((_, label) => (ofClass[label] === 0 ? [label] : []));
    if (without.length === 0) return [];
    const shown = without.slice(0, 5).map((label) => {
      const total = all[label];
      return `${names[label]} (${total} ${total === 1 ? "row" : "rows"})`;
    });
    return [`${part} has no row of ${shown.join(", ")}${without.length > 5 ? `, … (${without.length} classes)` : ""}`];
  });
  if (missing.length === 0) return [];
  return [`rare classes: ${missing.join("; ")}; the scores of these classes are unknown`];
}
