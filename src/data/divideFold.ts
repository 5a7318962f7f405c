import type { RandomState } from "../random/randomState.ts";
import { foldRows } from "./foldRows.ts";
import { type SplitRows, stratifiedSplit } from "./split.ts";
import { splitByTime, splitUnits } from "./splitUnits.ts";

/** Rows that must stay together, or that are ordered by time. */
export interface RowOrder {
  /** the number of each row's unit; all rows of a unit are in the same part */
  readonly groups?: Int32Array | undefined;
  /** the time of each row */
  readonly times?: Float64Array | undefined;
}

export interface FoldOptions {
  readonly folds: number;
  /** the number of the fold, from 1; 0 for none: all rows are for training and validation, none for testing */
  readonly fold: number;
  /** the size of the validation part, as a fraction of the rows outside the test part */
  readonly validation: number;
  /** a random stream; it must be in the same state for every fold of a cross-validation */
  readonly random: RandomState;
}

/**
 * The parts of one fold of a cross-validation. Each row is in the test part of exactly one fold; with times, the oldest rows are
 * in none. A part of the other rows is the validation part, which chooses the best epoch. Throws SettingsError for fewer rows or
 * groups than folds.
 */
export function divideFold(
  strata: ArrayLike<number>,
  { groups, times }: RowOrder,
  { folds, fold, validation, random }: FoldOptions,
): SplitRows {
  const all = foldRows({ strata, groups, times, folds, random });
  const everything = Int32Array.from(strata, (_, row) => row);
  const { train: rest, test } = fold === 0 ? { train: everything, test: new Int32Array(0) } : all[fold - 1];
  const of = <Values extends Int32Array | Float64Array>(values: Values): Values =>
    values.constructor === Float64Array
      ? (Float64Array.from(rest, (row) => values[row]) as Values)
      : (Int32Array.from(rest, (row) => values[row]) as Values);
  const itsStrata = Int32Array.from(rest, (row) => strata[row]);
  const fractions = { validation, test: 0 };
  const inner = times
    ? splitByTime(of(times), fractions)
    : groups
      ? splitUnits(itsStrata, renumbered(of(groups)), { ...fractions, random })
      : stratifiedSplit(itsStrata, { ...fractions, random });
  const back = (rows: Int32Array) => rows.map((row) => rest[row]);
  return { train: back(inner.train), validation: back(inner.validation), test };
}

/** Units numbered from 0 on, in the order of their first rows. */
export function renumbered(units: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return units.map((unit) => {
    const known = numbers.get(unit);
    if (known !== undefined) return known;
    numbers.set(unit, numbers.size);
    return numbers.size - 1;
  });
}
