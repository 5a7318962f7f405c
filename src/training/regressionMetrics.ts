import { ShapeError } from "../tensor/errors.ts";

export interface RegressionMetrics {
  readonly rows: number;
  /** mean |x − y| */
  readonly meanAbsoluteError: number;
  /** the middle |x − y|, for an even number of rows the mean of the two in the middle; it hardly depends on single large errors */
  readonly medianAbsoluteError: number;
  /** √ mean (x − y)² */
  readonly rootMeanSquaredError: number;
  /** the largest |x − y| */
  readonly maxError: number;
  /** R² = 1 − Σ(x − y)² / Σ(y − mean y)²: 1 is perfect, 0 as good as always predicting the mean; NaN if y never varies */
  readonly rSquared: number;
}

/** Scores predictions by targets, both in the units of the target. Throws ShapeError for different or empty lists. */
export function regressionMetrics(predictions: ArrayLike<number>, targets: ArrayLike<number>): RegressionMetrics {
  const rows = targets.length;
  if (rows === 0 || predictions.length !== rows) {
    throw new ShapeError(`metrics: expected one prediction for each of ${rows} targets, found ${predictions.length}`);
  }
  let mean = 0;
  for (let i = 0; i < rows; i++) mean += targets[i] / rows;
  const errors = Float64Array.from({ length: rows }, (_, i) => Math.abs(predictions[i] - targets[i]));
  let [absolute, squares, spread] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    absolute += errors[i];
    squares += errors[i] ** 2;
    spread += (targets[i] - mean) ** 2;
  }
  errors.sort(); // NaN comes last
  return {
    rows,
    meanAbsoluteError: absolute / rows,
    medianAbsoluteError: (errors[(rows - 1) >> 1] + errors[rows >> 1]) / 2,
    rootMeanSquaredError: Math.sqrt(squares / rows),
    maxError: errors[rows - 1],
    rSquared: spread > 0 ? 1 - squares / spread : Number.NaN,
  };
}
