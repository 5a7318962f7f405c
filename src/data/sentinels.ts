/** Whether a number is often used for "missing": −1, −9, −99, 99, 999, …, or a limit of integers or floats. */
function isSentinelLike(value: number): boolean {
  const size = Math.abs(value);
  if (value === -1 || value === -9) return true;
  if (limits.has(size)) return true;
  return size >= 99 && size < 1e15 && /^9+(\.9+|\.0+)?$/.test(String(size));
}

const limits = new Set([
  32767,
  32768,
  65535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  1e20,
  1e30,
  1e36,
  1e37,
  1e38,
  3.4028234663852886e38,
  9.969209968386869e36,
]);

export interface Sentinel {
  readonly value: number;
  readonly rows: number;
}

/** A number such as −999 must be in at least this many rows. */
const fewestRows = 2;
/** With fewer other values, the numbers are probably class codes. */
const fewestOthers = { large: 3, small: 10 };

/**
 * The numbers of a column that mean "missing": a repeated extreme value of a known form (−1, −9, 999, −9999, …) whose distance to
 * the nearest other number exceeds the range of all other numbers.
 */
export function findSentinels(numbers: Float64Array): Sentinel[] {
  const stripped = new Map<number, number>();
  for (let round = 0; round < 6; round++) {
    const { low, high } = extremes(numbers, stripped);
    const found = [low, high].find(({ value, rows }) => rows >= fewestRows && isSentinelLike(value));
    if (!found) break;
    stripped.set(found.value, found.rows);
  }
  if (stripped.size === 0) return [];
  const { low, high } = extremes(numbers, stripped);
  if (low.rows === 0) return [];
  const range = high.value - low.value;
  const others = countUpTo(numbers, stripped, fewestOthers.small);
  return [...stripped]
    .filter(([value]) => {
      const distance = value < low.value ? low.value - value : value - high.value;
      return distance > range && others >= (Math.abs(value) < 99 ? fewestOthers.small : fewestOthers.large);
    })
    .map(([value, rows]) => ({ value, rows }))
    .sort((a, b) => a.value - b.value);
}

/** The smallest and the largest finite number, with the number of rows of each. */
function extremes(numbers: Float64Array, without: ReadonlyMap<number, number>) {
  const low = { value: Infinity, rows: 0 };
  const high = { value: -Infinity, rows: 0 };
  const skip = without.size > 0;
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row];
    if (!Number.isFinite(value) || (skip && without.has(value))) continue;
    if (value < low.value) [low.value, low.rows] = [value, 1];
    else if (value === low.value) low.rows++;
    if (value > high.value) [high.value, high.rows] = [value, 1];
    else if (value === high.value) high.rows++;
  }
  return { low, high };
}

/** The number of different finite numbers, counted up to a limit. */
function countUpTo(numbers: Float64Array, without: ReadonlyMap<number, number>, most: number): number {
  const met = new Set<number>();
  for (let row = 0; row < numbers.length && met.size < most; row++) {
    const value = numbers[row];
    if (Number.isFinite(value) && !without.has(value)) met.add(value);
  }
  return met.size;
}
