import type { Numbers } from "../tensor/tensor.ts";
import {
  checkRange,
  checkTrainable,
  type DecayOptions,
  decayOf,
  type Optimizer,
  restoreBuffers,
  type Trainable,
  zerosBeside,
} from "./optimizer.ts";

export interface AdagradOptions extends DecayOptions {
  readonly learningRate: number;
  readonly epsilon?: number;
}

/**
 * θ ← θ − η·g/(√s + ε) − λθ with s ← s + g²: parameters with rare gradients keep large steps, and all steps shrink.
 * Duchi, Hazan & Singer 2011, JMLR 12.
 */
export class Adagrad implements Optimizer {
  readonly kind = "adagrad";
  learningRate: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly sum: Numbers;

  constructor(network: Trainable, options: AdagradOptions) {
    const { learningRate, epsilon = 1e-10, weightDecay = 0, scaledWeightDecay = 0 } = options ?? ({} as AdagradOptions);
    this.network = checkTrainable("Adagrad", network);
    this.learningRate = checkRange("Adagrad: learningRate", learningRate, 0);
    this.epsilon = checkRange("Adagrad: epsilon", epsilon, 0);
    this.weightDecay = checkRange("Adagrad: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Adagrad: scaledWeightDecay", scaledWeightDecay, 0);
    this.sum = zerosBeside(network);
  }

  step(): void {
    const { values, gradients, workspace } = this.network;
    const { learningRate, epsilon } = this;
    const options = { learningRate, epsilon, weightDecay: decayOf(this) };
    workspace.kernels.updates.adagrad(values, gradients, this.sum, options);
  }

  state() {
    return { step: 0, buffers: { sum: this.sum } };
  }

  restore({ buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Adagrad", { sum: this.sum }, buffers);
  }
}
