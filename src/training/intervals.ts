import { RandomState } from "../random/randomState.ts";
import { ShapeError } from "../tensor/errors.ts";

/** From a low to a high end, between which 95 % of repeated experiments would find the true value. */
export type Interval = readonly [low: number, high: number];

/** The 97.5 % quantile of the normal distribution: 95 % of the values are within this number of deviations of the mean. */
export const normalQuantile = 1.959963984540054;

/**
 * Wilson's 95 % interval of a share, k of n: (k + z²/2 ± z·√(k(n − k)/n + z²/4)) / (n + z²). It stays within [0, 1] and is not empty at
 * 0 and n. Wilson 1927. Throws ShapeError unless 0 ≤ k ≤ n and n ≥ 1.
 */
export function wilsonInterval(k: number, n: number): Interval {
  if (!(n >= 1 && k >= 0 && k <= n))
    throw new ShapeError(`wilsonInterval: expected 0 ≤ k ≤ n and n ≥ 1, got ${k} of ${n}`);
  const z = normalQuantile;
  const middle = k + z ** 2 / 2;
  const half = z * Math.sqrt((k * (n - k)) / n + z ** 2 / 4);
  // At the ends the formula gives 0 and 1 except for rounding
  return [k === 0 ? 0 : (middle - half) / (n + z ** 2), k === n ? 1 : (middle + half) / (n + z ** 2)];
}

export interface BootstrapOptions {
  readonly seed?: number;
  readonly resamples?: number;
}

const mostBlocks = 4000;

/**
 * A 95 % interval of a statistic that is a function of sums over rows (each of `terms` has one number a row), by the percentile bootstrap:
 * the rows are drawn again with replacement, and the 2.5 and 97.5 % quantiles of the statistic are the ends. With more than 4,000 rows,
 * groups of equal size are drawn instead of rows, each with every 4,000th row. Draws that give NaN are left out. NaN for a single row.
 * Efron 1979.
 */
export function bootstrapInterval(
  terms: readonly ArrayLike<number>[],
  statistic: (sums: readonly number[]) => number,
  { seed = 1, resamples = 2000 }: BootstrapOptions = {},
): Interval {
  const rows = terms[0]?.length ?? 0;
  if (rows === 0 || terms.some(({ length }) => length !== rows)) {
    throw new ShapeError(`bootstrapInterval: expected terms of one length, got ${terms.map(({ length }) => length)}`);
  }
  if (rows === 1) return [Number.NaN, Number.NaN]; // one row has no information about others
  const blocks = Math.min(rows, mostBlocks);
  const sums = terms.map((values) => {
    const sum = new Float64Array(blocks);
    for (let row = 0; row < rows; row++) sum[row % blocks] += values[row];
    return sum;
  });
  const random = new RandomState(seed);
  const found = Array.from({ length: resamples }, () => {
    const totals = terms.map(() => 0);
    for (const block of random.choice(blocks, blocks)) {
      for (let i = 0; i < totals.length; i++) totals[i] += sums[i][block];
    }
    return statistic(totals);
  }).filter((value) => !Number.isNaN(value));
  if (found.length === 0) return [Number.NaN, Number.NaN];
  const sorted = Float64Array.from(found).sort();
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** A quantile of sorted values, with linear interpolation between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const part = place - below;
  return part === 0 ? sorted[below] : sorted[below] * (1 - part) + sorted[below + 1] * part;
}
