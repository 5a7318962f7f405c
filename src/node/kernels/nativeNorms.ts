import { activations } from "../../kernels/activations.ts";
import { checkBatchNorm, checkLayerNorm } from "../../kernels/checks.ts";
import type { Kernels, NormKernels } from "../../kernels/kernels.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import type { NativeEngine, Normalized, NormGradients } from "./nativeAddon.ts";

/** Up to this size of an array, all rows are summed at once. */
const undivided = 2 ** 18;
/** Rows of larger arrays are summed in blocks with about this many numbers, which stay in the cache of a core. */
const blockNumbers = 2 ** 15;
const leastBlockRows = 64;

/**
 * Calls native/batchNorm.h and layerNorm.h after the checks of the contract. It keeps a reference to its kernels, whose threads do the
 * work.
 */
export class NativeNorms implements NormKernels {
  private readonly kernels: NativeEngine & Pick<Kernels, "allocate">;
  private sums = new Float64Array(0);
  readonly batchNormActivate?: NormKernels["batchNormActivate"];

  constructor(kernels: NativeEngine & Pick<Kernels, "allocate">) {
    this.kernels = kernels;
    const numbers = new Map(kernels.addon.activations.map((name, number) => [name, number]));
    if (Object.keys(activations).some((name) => !numbers.has(name))) return;
    this.batchNormActivate = (name, y, derivative, mean, variance, x, w, b, rows, columns, epsilon, parameter) => {
      checkBatchNorm("batchNormActivate", [y, derivative, x], [mean, variance, w, b], rows, columns);
      const number = numbers.get(name) as number;
      this.normalize([y, mean, variance, x, w, b], derivative, rows, columns, epsilon, number, parameter);
    };
  }

  private normalize(
    arrays: Normalized,
    derivative: Numbers | undefined,
    rows: number,
    columns: number,
    epsilon: number,
    activation: number,
    parameter: number,
  ): void {
    const { addon, engine } = this.kernels;
    const [blockRows, sums] = this.blocks(rows, columns);
    addon.batchNorm(engine, ...arrays, sums, derivative, rows, columns, epsilon, blockRows, activation, parameter);
  }

  /** The rows of a block, which depend on the sizes alone, so that the bits do not depend on the threads, and memory for the sums of all. */
  private blocks(rows: number, columns: number): [blockRows: number, sums: Numbers] {
    const isDivided = rows * columns > undivided;
    const blockRows = isDivided ? Math.max(leastBlockRows, Math.floor(blockNumbers / columns)) : rows;
    const length = 2 * columns * Math.ceil(rows / blockRows);
    if (this.sums.length < length) this.sums = this.kernels.allocate("float64", length) as typeof this.sums;
    return [blockRows, this.sums];
  }

  batchNorm(
    y: Numbers,
    mean: Numbers,
    variance: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    checkBatchNorm("batchNorm", [y, x], [mean, variance, w, b], rows, columns);
    this.normalize([y, mean, variance, x, w, b], undefined, rows, columns, epsilon, 0, 0);
  }

  batchNormEvaluate(
    y: Numbers,
    mean: Numbers,
    variance: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    checkBatchNorm("batchNormEvaluate", [y, x], [mean, variance, w, b], rows, columns);
    const { addon, engine } = this.kernels;
    addon.batchNormEvaluate(engine, y, mean, variance, x, w, b, rows, columns, epsilon);
  }

  batchNormBackward(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dy: Numbers,
    x: Numbers,
    mean: Numbers,
    variance: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    checkBatchNorm("batchNormBackward", [dx, dy, x], [dw, db, mean, variance, w], rows, columns);
    this.back([dx, dw, db, dy, x, mean, variance, w], undefined, rows, columns, epsilon);
  }

  batchNormActivateBackward(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dz: Numbers,
    derivative: Numbers,
    x: Numbers,
    mean: Numbers,
    variance: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    const vectors = [dw, db, mean, variance, w];
    checkBatchNorm("batchNormActivateBackward", [dx, dz, derivative, x], vectors, rows, columns);
    this.back([dx, dw, db, dz, x, mean, variance, w], derivative, rows, columns, epsilon);
  }

  private back(
    arrays: NormGradients,
    derivative: Numbers | undefined,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    const { addon, engine } = this.kernels;
    const [blockRows, sums] = this.blocks(rows, columns);
    addon.batchNormBackward(engine, ...arrays, sums, derivative, rows, columns, epsilon, blockRows);
  }

  layerNorm(
    y: Numbers,
    mean: Numbers,
    inverse: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers,
    rows: number,
    columns: number,
    epsilon: number,
  ): void {
    checkLayerNorm("layerNorm", [y, x], [mean, inverse], [w, b], rows, columns);
    const { addon, engine } = this.kernels;
    addon.layerNorm(engine, y, mean, inverse, x, w, b, rows, columns, epsilon);
  }

  layerNormBackward(
    dx: Numbers,
    dw: Numbers,
    db: Numbers,
    dy: Numbers,
    x: Numbers,
    mean: Numbers,
    inverse: Numbers,
    w: Numbers,
    rows: number,
    columns: number,
  ): void {
    checkLayerNorm("layerNormBackward", [dx, dy, x], [mean, inverse], [dw, db, w], rows, columns);
    const { addon, engine } = this.kernels;
    addon.layerNormBackward(engine, dx, dw, db, dy, x, mean, inverse, w, rows, columns);
  }
}
