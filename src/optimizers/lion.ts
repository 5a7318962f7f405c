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

export interface LionOptions extends DecayOptions {
  readonly learningRate: number;
  /** of the mix whose sign is the direction */
  readonly beta1?: number;
  /** of the mean that is kept */
  readonly beta2?: number;
}

/**
 * θ ← θ − η·sign(β₁m + (1−β₁)g) − λθ, then m ← β₂m + (1−β₂)g: every parameter moves by η, only the direction is learned; it
 * needs learning rates 3 to 10 times smaller than Adam's. Chen et al. 2023, arXiv:2302.06675, whose decay is `scaledWeightDecay`.
 */
export class Lion implements Optimizer {
  readonly kind = "lion";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly m: Numbers;

  constructor(network: Trainable, options: LionOptions) {
    const {
      learningRate,
      beta1 = 0.9,
      beta2 = 0.99,
      weightDecay = 0,
      scaledWeightDecay = 0,
    } = options ?? ({} as LionOptions);
    this.network = checkTrainable("Lion", network);
    this.learningRate = checkRange("Lion: learningRate", learningRate, 0);
    this.beta1 = checkRange("Lion: beta1", beta1, 0, 1);
    this.beta2 = checkRange("Lion: beta2", beta2, 0, 1);
    this.weightDecay = checkRange("Lion: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Lion: scaledWeightDecay", scaledWeightDecay, 0);
    this.m = zerosBeside(network);
  }

  step(): void {
    const { values, gradients, workspace } = this.network;
    const { learningRate, beta1, beta2 } = this;
    const options = { learningRate, beta1, beta2, weightDecay: decayOf(this) };
    workspace.kernels.updates.lion(values, gradients, this.m, options);
  }

  state() {
    return { step: 0, buffers: { m: this.m } };
  }

  restore({ buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Lion", { m: this.m }, buffers);
  }
}
