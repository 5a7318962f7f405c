import type { RandomState } from "../../src/random/randomState.ts";
import type { Quantity } from "./wire.ts";

/** An array of the given shape from numbers. */
export function quantity(shape: readonly number[], data: ArrayLike<number>): Quantity {
  return { shape: [...shape], data: new Float64Array(data) };
}

export const scalar = (value: number): Quantity => quantity([], [value]);

/** Standard normal numbers times `scale`. */
export function randomQuantity(random: RandomState, shape: readonly number[], scale = 1): Quantity {
  const size = shape.reduce((product, length) => product * length, 1);
  return quantity(
    shape,
    Array.from({ length: size }, () => scale * random.randn()),
  );
}

/** f of every entry. */
export function mapped(a: Quantity, f: (value: number, index: number) => number): Quantity {
  return { shape: a.shape, data: a.data.map(f) };
}

/** f of the entries of two arrays of one size, in the shape of the first. */
export function zipped(a: Quantity, b: Quantity, f: (a: number, b: number) => number): Quantity {
  return mapped(a, (value, i) => f(value, b.data[i]));
}

/** a·b for (m, k) and (k, n). */
export function product(a: Quantity, b: Quantity): Quantity {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) data[i * n + j] += a.data[i * k + p] * b.data[p * n + j];
  return { shape: [m, n], data };
}

export function transposed(a: Quantity): Quantity {
  const [m, n] = a.shape;
  return quantity(
    [n, m],
    Array.from({ length: m * n }, (_, at) => a.data[(at % m) * n + Math.floor(at / m)]),
  );
}

/** Σ over the rows: (m, n) becomes (n). */
export function columnSums(a: Quantity): Quantity {
  const n = a.shape[1];
  const sums = new Float64Array(n);
  a.data.forEach((value, at) => {
    sums[at % n] += value;
  });
  return { shape: [n], data: sums };
}

/** Σ over the columns: (m, n) becomes (m). */
export const rowSums = (a: Quantity): Quantity => columnSums(transposed(a));

/** The matrix plus the vector in every row. */
export function plusRow(a: Quantity, row: Quantity): Quantity {
  const n = row.data.length;
  return mapped(a, (value, at) => value + row.data[at % n]);
}

/** The largest magnitude of the finite numbers. */
export const largest = (a: Quantity): number =>
  a.data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

/** Whether shapes are equal and no entry differs by more than `tolerance` times the largest number of `right`. */
export function close(found: Quantity, right: Quantity, tolerance: number): boolean {
  if (!sameShape(found.shape, right.shape)) return false;
  return wrongEntries(found, right, tolerance).length === 0;
}

/** Places of the entries that differ; NaN differs from every number. */
export function wrongEntries(found: Quantity, right: Quantity, tolerance: number): number[] {
  const bound = tolerance * Math.max(largest(right), 1e-300);
  const wrong: number[] = [];
  for (let i = 0; i < right.data.length; i++) {
    if (Object.is(found.data[i], right.data[i])) continue; // such as infinities
    if (!(Math.abs(found.data[i] - right.data[i]) <= bound)) wrong.push(i);
  }
  return wrong;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** The indices of an entry along each axis. */
export function indices(shape: readonly number[], flat: number): number[] {
  const places: number[] = [];
  for (let rest = flat, axis = shape.length - 1; axis >= 0; axis--) {
    places.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return places;
}

/** Six significant digits. */
export const short = (value: number): string => String(Number(value.toPrecision(6)));
