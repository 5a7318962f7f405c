import { checkElementwise, checkSums } from "../../kernels/checks.ts";
import type {
  AdagradStep,
  AdamStep,
  LionStep,
  MomentumStep,
  NadamStep,
  RmspropStep,
  UpdateKernels,
} from "../../kernels/kernels.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import type { NativeEngine } from "./nativeAddon.ts";

/**
 * Squares are summed in pieces of this length, then the sums of the pieces are added, so the order does not depend on the number
 * of threads.
 */
const pieceLength = 4096;

/** Calls native/updates.h after the checks of the contract. It keeps a reference to its kernels, whose threads do the work. */
export class NativeUpdates implements UpdateKernels {
  private readonly kernels: NativeEngine;
  private sums = new Float64Array(0);

  constructor(kernels: NativeEngine) {
    this.kernels = kernels;
  }

  momentum(values: Numbers, gradients: Numbers, velocity: Numbers, options: MomentumStep): void {
    checkElementwise("momentum", values, gradients, velocity);
    const { learningRate, momentum, nesterov, weightDecay } = options;
    const { addon, engine } = this.kernels;
    const { length } = values;
    addon.momentum(engine, values, gradients, velocity, length, learningRate, momentum, nesterov ? 1 : 0, weightDecay);
  }

  rmsprop(values: Numbers, gradients: Numbers, v: Numbers, options: RmspropStep): void {
    checkElementwise("rmsprop", values, gradients, v);
    const { learningRate, alpha, epsilon, weightDecay } = options;
    const { addon, engine } = this.kernels;
    addon.rmsprop(engine, values, gradients, v, values.length, learningRate, alpha, epsilon, weightDecay);
  }

  adagrad(values: Numbers, gradients: Numbers, sum: Numbers, options: AdagradStep): void {
    checkElementwise("adagrad", values, gradients, sum);
    const { learningRate, epsilon, weightDecay } = options;
    const { addon, engine } = this.kernels;
    addon.adagrad(engine, values, gradients, sum, values.length, learningRate, epsilon, weightDecay);
  }

  lion(values: Numbers, gradients: Numbers, m: Numbers, options: LionStep): void {
    checkElementwise("lion", values, gradients, m);
    const { learningRate, beta1, beta2, weightDecay } = options;
    const { addon, engine } = this.kernels;
    addon.lion(engine, values, gradients, m, values.length, learningRate, beta1, beta2, weightDecay);
  }

  amsgrad(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, largest: Numbers, options: AdamStep): void {
    checkElementwise("amsgrad", values, gradients, m, v, largest);
    const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
    const { addon, engine } = this.kernels;
    const rates = [learningRate, beta1, beta2, epsilon, weightDecay, step] as const;
    addon.amsgrad(engine, values, gradients, m, v, largest, values.length, ...rates);
  }

  nadam(values: Numbers, gradients: Numbers, m: Numbers, v: Numbers, options: NadamStep): void {
    checkElementwise("nadam", values, gradients, m, v);
    const { ofGradient, ofMoment, beta1, beta2, epsilon, weightDecay, step } = options;
    const { addon, engine } = this.kernels;
    const rates = [ofGradient, ofMoment, beta1, beta2, epsilon, weightDecay, step] as const;
    addon.nadam(engine, values, gradients, m, v, values.length, ...rates);
  }

  blend(average: Numbers, values: Numbers, share: number): void {
    checkElementwise("blend", average, values);
    const { addon, engine } = this.kernels;
    addon.blend(engine, average, values, average.length, share);
  }

  scale(x: Numbers, factor: number): void {
    checkElementwise("scale", x);
    const { addon, engine } = this.kernels;
    addon.scale(engine, x, x.length, factor);
  }

  clamp(x: Numbers, limit: number): void {
    checkElementwise("clamp", x);
    const { addon, engine } = this.kernels;
    addon.clamp(engine, x, x.length, limit);
  }

  sumSquares(out: Float64Array, x: Numbers): void {
    checkSums("sumSquares", out, x);
    const { addon, engine } = this.kernels;
    const pieces = Math.ceil(x.length / pieceLength);
    if (this.sums.length < pieces) this.sums = new Float64Array(pieces);
    addon.sumSquares(engine, x, this.sums, x.length, pieceLength);
    let total = 0;
    for (let i = 0; i < pieces; i++) total += this.sums[i];
    out[0] = total;
  }
}
