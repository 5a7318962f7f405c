import { columnOf, type Table, type TableColumn } from "./table.ts";
import { isTooVaried } from "./unusedColumns.ts";

/** A column that nearly determines the target, and may therefore not be known when the model is used. */
export interface Leak {
  readonly column: string;
  /** a text that says how the target follows from it */
  readonly why: string;
}

/** Thresholds above which a column "determines" the target. */
const certain = { correlation: 0.999, purity: 0.995 };
/** With fewer rows, such a relation can be due to chance. */
const fewestRows = 20;

/** The target of rows: class numbers, or numbers. */
export type LeakTarget =
  | { readonly kind: "category"; readonly labels: Int32Array; readonly classes: number }
  | { readonly kind: "number"; readonly values: Float64Array };

/**
 * Columns that may contain the answer: numbers whose correlation with the target is |r| > 0.999, numbers whose ranges separate
 * the classes, and values that each belong to one class (at least three rows for each value on average). Only `rows`, the
 * training rows, are used.
 */
export function findLeaks(table: Table, target: string, of: LeakTarget, rows: Int32Array): Leak[] {
  columnOf(table, target);
  if (rows.length < fewestRows) return [];
  return table.columns.flatMap((column) => {
    if (column.name === target || column.date) return [];
    const why = of.kind === "number" ? determinesNumber(column, of.values, rows) : determinesClass(column, of, rows);
    return why ? [{ column: column.name, why }] : [];
  });
}

/** One line for each leak. */
export function leakNotes(leaks: readonly Leak[], target: string): string[] {
  return leaks.map(({ column, why }) => {
    const name = /^[\w.-]+$/.test(column) ? column : `"${column}"`;
    return `WARNING: ${column} may contain the answer: ${why}; if it is not known before ${target} is, leave it out with --drop ${name}`;
  });
}

function determinesNumber({ cells }: TableColumn, values: Float64Array, rows: Int32Array): string | undefined {
  if (cells instanceof Float64Array) {
    const r = correlation(cells, values, rows);
    return Math.abs(r) > certain.correlation ? `its correlation with the target is ${r.toFixed(4)}` : undefined;
  }
  // The fraction of the variance explained by the means of the texts
  const groups = sumsByCode(cells.codes, cells.values.length, values, rows);
  if (!groups || groups.explained < certain.correlation) return undefined;
  return `its ${groups.distinct} texts explain ${(100 * groups.explained).toFixed(2)} % of the variance`;
}

function correlation(x: Float64Array, y: Float64Array, rows: Int32Array): number {
  let [n, meanX, meanY, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    if (Number.isNaN(x[row]) || Number.isNaN(y[row])) continue;
    n++;
    const [dx, dy] = [x[row] - meanX, y[row] - meanY]; // Welford's update
    meanX += dx / n;
    meanY += dy / n;
    xx += dx * (x[row] - meanX);
    yy += dy * (y[row] - meanY);
    xy += dx * (y[row] - meanY);
  }
  return n >= fewestRows && n >= rows.length / 2 && xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

function sumsByCode(codes: Int32Array, size: number, values: Float64Array, rows: Int32Array) {
  const counts = new Float64Array(size);
  const sums = new Float64Array(size);
  let [total, squares] = [0, 0];
  for (const row of rows) total += values[row];
  const mean = total / rows.length;
  for (const row of rows) {
    counts[codes[row]]++;
    sums[codes[row]] += values[row] - mean;
    squares += (values[row] - mean) ** 2;
  }
  let [between, distinct] = [0, 0];
  for (let code = 0; code < size; code++) {
    if (counts[code] === 0) continue;
    distinct++;
    between += sums[code] ** 2 / counts[code];
  }
  return isTooVaried(distinct, rows.length) || distinct > rows.length / 3
    ? undefined
    : { distinct, explained: between / squares };
}

function determinesClass(
  { cells }: TableColumn,
  { labels, classes }: Extract<LeakTarget, { kind: "category" }>,
  rows: Int32Array,
): string | undefined {
  const majority = mostOf(countLabels(labels, classes, rows)) / rows.length;
  if (majority > 0.98) return undefined; // nearly any column would seem to determine the target
  if (cells instanceof Float64Array) return separates(cells, labels, classes, rows);
  return purityOf(cells.codes, cells.values.length, labels, classes, rows);
}

function countLabels(labels: Int32Array, classes: number, rows: Int32Array): Float64Array {
  const counts = new Float64Array(classes);
  for (const row of rows) counts[labels[row]]++;
  return counts;
}

const mostOf = (counts: Float64Array): number => counts.reduce((most, count) => Math.max(most, count), 0);

/** The fraction of rows that belong to the most frequent class of their value. */
function purityOf(
  codes: ArrayLike<number>,
  size: number,
  labels: Int32Array,
  classes: number,
  rows: Int32Array,
): string | undefined {
  if (size * classes > 20_000_000) return undefined;
  const counts = new Float64Array(size * classes);
  for (const row of rows) counts[codes[row] * classes + labels[row]]++;
  let [right, distinct] = [0, 0];
  for (let code = 0; code < size; code++) {
    const ofCode = counts.subarray(code * classes, (code + 1) * classes);
    const most = mostOf(ofCode);
    if (most > 0) distinct++;
    right += most;
  }
  if (distinct > rows.length / 3 || distinct < 2) return undefined;
  const purity = right / rows.length;
  if (purity < certain.purity) return undefined;
  return purity === 1
    ? `each of its ${distinct} values belongs to one class`
    : `its values determine the class of ${(100 * purity).toFixed(2)} % of the rows`;
}

/** Whether the classes are in separate ranges of the numbers, or the numbers are few and each belongs to a class. */
function separates(numbers: Float64Array, labels: Int32Array, classes: number, rows: Int32Array): string | undefined {
  const places = new Map<number, number>();
  for (const row of rows) {
    if (places.size > rows.length / 3) break;
    if (!places.has(numbers[row])) places.set(numbers[row], places.size);
  }
  if (places.size <= rows.length / 3) {
    const codes = new Int32Array(numbers.length);
    for (const row of rows) codes[row] = places.get(numbers[row]) ?? 0;
    return purityOf(codes, places.size, labels, classes, rows);
  }
  const low = new Float64Array(classes).fill(Infinity);
  const high = new Float64Array(classes).fill(-Infinity);
  for (const row of rows) {
    const value = numbers[row];
    if (Number.isNaN(value)) return undefined;
    const label = labels[row];
    if (value < low[label]) low[label] = value;
    if (value > high[label]) high[label] = value;
  }
  const present = Array.from(low.keys()).filter((label) => low[label] <= high[label]);
  const ordered = present.sort((a, b) => low[a] - low[b]);
  const separate = ordered.every((label, i) => i === 0 || low[label] > high[ordered[i - 1]]);
  return separate ? "each class has a separate range of numbers" : undefined;
}
