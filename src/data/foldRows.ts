import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { shuffledUnits } from "./splitUnits.ts";

/** The rows of one fold of a cross-validation, ascending. */
export interface FoldRows {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldOptions {
  /** the class of each row, or the decile of its number; all folds have the same proportions of these */
  readonly strata: ArrayLike<number>;
  /** the number of each row's unit, from 0; all rows of a unit are in the same fold */
  readonly groups?: Int32Array | undefined;
  /** the time of each row: fold k is trained on the oldest rows and tested on those that follow */
  readonly times?: Float64Array | undefined;
  readonly folds: number;
  readonly random: RandomState;
}

/**
 * Divides rows for cross-validation: each row is tested once. With `times`, the rows are divided into one block more than there
 * are folds; each fold trains on all blocks before its test block, so the oldest block is never tested. Throws SettingsError for
 * fewer rows or groups than folds.
 */
export function foldRows({ strata, groups, times, folds, random }: FoldOptions): FoldRows[] {
  const total = strata.length;
  if (!Number.isInteger(folds) || folds < 2)
    throw new SettingsError(`folds: expected a whole number of at least 2, found ${folds}`);
  if (times) {
    const blocks = blocksByTime(times, folds + 1);
    return Array.from({ length: folds }, (_, k) =>
      pick(total, (row) => (blocks[row] <= k ? 0 : blocks[row] === k + 1 ? 1 : -1)),
    );
  }
  const foldOf = assignFolds(strata, groups ?? Int32Array.from({ length: total }, (_, row) => row), folds, random);
  return Array.from({ length: folds }, (_, k) => pick(total, (row) => (foldOf[row] === k ? 1 : 0)));
}

/**
 * The fold of each row. The units of each stratum are shuffled; each goes to the fold with the fewest rows of the stratum, and
 * among equals with the fewest rows in all.
 */
export function assignFolds(
  strata: ArrayLike<number>,
  units: Int32Array,
  folds: number,
  random: RandomState,
): Int32Array {
  const { ordered, sizes } = shuffledUnits(strata, units, random);
  if (sizes.length < folds) throw new SettingsError(`folds: ${folds} are too many for ${sizes.length} rows or groups`);
  const foldOf = new Int32Array(sizes.length);
  const rows = new Float64Array(folds);
  for (const its of ordered) {
    const ofStratum = new Float64Array(folds);
    for (const unit of its) {
      let best = 0;
      for (let fold = 1; fold < folds; fold++) {
        const fewer = ofStratum[fold] - ofStratum[best] || rows[fold] - rows[best];
        if (fewer < 0) best = fold;
      }
      foldOf[unit] = best;
      ofStratum[best] += sizes[unit];
      rows[best] += sizes[unit];
    }
  }
  return Int32Array.from(units, (unit) => foldOf[unit]);
}

/**
 * The block of each row, 0 … count − 1, the oldest first. Blocks have about the same number of rows; rows with the same time are
 * in the same block.
 */
function blocksByTime(times: Float64Array, count: number): Int32Array {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  const starts = Array.from({ length: count - 1 }, (_, k) => sorted[Math.round(((k + 1) * sorted.length) / count)]);
  if (new Set(starts).size < starts.length || starts[0] === sorted[0] || sorted.length < count)
    throw new SettingsError(
      `folds: expected more different times than folds, found too few for ${count - 1} folds; use fewer folds`,
    );
  return Int32Array.from(times, (time) => starts.reduce((block, start) => block + (time >= start ? 1 : 0), 0));
}

function pick(total: number, partOf: (row: number) => number): FoldRows {
  const counts = [0, 0];
  for (let row = 0; row < total; row++) if (partOf(row) >= 0) counts[partOf(row)]++;
  const [train, test] = counts.map((count) => new Int32Array(count));
  const filled = [0, 0];
  for (let row = 0; row < total; row++) {
    const part = partOf(row);
    if (part >= 0) (part === 0 ? train : test)[filled[part]++] = row;
  }
  return { train, test };
}
