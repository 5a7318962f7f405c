import { ShapeError } from "../tensor/errors.ts";
import { mcNemarTest, pairedTTest } from "../training/significance.ts";

/** The comparison of a model with another on the same rows. */
export interface Comparison {
  /** "too few rows": the rows do not show which is better; "about as good": the rows show that the two hardly differ */
  readonly outcome: "better" | "worse" | "about as good" | "too few rows";
  /** the probability of a difference at least as large if both models were equally good */
  readonly p: number;
  /** the approximate number of rows that would show a difference of this size in four of five tries; if `outcome` is "too few rows" and the scores differ */
  readonly rowsNeeded?: number | undefined;
}

export interface CompareOptions {
  /** the difference of the mean scores that does not matter: two models that are certainly closer are "about as good" */
  readonly margin?: number;
}

/** Differences with a smaller p are called better or worse. */
const significance = 0.05;
/** quantiles of 97.5 % and 80 % of the normal distribution: a test at 5 % that finds a difference in 80 % of tries */
const [ofTest, ofPower] = [1.959963984540054, 0.8416212335729143];

/**
 * Whether the difference between two models is more than chance, from their scores row by row: McNemar's exact test if every score
 * is 0 or 1 (wrong or right), else Student's paired t-test. If p < 5 %, the model is better or worse. The number of rows that are needed for
 * the observed mean difference is about (z₉₇.₅·σ₀ + z₈₀·σ)²/mean², with σ the deviation of the differences and σ₀ that if
 * both were equally good (Connor 1987, Biometrics 43), and always more than the given rows.
 */
export function compareByRow(
  ours: ArrayLike<number>,
  theirs: ArrayLike<number>,
  { margin = 0.02 }: CompareOptions = {},
): Comparison {
  const rows = ours.length;
  if (rows !== theirs.length)
    throw new ShapeError(`compare: expected ${rows} rows for both models, found ${theirs.length}`);
  const differences = Float64Array.from({ length: rows }, (_, row) => ours[row] - theirs[row]);
  const binary = isBinary(ours) && isBinary(theirs);
  const { p } = binary ? { p: mcNemarTest(count(differences, 1), count(differences, -1)) } : pairedTTest(differences);
  const mean = differences.reduce((sum, each) => sum + each / rows, 0);
  if (p < significance) return { outcome: mean > 0 ? "better" : "worse", p };
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2 / rows, 0);
  // One more row is counted as different: a few rows without a difference do not prove that the scores are equal
  const error = Math.sqrt((variance + (binary ? 1 / rows : 0)) / rows);
  if (rows > 1 && Math.abs(mean) + 2 * error < margin) return { outcome: "about as good", p };
  if (mean === 0) return { outcome: "too few rows", p, rowsNeeded: undefined };
  const ifEqual = variance + (binary ? mean ** 2 : 0);
  const needed = ((ofTest * Math.sqrt(ifEqual) + ofPower * Math.sqrt(variance)) / mean) ** 2;
  return { outcome: "too few rows", p, rowsNeeded: Math.max(rows + 1, Math.ceil(needed)) };
}

const isBinary = (values: ArrayLike<number>): boolean =>
  Array.from(values).every((value) => value === 0 || value === 1);

const count = (values: Float64Array, wanted: number): number =>
  values.reduce((sum, value) => sum + (value === wanted ? 1 : 0), 0);
