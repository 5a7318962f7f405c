// Arrays for the exercises. Do not change this file; the checks use their own copy of it.

/** A row-major array of numbers of any rank: entry (i, j) of a matrix with c columns is data[i * c + j]. */
export class NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;

  /** Zeros, or the given numbers. Throws RangeError if the shape needs another count of numbers, or is invalid. */
  constructor(shape: readonly number[], data?: ArrayLike<number>) {
    if (!shape.every((length) => Number.isInteger(length) && length >= 0))
      throw new RangeError(`NdArray: expected lengths such as 2, 3, found ${JSON.stringify(shape).slice(1, -1)}`);
    const size = shape.reduce((product, length) => product * length, 1);
    if (data !== undefined && data.length !== size)
      throw new RangeError(`NdArray: shape (${shape.join(", ")}) needs ${size} numbers, found ${data.length}`);
    this.shape = [...shape];
    this.data = data === undefined ? new Float64Array(size) : new Float64Array(data);
  }

  get size(): number {
    return this.data.length;
  }
}

/** A parameter for optimizers and regularizers: they read the gradient and change the value in place. */
export interface Parameter {
  readonly name: string;
  readonly value: NdArray;
  readonly gradient: NdArray;
}

/** A source of random numbers: `uniform()` is in [0, 1), `normal()` has mean 0 and deviation 1. */
export interface Random {
  uniform(): number;
  normal(): number;
}

export function zeros(...shape: number[]): NdArray {
  return new NdArray(shape);
}

/** A copy in memory of its own. */
export function copy(a: NdArray): NdArray {
  return new NdArray(a.shape, a.data);
}

/** The same numbers in another shape, as a copy: reshape(a, 5, 2). No length is computed from the others. */
export function reshape(a: NdArray, ...shape: number[]): NdArray {
  const given = shape.flat();
  const known = given.filter((length) => length !== -1).reduce((product, length) => product * length, 1);
  if (shape.some(Array.isArray) || given.includes(-1)) {
    const fitting = given.map((length) => (length === -1 ? a.size / known : length)).join(", ");
    const advice = Number.isInteger(a.size / known) ? `; reshape(a, ${fitting}) fits ${a.size} numbers` : "";
    throw new RangeError(
      `reshape: expected each length as a number, found ${JSON.stringify(shape).slice(1, -1)}${advice}`,
    );
  }
  return new NdArray(shape, a.data);
}

/** f of every entry: map(a, Math.exp). */
export function map(a: NdArray, f: (value: number, index: number) => number): NdArray {
  return new NdArray(a.shape, a.data.map(f));
}

/** a·b of matrices: (m, k) times (k, n) is (m, n). */
export function matmul(a: NdArray, b: NdArray): NdArray {
  const [m, k] = a.shape;
  const [rows, n] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== rows)
    throw new RangeError(`matmul: (${a.shape.join(", ")}) times (${b.shape.join(", ")}) is not defined`);
  const result = zeros(m, n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a.data[i * k + p];
      for (let j = 0; j < n; j++) result.data[i * n + j] += factor * b.data[p * n + j];
    }
  }
  return result;
}

/** Rows become columns: (m, n) becomes (n, m). */
export function transpose(a: NdArray): NdArray {
  const [m, n] = a.shape;
  if (a.shape.length !== 2) throw new RangeError(`transpose: expected a matrix, found shape (${a.shape.join(", ")})`);
  const result = zeros(n, m);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) result.data[j * m + i] = a.data[i * n + j];
  return result;
}

/** The rows of a at the given places of its first axis, as a copy: (n, …) becomes (places.length, …). */
export function rows(a: NdArray, places: readonly number[]): NdArray {
  const [n, ...rest] = a.shape;
  const length = rest.reduce((product, one) => product * one, 1);
  const result = zeros(places.length, ...rest);
  for (const [row, place] of places.entries()) {
    if (!Number.isInteger(place) || place < 0 || place >= n)
      throw new RangeError(`rows: expected places from 0 to ${n - 1}, found ${place}`);
    result.data.set(a.data.subarray(place * length, (place + 1) * length), row * length);
  }
  return result;
}

/** The numbers 0 … n − 1 in random order. */
export function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const other = Math.floor(random.uniform() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/** Marks code that you have not written yet: `course check` counts the exercise as not started. */
export function notWritten(what: string): never {
  throw Object.assign(new Error(`${what} is not written yet`), { name: "NotWritten" });
}
