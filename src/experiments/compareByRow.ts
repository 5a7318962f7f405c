import { ShapeError } from "../tensor/errors.ts";

/** How a model compares with another on the same rows. */
export interface Comparison {
  readonly outcome: "better" | "worse" | "about as good";
  /** how many standard errors lie between the two; 0 where they never differ */
  readonly z: number;
}

/**
 * Whether the difference between two models is more than chance, row by row: z = (Σ d)/√(Σ d²) with d the difference of their scores in a
 * row, which for right and wrong answers is McNemar's test. Beyond two standard errors it is called better or worse.
 */
export function compareByRow(ours: ArrayLike<number>, theirs: ArrayLike<number>): Comparison {
  if (ours.length !== theirs.length) throw new ShapeError(`compare: ${ours.length} rows beside ${theirs.length}`);
  let [sum, squares] = [0, 0];
  for (let row = 0; row < ours.length; row++) {
    const difference = ours[row] - theirs[row];
    sum += difference;
    squares += difference * difference;
  }
  const z = squares > 0 ? sum / Math.sqrt(squares) : 0;
  return { outcome: z > 2 ? "better" : z < -2 ? "worse" : "about as good", z };
}
