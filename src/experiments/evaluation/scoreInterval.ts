import { bootstrapInterval, type Interval, wilsonInterval } from "../../training/intervals.ts";

/** A 95 % interval of an accuracy on so many rows. */
export function accuracyInterval(accuracy: number, rows: number): Interval {
  return wilsonInterval(Math.min(rows, Math.max(0, Math.round(accuracy * rows))), rows);
}

/** A 95 % interval of R² = 1 − Σ(x − y)² / (Σy² − (Σy)²/n), by drawing rows again. */
export function rSquaredInterval(truth: Float64Array, predicted: Float64Array): Interval {
  const middle = truth.length > 0 ? truth[0] : 0; // numbers near 0 lose fewer digits when they are squared
  const y = truth.map((value) => value - middle);
  const terms = [truth.map((value, i) => (predicted[i] - value) ** 2), y, y.map((value) => value ** 2), y.map(() => 1)];
  return bootstrapInterval(terms, ([errors, sum, squares, rows]) => {
    const spread = squares - sum ** 2 / rows;
    return spread > 0 ? 1 - errors / spread : Number.NaN;
  });
}
