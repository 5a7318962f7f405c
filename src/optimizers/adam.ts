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
  /** divides by the largest v̂ so far, so that no parameter's rate rises again. Reddi et al. 2018, arXiv:1904.09237 */
  readonly amsgrad?: boolean;
}

/**
 * θ ← θ − η·m̂/(√v̂ + ε) − λθ with m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
 * t counts steps from 1; the weight decay λ is decoupled and not multiplied by η. `scaledWeightDecay` is the usual AdamW,
 * θ ← θ − η·m̂/(√v̂ + ε) − ηλθ. With `amsgrad`, v̂ = w/(1−β₂ᵗ) with w ← max(w, v), as in PyTorch.
 * Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101
 */
export class Adam implements Optimizer {
  readonly kind = "adam";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly m: Numbers;
  private readonly v: Numbers;
  /** only with amsgrad */
  private readonly largest: Numbers | undefined;
  private t = 0;

  constructor(network: Trainable, options: AdamOptions) {
    const {
      learningRate,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      amsgrad = false,
    } = options ?? ({} as AdamOptions);
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
    this.amsgrad = amsgrad;
    if (amsgrad) this.largest = zerosBeside(network);
  }

  step(): void {
    this.t++;
    const { values, gradients, workspace } = this.network;
    const { learningRate, beta1, beta2, epsilon } = this;
    const options = { learningRate, beta1, beta2, epsilon, weightDecay: decayOf(this), step: this.t };
    const { m, v, largest } = this;
    if (largest) workspace.kernels.updates.amsgrad(values, gradients, m, v, largest, options);
    else workspace.kernels.adam(values, gradients, m, v, options);
  }

  state() {
    return { step: this.t, buffers: this.buffers };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Adam", this.buffers, buffers);
    this.t = step;
  }

  private get buffers(): Readonly<Record<string, Numbers>> {
    const { m, v, largest } = this;
    return largest ? { m, v, largest } : { m, v };
  }
}
