import { checkBatchNorm, checkLayerNorm } from "../../kernels/checks.ts";
import type { Kernels, NormKernels } from "../../kernels/kernels.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import { hasAllActivations, type NativeEngine } from "./nativeAddon.ts";

/** Up to this size of an array, all rows are summed at once. */
const undivided = 2 ** 18;
/** Rows of larger arrays are summed in blocks with about this many numbers, which stay in the cache of a core. */
const blockNumbers = 2 ** 15;
const leastBlockRows = 64;

/**
 * Calls native/batchNorm.h and layerNorm.h after the checks of the contract. Keeps a reference to `kernels`, whose threads do the work.
 * Without a native version of an activation, none is computed together with batch normalization.
 */
export function nativeNorms(kernels: NativeEngine & Pick<Kernels, "allocate">): NormKernels {
  const { addon } = kernels;
  let sums: Numbers = new Float64Array(0);

  /** The rows of a block, which depend on the sizes alone, so that the bits do not depend on the threads, and memory for the sums of all. */
  function blocksOf(rows: number, columns: number): { readonly blockRows: number; readonly sums: Numbers } {
    const isDivided = rows * columns > undivided;
    const blockRows = isDivided ? Math.max(leastBlockRows, Math.floor(blockNumbers / columns)) : rows;
    const length = 2 * columns * Math.ceil(rows / blockRows);
    if (sums.length < length) sums = kernels.allocate("float64", length);
    return { blockRows, sums };
  }

  const norms: NormKernels = {
    batchNorm(y, mean, variance, x, w, b, rows, columns, epsilon) {
      checkBatchNorm("batchNorm", [y, x], [mean, variance, w, b], rows, columns);
      const { blockRows, sums } = blocksOf(rows, columns);
      const arrays = [y, mean, variance, x, w, b, sums, undefined] as const;
      addon.batchNorm(kernels.engine, ...arrays, rows, columns, epsilon, blockRows, 0, 0);
    },

    batchNormEvaluate(y, mean, variance, x, w, b, rows, columns, epsilon) {
      checkBatchNorm("batchNormEvaluate", [y, x], [mean, variance, w, b], rows, columns);
      addon.batchNormEvaluate(kernels.engine, y, mean, variance, x, w, b, rows, columns, epsilon);
    },

    batchNormBackward(dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon) {
      checkBatchNorm("batchNormBackward", [dx, dy, x], [dw, db, mean, variance, w], rows, columns);
      const { blockRows, sums } = blocksOf(rows, columns);
      const arrays = [dx, dw, db, dy, x, mean, variance, w, sums, undefined] as const;
      addon.batchNormBackward(kernels.engine, ...arrays, rows, columns, epsilon, blockRows);
    },

    layerNorm(y, mean, inverse, x, w, b, rows, columns, epsilon) {
      checkLayerNorm("layerNorm", [y, x], [mean, inverse], [w, b], rows, columns);
      addon.layerNorm(kernels.engine, y, mean, inverse, x, w, b, rows, columns, epsilon);
    },

    layerNormBackward(dx, dw, db, dy, x, mean, inverse, w, rows, columns) {
      checkLayerNorm("layerNormBackward", [dx, dy, x], [mean, inverse], [dw, db, w], rows, columns);
      addon.layerNormBackward(kernels.engine, dx, dw, db, dy, x, mean, inverse, w, rows, columns);
    },
  };
  if (!hasAllActivations(kernels)) return norms;

  return {
    ...norms,

    batchNormActivate(name, y, derivative, mean, variance, x, w, b, rows, columns, epsilon, parameter) {
      checkBatchNorm("batchNormActivate", [y, derivative, x], [mean, variance, w, b], rows, columns);
      const { blockRows, sums } = blocksOf(rows, columns);
      const arrays = [y, mean, variance, x, w, b, sums, derivative] as const;
      const activation = kernels.activations.get(name) as number;
      addon.batchNorm(kernels.engine, ...arrays, rows, columns, epsilon, blockRows, activation, parameter);
    },

    batchNormActivateBackward(dx, dw, db, dz, derivative, x, mean, variance, w, rows, columns, epsilon) {
      const vectors = [dw, db, mean, variance, w];
      checkBatchNorm("batchNormActivateBackward", [dx, dz, derivative, x], vectors, rows, columns);
      const { blockRows, sums } = blocksOf(rows, columns);
      const arrays = [dx, dw, db, dz, x, mean, variance, w, sums, derivative] as const;
      addon.batchNormBackward(kernels.engine, ...arrays, rows, columns, epsilon, blockRows);
    },
  };
}
