import { SettingsError, ShapeError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";
import type { AttentionShape } from "./attentionKernels.ts";

// The checks at the beginning of each kernel. Kernels that write into raw memory rely on them: a wrong length or index would
// overwrite other arrays. The time for the comparisons is negligible.

const mostThreads = 1024;

/** Throws SettingsError unless this many threads can be started. */
export function checkThreads(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return;
  throw new SettingsError(`threads: expected a whole number from 1 to ${mostThreads}, found ${threads}`);
}

/** Throws unless each size is a whole number of at least 1. */
export function checkSizes(kernel: string, sizes: Readonly<Record<string, number>>): void {
  for (const name in sizes) {
    const size = sizes[name];
    if (!Number.isInteger(size) || size < 1) {
      throw new ShapeError(`${kernel}: ${name}: expected a whole number of at least 1, found ${size}`);
    }
  }
}

export function checkLength(kernel: string, name: string, array: { readonly length: number }, length: number): void {
  if (array.length !== length) {
    throw new ShapeError(`${kernel}: ${name}: expected ${length} values, found ${array.length}`);
  }
}

/** All arrays of a call must have the numeric type of the first, the output. */
export function checkTypes(kernel: string, first: Numbers, ...others: readonly Numbers[]): void {
  for (const other of others) {
    if (other.BYTES_PER_ELEMENT !== first.BYTES_PER_ELEMENT) {
      const [wanted, got] = [first.BYTES_PER_ELEMENT * 8, other.BYTES_PER_ELEMENT * 8];
      throw new ShapeError(`${kernel}: expected arrays of one type, found float${wanted} and float${got}`);
    }
  }
}

/**
 * For C = A·B in its three forms: the lengths do not depend on which operand is transposed. The rows of a stored Aᵀ may be
 * `stride` numbers apart.
 */
export function checkMatmul(
  kernel: string,
  c: Numbers,
  a: Numbers,
  b: Numbers,
  m: number,
  k: number,
  n: number,
  stride = m,
): void {
  checkSizes(kernel, { m, k, n });
  checkLength(kernel, "c", c, m * n);
  if (stride !== m && !(Number.isInteger(stride) && stride > m)) {
    throw new ShapeError(`${kernel}: stride: expected a whole number of at least m = ${m}, found ${stride}`);
  }
  checkLength(kernel, "a", a, (k - 1) * stride + m);
  checkLength(kernel, "b", b, k * n);
  checkTypes(kernel, c, a, b);
}

export function checkLinear(
  y: Numbers,
  x: Numbers,
  w: Numbers,
  b: Numbers,
  rows: number,
  inputs: number,
  outputs: number,
): void {
  checkSizes("linear", { rows, inputs, outputs });
  checkLength("linear", "y", y, rows * outputs);
  checkLength("linear", "x", x, rows * inputs);
  checkLength("linear", "w", w, inputs * outputs);
  checkLength("linear", "b", b, outputs);
  checkTypes("linear", y, x, w, b);
}

export function checkSumRows(out: Numbers, x: Numbers, rows: number, columns: number): void {
  checkSizes("sumRows", { rows, columns });
  checkLength("sumRows", "out", out, columns);
  checkLength("sumRows", "x", x, rows * columns);
  checkTypes("sumRows", out, x);
}

export function checkSwapAxes(
  out: Numbers,
  x: Numbers,
  batch: number,
  rows: number,
  columns: number,
  inner: number,
): void {
  checkSizes("swapAxes", { batch, rows, columns, inner });
  checkLength("swapAxes", "out", out, batch * rows * columns * inner);
  checkLength("swapAxes", "x", x, batch * rows * columns * inner);
  checkTypes("swapAxes", out, x);
}

/** For the elementwise kernels: activate, multiply, addScaled, addSign, sgd, adam. */
export function checkElementwise(kernel: string, first: Numbers, ...others: readonly Numbers[]): void {
  checkSizes(kernel, { length: first.length });
  for (const other of others) checkLength(kernel, "every array", other, first.length);
  checkTypes(kernel, first, ...others);
}

export function checkSoftmax(p: Numbers, logits: Numbers, rows: number, classes: number): void {
  checkSizes("softmax", { rows, classes });
  checkLength("softmax", "p", p, rows * classes);
  checkLength("softmax", "logits", logits, rows * classes);
  checkTypes("softmax", p, logits);
}

export function checkCrossEntropy(
  losses: Numbers,
  dlogits: Numbers,
  logits: Numbers,
  labels: Int32Array,
  rows: number,
  classes: number,
): void {
  checkSizes("crossEntropy", { rows, classes });
  checkLength("crossEntropy", "losses", losses, rows);
  checkLength("crossEntropy", "dlogits", dlogits, rows * classes);
  checkLength("crossEntropy", "logits", logits, rows * classes);
  checkLength("crossEntropy", "labels", labels, rows);
  checkTypes("crossEntropy", losses, dlogits, logits);
  checkIndices("crossEntropy", "labels", labels, classes);
}

export function checkGather(
  out: Numbers,
  source: Uint8Array,
  indices: Int32Array,
  rowLength: number,
  table: Numbers,
): void {
  checkSizes("gather", { rowLength, "indices.length": indices.length, "table.length": table.length });
  checkLength("gather", "out", out, indices.length * rowLength);
  if (table.length % 256 !== 0) {
    throw new ShapeError(`gather: table: expected 256 values for each channel, found ${table.length}`);
  }
  checkTypes("gather", out, table);
  checkIndices("gather", "indices", indices, Math.floor(source.length / rowLength));
}

/** For a sum into one number, which is float64 for all types. */
export function checkSums(kernel: string, out: Float64Array, x: Numbers): void {
  checkSizes(kernel, { length: x.length });
  checkLength(kernel, "out", out, 1);
}

/** `matrices` are (rows, columns); `vectors` have one number for each column. */
export function checkBatchNorm(
  kernel: string,
  matrices: readonly Numbers[],
  vectors: readonly Numbers[],
  rows: number,
  columns: number,
): void {
  checkLayerNorm(kernel, matrices, [], vectors, rows, columns);
}

/** `matrices` are (rows, columns); `perRow` have one number for each row, `perColumn` one for each column. */
export function checkLayerNorm(
  kernel: string,
  matrices: readonly Numbers[],
  perRow: readonly Numbers[],
  perColumn: readonly Numbers[],
  rows: number,
  columns: number,
): void {
  checkSizes(kernel, { rows, columns });
  for (const matrix of matrices) checkLength(kernel, "every matrix", matrix, rows * columns);
  for (const vector of perRow) checkLength(kernel, "every vector over the rows", vector, rows);
  for (const vector of perColumn) checkLength(kernel, "every vector over the columns", vector, columns);
  checkTypes(kernel, ...(matrices as [Numbers, ...Numbers[]]), ...perRow, ...perColumn);
}

/** For attention and its backward pass, whose arrays all have one shape. */
export function checkAttention(
  kernel: string,
  { batch, tokens, heads, depth }: AttentionShape,
  ...arrays: readonly [Numbers, ...Numbers[]]
): void {
  checkSizes(kernel, { batch, tokens, heads, depth });
  for (const array of arrays) checkLength(kernel, "every array", array, batch * tokens * heads * depth);
  checkTypes(kernel, ...arrays);
}

/** Indices must be in [begin, end). */
export function checkIndices(kernel: string, name: string, indices: Int32Array, end: number, begin = 0): void {
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] < begin || indices[i] >= end) {
      throw new ShapeError(`${kernel}: ${name}[${i}]: expected ${begin} to ${end - 1}, found ${indices[i]}`);
    }
  }
}
