import { checkBatchNorm, checkLayerNorm } from "../../kernels/checks.ts";
import type { NormKernels } from "../../kernels/kernels.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import type { NativeEngine } from "./nativeAddon.ts";

/** Calls native/norms.h after the checks of the contract. It keeps a reference to its kernels, whose threads do the work. */
export class NativeNorms implements NormKernels {
  private readonly kernels: NativeEngine;

  constructor(kernels: NativeEngine) {
    this.kernels = kernels;
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
    const { addon, engine } = this.kernels;
    addon.batchNorm(engine, y, mean, variance, x, w, b, rows, columns, epsilon);
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
    const { addon, engine } = this.kernels;
    addon.batchNormBackward(engine, dx, dw, db, dy, x, mean, variance, w, rows, columns, epsilon);
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
