import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { shuffledUnits } from "./splitUnits.ts";

/** The rows of one fold of a cross-validation, ascending. */
export interface FoldRows {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldOptions {
  /** for each row its class, or the tenth of its number: each has its share in every fold */
  readonly strata: ArrayLike<number>;
  /** for each row the number of its unit, from 0 on: rows of one unit are in one fold */
  readonly groups?: Int32Array | undefined;
  /** for each row its time: fold k is then trained on the oldest rows and tested on those that follow */
  readonly times?: Float64Array | undefined;
  readonly folds: number;
  readonly random: RandomState;
}

/**
 * Divides rows for cross-validation: each row is tested once. With `times` there is a block of rows more than there are folds; each fold
 * trains on all blocks before the one that it tests, so the oldest block is never tested. Throws SettingsError for fewer rows or groups
 * than folds.
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

/** A fold for each row: units of a stratum, shuffled, go to the fold that has the fewest rows of the stratum, then of all. */
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

/** A block of 0 … count − 1 for each row, the oldest first, of about as many rows each; rows of one time are in one block. */
function blocksByTime(times: Float64Array, count: number): Int32Array {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  const starts = Array.from({ length: count - 1 }, (_, k) => sorted[Math.round(((k + 1) * sorted.length) / count)]);
  if (new Set(starts).size < starts.length || starts[0] === sorted[0] || sorted.length < count)
    throw new SettingsError(`folds: ${count - 1} are too many for so few different times`);
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
