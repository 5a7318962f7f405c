import { pow } from "../mathematics/power.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { checkBatchNorm, checkLayerNorm } from "./checks.ts";
import type { NormKernels } from "./kernels.ts";
import { scalarNormsForward } from "./scalarNormsForward.ts";

/**
 * Normalization over columns (batch) and rows (layer), forward and backward, in plain TypeScript. All loops run along the rows in
 * memory; sums are float64 for all types. Kernels without faster versions use these: `readonly norms = scalarNorms`.
 */
export const scalarNorms: NormKernels = {
  ...scalarNormsForward,

  batchNorm(y: Numbers, mean: Numbers, variance: Numbers, x: Numbers, w: Numbers, b: Numbers, rows, columns, epsilon) {
    checkBatchNorm("batchNorm", [y, x], [mean, variance, w, b], rows, columns);
    const sums = new Float64Array(columns);
    for (let start = 0; start < x.length; start += columns) {
      for (let j = 0; j < columns; j++) sums[j] += x[start + j];
    }
    for (let j = 0; j < columns; j++) mean[j] = sums[j] / rows;
    // A second pass around the mean, because E[x²] − μ² is the small difference of large numbers
    sums.fill(0);
    for (let start = 0; start < x.length; start += columns) {
      for (let j = 0; j < columns; j++) {
        const difference = x[start + j] - mean[j];
        sums[j] += difference * difference;
      }
    }
    for (let j = 0; j < columns; j++) variance[j] = sums[j] / rows;
    this.batchNormEvaluate(y, mean, variance, x, w, b, rows, columns, epsilon);
  },

  batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon) {
    checkBatchNorm("batchNormBackward", [dx, dy, x], [dw, db, mean, variance, w], rows, columns);
    const inverse = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
    const products = new Float64Array(columns); // Σ dy·(x − μ)
    const sums = new Float64Array(columns); // Σ dy
    for (let start = 0; start < x.length; start += columns) {
      for (let j = 0; j < columns; j++) {
        products[j] += dy[start + j] * (x[start + j] - mean[j]);
        sums[j] += dy[start + j];
      }
    }
    for (let j = 0; j < columns; j++) {
      dw[j] = products[j] * inverse[j];
      db[j] = sums[j];
      // From here on: dx = factor·dy − slope·(x − μ) − constant
      products[j] = (w[j] * products[j] * pow(inverse[j], 3)) / rows;
      inverse[j] *= w[j];
      sums[j] = (inverse[j] * sums[j]) / rows;
    }
    for (let start = 0; start < x.length; start += columns) {
      for (let j = 0; j < columns; j++) {
        dx[start + j] = inverse[j] * dy[start + j] - products[j] * (x[start + j] - mean[j]) - sums[j];
      }
    }
  },

  layerNormBackward(dx, dw, db, dy, x, mean, inverse, w, rows, columns) {
    checkLayerNorm("layerNormBackward", [dx, dy, x], [mean, inverse], [dw, db, w], rows, columns);
    const weights = new Float64Array(columns); // dw, db in float64
    const biases = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      const [center, factor] = [mean[row], inverse[row]];
      let sum = 0; // Σ g, g = dy ⊙ w
      let product = 0; // Σ g·x̂
      for (let j = 0; j < columns; j++) {
        const normalized = (x[start + j] - center) * factor;
        const gradient = dy[start + j] * w[j];
        sum += gradient;
        product += gradient * normalized;
        weights[j] += dy[start + j] * normalized;
        biases[j] += dy[start + j];
      }
      const [shift, slope] = [sum / columns, product / columns];
      for (let j = 0; j < columns; j++) {
        const normalized = (x[start + j] - center) * factor;
        dx[start + j] = factor * (dy[start + j] * w[j] - shift - normalized * slope);
      }
    }
    dw.set(weights);
    db.set(biases);
  },
};
