import type { RandomState } from "../random/randomState.ts";

/**
 * A fold, 0 … count − 1, for each of the chosen rows, with the same class proportions in every fold. For each class (ascending),
 * the rows are shuffled and dealt out one by one, starting at the fold where the previous class stopped. All rows of a group are
 * in the fold of its first row.
 */
export function foldsOf(
  rows: Int32Array,
  {
    labels,
    count,
    random,
    groups,
  }: {
    readonly labels: ArrayLike<number>;
    readonly count: number;
    readonly random: RandomState;
    readonly groups?: ArrayLike<number> | undefined;
  },
): Int32Array {
  const byClass = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const places = byClass.get(labels[row]);
    if (places) places.push(i);
    else byClass.set(labels[row], [i]);
  });
  const folds = new Int32Array(rows.length);
  let next = 0;
  for (const [, places] of [...byClass].sort(([a], [b]) => a - b)) {
    random.shuffle(places);
    for (const place of places) folds[place] = next++ % count;
  }
  if (!groups) return folds;
  const ofGroup = new Map<number, number>();
  rows.forEach((row, i) => {
    const known = ofGroup.get(groups[row]);
    if (known === undefined) ofGroup.set(groups[row], folds[i]);
    else folds[i] = known;
  });
  return folds;
}

/** The next fold for every row, so that each row is predicted by a copy of the ensemble that was trained on it. */
export function nextFolds(folds: Int32Array): Int32Array {
  const count = countFolds(folds);
  return folds.map((fold) => (fold + 1) % count);
}

export function countFolds(folds: Int32Array): number {
  return folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
}
