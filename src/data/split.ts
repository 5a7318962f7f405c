import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import { type Dataset, pickTargets } from "./dataset.ts";
import { pickParts } from "./rowParts.ts";

export interface SplitFractions {
  readonly validation: number;
  readonly test: number;
}

/** Rows by number, each in one part, ascending. */
export interface SplitRows {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divides rows into parts with the same class proportions. For each class (ascending), the rows are shuffled by `random`; the
 * first go to test, the next to validation. Rounding errors are carried over to the next class. A class with one row is in the
 * training part. Throws SettingsError unless both fractions are at least 0 and their sum is below 1.
 */
export function stratifiedSplit(
  labels: ArrayLike<number>,
  { validation, test, random }: SplitFractions & { readonly random: RandomState },
): SplitRows {
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new SettingsError(
      `split: expected fractions of at least 0 with a sum below 1, found ${validation} and ${test}`,
    );
  }
  const parts = { train: 0, validation: 1, test: 2 } as const;
  const partOf = new Uint8Array(labels.length); // 0: train
  const counts = [labels.length, 0, 0];
  const owed = { validation: 0, test: 0 };
  for (const rows of rowsByClass(labels)) {
    random.shuffle(rows);
    let taken = 0;
    for (const [part, share] of [
      ["test", test],
      ["validation", validation],
    ] as const) {
      owed[part] += share * rows.length;
      const count = Math.min(Math.max(0, Math.round(owed[part])), rows.length - 1 - taken);
      owed[part] -= count;
      for (let i = taken; i < taken + count; i++) partOf[rows[i]] = parts[part];
      counts[parts[part]] += count;
      counts[parts.train] -= count;
      taken += count;
    }
  }
  const rowsOf = counts.map((count) => new Int32Array(count));
  const filled = [0, 0, 0];
  for (let row = 0; row < labels.length; row++) rowsOf[partOf[row]][filled[partOf[row]]++] = row;
  return { train: rowsOf[parts.train], validation: rowsOf[parts.validation], test: rowsOf[parts.test] };
}

/** The rows of each class, ascending; the classes ascending. */
function rowsByClass(labels: ArrayLike<number>): Int32Array[] {
  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  const ascending = [...counts].sort(([a], [b]) => a - b);
  const classes = new Map(ascending.map(([label, count]) => [label, { rows: new Int32Array(count), filled: 0 }]));
  for (let row = 0; row < labels.length; row++) {
    const its = classes.get(labels[row]);
    if (its) its.rows[its.filled++] = row;
  }
  return [...classes.values()].map(({ rows }) => rows);
}

/** The decile of each number, 0 … 9, so that numbers can be split like classes. Equal numbers keep their order. */
export function tenths(values: ArrayLike<number>): Int32Array {
  const sorted = Float64Array.from(values).sort();
  const tenth = (place: number) => Math.floor((10 * place) / sorted.length);
  const classes = new Int32Array(values.length);
  // Only a value whose positions are in two deciles needs its rank among equal values
  const seen = new Map<number, number>();
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    const first = firstPlace(sorted, value);
    const class0 = tenth(first);
    const next = Math.ceil(((class0 + 1) * sorted.length) / 10);
    if (next >= sorted.length || sorted[next] !== value) {
      classes[row] = class0;
      continue;
    }
    const rank = seen.get(value) ?? 0;
    seen.set(value, rank + 1);
    classes[row] = tenth(first + rank);
  }
  return classes;
}

/** The first position in ascending numbers whose value is not below the given one. */
function firstPlace(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The chosen rows of a data set, copied. */
export function pickRows(dataset: Dataset, rows: Int32Array, name = dataset.name): Dataset {
  const { inputs, inputShape, labels, targets, finer, folds, parts } = dataset;
  const size = sizeOf(inputShape);
  // The inputs of a data set in parts are shared; others are copied
  const picked = parts ? inputs : new (inputs.constructor as new (length: number) => typeof inputs)(rows.length * size);
  for (let i = 0; i < rows.length && !parts; i++) {
    picked.set(inputs.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
  }
  return {
    ...dataset,
    name,
    inputs: picked,
    labels: Int32Array.from(rows, (row) => labels[row]),
    ...(finer && { finer: { ...finer, labels: Int32Array.from(rows, (row) => finer.labels[row]) } }),
    ...(folds && { folds: Int32Array.from(rows, (row) => folds[row]) }),
    ...(targets && { targets: pickTargets(targets, rows) }),
    ...(parts && { parts: pickParts(parts, rows) }),
  };
}
