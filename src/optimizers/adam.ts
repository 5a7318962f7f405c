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

export interface AdamOptions extends DecayOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * θ ← θ − η·m̂/(√v̂ + ε) − λθ with m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
 * t counts steps from 1; the weight decay λ is decoupled and not multiplied by η. `scaledWeightDecay` is the usual AdamW,
 * θ ← θ − η·m̂/(√v̂ + ε) − ηλθ.
 * Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101
 */
export class Adam implements Optimizer {
  readonly kind = "adam";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly m: Numbers;
  private readonly v: Numbers;
  private t = 0;

  constructor(network: Trainable, options: AdamOptions) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options ?? ({} as AdamOptions);
    const { weightDecay = 0, scaledWeightDecay = 0 } = options ?? {};
    this.network = checkTrainable("Adam", network);
    this.learningRate = checkRange("Adam: learningRate", learningRate, 0);
    this.beta1 = checkRange("Adam: beta1", beta1, 0, 1);
    this.beta2 = checkRange("Adam: beta2", beta2, 0, 1);
    this.epsilon = checkRange("Adam: epsilon", epsilon, 0);
    this.weightDecay = checkRange("Adam: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Adam: scaledWeightDecay", scaledWeightDecay, 0);
    this.m = zerosBeside(network);
    this.v = zerosBeside(network);
  }

  step(): void {
    this.t++;
    const { values, gradients, workspace } = this.network;
    const { learningRate, beta1, beta2, epsilon } = this;
    const options = { learningRate, beta1, beta2, epsilon, weightDecay: decayOf(this), step: this.t };
    workspace.kernels.adam(values, gradients, this.m, this.v, options);
  }

  state() {
    return { step: this.t, buffers: { m: this.m, v: this.v } };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Adam", { m: this.m, v: this.v }, buffers);
    this.t = step;
  }
}
