/** The infinite cells of a column of numbers, and the range of its finite numbers. */
export interface InfiniteCells {
  readonly rows: number;
  /** the first row with an infinite cell; −1 if there is none */
  readonly first: number;
  /** whether there are finite numbers, from `low` to `high` */
  readonly finite: boolean;
  readonly low: number;
  readonly high: number;
}

export function findInfinite(numbers: Float64Array): InfiniteCells {
  let [rows, first, low, high] = [0, -1, Infinity, -Infinity];
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row];
    if (value === Infinity || value === -Infinity) {
      if (rows++ === 0) first = row;
    } else if (value < low || value > high) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return { rows, first, finite: low <= high, low, high };
}
