import type { Kernels } from "../kernels/kernels.ts";
import type { LinearData, LinearWeights } from "./linearFit.ts";

/** If the part of a row outside the span of earlier rows is smaller than this, relative to its square, the row counts as their combination. */
const dependent = 1e-9;

/**
 * The same rows with one input for each row, for tables with more columns than rows: XXᵀ = LLᵀ (Cholesky), and L replaces X. A weight outside
 * of the rows' span changes no output, and the penalty Σ W² is the same, so `fitLinear` has the same solution; `weights` are those for
 * X: W = Xᵀ·U, LᵀU = V. Hastie & Tibshirani 2004, "Efficient quadratic regularization for expression arrays".
 */
export function inRowSpace(
  data: LinearData,
  kernels: Kernels,
): { readonly data: LinearData; readonly weights: (ofRows: LinearWeights) => LinearWeights } {
  const { x, rows, inputs, outputs } = data;
  const gram = new Float64Array(rows * rows);
  kernels.matmulTransposeB(gram, x, x, rows, inputs, rows);
  const l = cholesky(gram, rows);
  const weights = (ofRows: LinearWeights): LinearWeights => {
    const u = ofRows.slice(0, rows * outputs);
    for (let j = rows - 1; j >= 0; j--) {
      const pivot = l[j * rows + j];
      for (let k = 0; k < outputs; k++) {
        let sum = u[j * outputs + k];
        for (let i = j + 1; i < rows; i++) sum -= l[i * rows + j] * u[i * outputs + k];
        u[j * outputs + k] = pivot === 0 ? 0 : sum / pivot;
      }
    }
    const w = new Float64Array((inputs + 1) * outputs);
    kernels.matmulTransposeA(w.subarray(0, inputs * outputs), x, u, inputs, rows, outputs);
    w.set(ofRows.subarray(rows * outputs), inputs * outputs);
    return w;
  };
  return { data: { ...data, x: l, inputs: rows }, weights };
}

/** L with LLᵀ = the matrix (rows, rows), which is symmetric; column j is 0 if row j depends on earlier ones. */
function cholesky(matrix: Float64Array, rows: number): Float64Array {
  const l = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * rows + j];
      for (let k = 0; k < j; k++) rest -= l[i * rows + k] * l[j * rows + k];
      const pivot = l[j * rows + j];
      if (i > j) l[i * rows + j] = pivot === 0 ? 0 : rest / pivot;
      else if (rest > dependent * matrix[i * rows + i]) l[i * rows + i] = Math.sqrt(rest);
    }
  }
  return l;
}
