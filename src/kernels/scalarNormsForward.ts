import { checkBatchNorm, checkLayerNorm } from "./checks.ts";
import type { NormKernels } from "./kernels.ts";

/** The scalar kernels of normalization that are needed for predictions. */
export const scalarNormsForward: Pick<NormKernels, "batchNormEvaluate" | "layerNorm"> = {
  batchNormEvaluate(y, mean, variance, x, w, b, rows, columns, epsilon) {
    checkBatchNorm("batchNormEvaluate", [y, x], [mean, variance, w, b], rows, columns);
    const factor = Float64Array.from(w, (scale, j) => scale / Math.sqrt(variance[j] + epsilon));
    for (let start = 0; start < x.length; start += columns) {
      for (let j = 0; j < columns; j++) y[start + j] = (x[start + j] - mean[j]) * factor[j] + b[j];
    }
  },

  layerNorm(y, mean, inverse, x, w, b, rows, columns, epsilon) {
    checkLayerNorm("layerNorm", [y, x], [mean, inverse], [w, b], rows, columns);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      let sum = 0;
      for (let j = start; j < start + columns; j++) sum += x[j];
      const center = sum / columns;
      let squares = 0;
      for (let j = start; j < start + columns; j++) squares += (x[j] - center) * (x[j] - center);
      const factor = 1 / Math.sqrt(squares / columns + epsilon);
      for (let j = 0; j < columns; j++) y[start + j] = (x[start + j] - center) * factor * w[j] + b[j];
      mean[row] = center;
      inverse[row] = factor;
    }
  },
};
