import type { RandomState } from "../random/randomState.ts";
import { type SplitRows, type SplitShares, stratifiedSplit } from "./split.ts";

/** How rows are divided: `validation` is all of `train`, where the rows of `train` have folds. */
export interface FoldedSplit {
  readonly rows: SplitRows;
  /** of each row of `train` */
  readonly folds?: Int32Array;
}

/** `stratifiedSplit`, or with at least two folds no part of its own for the validation, but a fold for each training row. */
export function splitOrFold(
  labels: ArrayLike<number>,
  { folds, ...options }: SplitShares & { readonly folds: number; readonly random: RandomState },
): FoldedSplit {
  if (folds < 2) return { rows: stratifiedSplit(labels, options) };
  const { train, test } = stratifiedSplit(labels, { ...options, validation: 0 });
  const ofTrain = Int32Array.from(train, (row) => labels[row]);
  return { rows: { train, validation: train, test }, folds: stratifiedFolds(ofTrain, folds, options.random) };
}

/**
 * A fold of 0 … folds − 1 for each row, so that every class has its share in every fold: per class (ascending) the rows are shuffled
 * and dealt out one by one, where the class before stopped.
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, random: RandomState): Int32Array {
  const byClass = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = byClass.get(labels[row]);
    if (rows) rows.push(row);
    else byClass.set(labels[row], [row]);
  }
  const chosen = new Int32Array(labels.length);
  let next = 0;
  for (const [, rows] of [...byClass].sort(([a], [b]) => a - b)) {
    random.shuffle(rows);
    for (const row of rows) chosen[row] = next++ % folds;
  }
  return chosen;
}

/** The next fold of every row: of an ensemble's copies one that is trained on the row answers then. */
export function nextFolds(folds: Int32Array): Int32Array {
  const count = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  return folds.map((fold) => (fold + 1) % count);
}
