import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import { type Dataset, pickTargets } from "./dataset.ts";

export interface SplitShares {
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
 * Divides rows so that every class has its share in every part: per class (ascending) the rows are shuffled by `random`, and the
 * wanted numbers, rounded so that what one class loses the next ones get, go to test, then to validation. A class of one row
 * trains. Throws SettingsError unless the shares are at least 0 and together below 1.
 */
export function stratifiedSplit(
  labels: ArrayLike<number>,
  { validation, test, random }: SplitShares & { readonly random: RandomState },
): SplitRows {
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new SettingsError(`split: shares must be at least 0 and together below 1, got ${validation} and ${test}`);
  }
  const byClass = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = byClass.get(labels[row]);
    if (rows) rows.push(row);
    else byClass.set(labels[row], [row]);
  }
  const parts: { [Part in keyof SplitRows]: number[] } = { train: [], validation: [], test: [] };
  const owed = { validation: 0, test: 0 };
  for (const [, rows] of [...byClass].sort(([a], [b]) => a - b)) {
    random.shuffle(rows);
    let taken = 0;
    for (const [part, share] of [
      ["test", test],
      ["validation", validation],
    ] as const) {
      owed[part] += share * rows.length;
      const count = Math.min(Math.max(0, Math.round(owed[part])), rows.length - 1 - taken);
      owed[part] -= count;
      parts[part].push(...rows.slice(taken, taken + count));
      taken += count;
    }
    parts.train.push(...rows.slice(taken));
  }
  const ordered = (rows: number[]) => Int32Array.from(rows).sort();
  return { train: ordered(parts.train), validation: ordered(parts.validation), test: ordered(parts.test) };
}

/** Classes for numbers, so that they can be split alike: which tenth of all values each belongs to. */
export function tenths(values: ArrayLike<number>): Int32Array {
  const order = Array.from(values, (_, row) => row).sort((a, b) => values[a] - values[b]);
  const classes = new Int32Array(values.length);
  order.forEach((row, place) => {
    classes[row] = Math.floor((10 * place) / values.length);
  });
  return classes;
}

/** The chosen rows of a data set, copied. */
export function pickRows(dataset: Dataset, rows: Int32Array, name = dataset.name): Dataset {
  const { inputs, inputShape, labels, targets, finer, folds } = dataset;
  const size = sizeOf(inputShape);
  const picked = new (inputs.constructor as new (length: number) => typeof inputs)(rows.length * size);
  rows.forEach((row, i) => {
    picked.set(inputs.subarray(row * size, (row + 1) * size), i * size);
  });
  return {
    ...dataset,
    name,
    inputs: picked,
    labels: Int32Array.from(rows, (row) => labels[row]),
    ...(finer && { finer: { ...finer, labels: Int32Array.from(rows, (row) => finer.labels[row]) } }),
    ...(folds && { folds: Int32Array.from(rows, (row) => folds[row]) }),
    ...(targets && { targets: pickTargets(targets, rows) }),
  };
}
