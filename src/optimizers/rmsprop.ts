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

export interface RmspropOptions extends DecayOptions {
  readonly learningRate: number;
  /** the share that the old mean square keeps in each step */
  readonly alpha?: number;
  readonly epsilon?: number;
}

/**
 * θ ← θ − η·g/(√v + ε) − λθ with v ← αv + (1−α)g²: each parameter's step is scaled by its own recent gradients.
 * Tieleman & Hinton 2012 (Coursera, lecture 6.5), in PyTorch's convention: ε outside of the root, v from 0.
 */
export class Rmsprop implements Optimizer {
  readonly kind = "rmsprop";
  learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly v: Numbers;

  constructor(network: Trainable, options: RmspropOptions) {
    const {
      learningRate,
      alpha = 0.99,
      epsilon = 1e-8,
      weightDecay = 0,
      scaledWeightDecay = 0,
    } = options ?? ({} as RmspropOptions);
    this.network = checkTrainable("Rmsprop", network);
    this.learningRate = checkRange("Rmsprop: learningRate", learningRate, 0);
    this.alpha = checkRange("Rmsprop: alpha", alpha, 0, 1);
    this.epsilon = checkRange("Rmsprop: epsilon", epsilon, 0);
    this.weightDecay = checkRange("Rmsprop: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Rmsprop: scaledWeightDecay", scaledWeightDecay, 0);
    this.v = zerosBeside(network);
  }

  step(): void {
    const { values, gradients, workspace } = this.network;
    const { learningRate, alpha, epsilon } = this;
    const options = { learningRate, alpha, epsilon, weightDecay: decayOf(this) };
    workspace.kernels.updates.rmsprop(values, gradients, this.v, options);
  }

  state() {
    return { step: 0, buffers: { v: this.v } };
  }

  restore({ buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Rmsprop", { v: this.v }, buffers);
  }
}
