import { SettingsError } from "../tensor/errors.ts";
import { dtypeOf, type Numbers } from "../tensor/tensor.ts";
import { checkRange, type Optimizer, type Trainable } from "./optimizer.ts";

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
}

/**
 * θ ← θ − η·m̂/(√v̂ + ε) − λθ with m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ).
 * t counts steps from 1; the weight decay λ is decoupled and not multiplied by η.
 * Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101
 */
export class Adam implements Optimizer {
  readonly kind = "adam";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  private readonly network: Trainable;
  private readonly m: Numbers;
  private readonly v: Numbers;
  private t = 0;

  constructor(network: Trainable, options: AdamOptions) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
    this.network = network;
    this.learningRate = checkRange("Adam: learningRate", learningRate, 0);
    this.beta1 = checkRange("Adam: beta1", beta1, 0, 1);
    this.beta2 = checkRange("Adam: beta2", beta2, 0, 1);
    this.epsilon = checkRange("Adam: epsilon", epsilon, 0);
    this.weightDecay = checkRange("Adam: weightDecay", weightDecay, 0);
    const { values, workspace } = network;
    this.m = workspace.kernels.allocate(dtypeOf(values), values.length);
    this.v = workspace.kernels.allocate(dtypeOf(values), values.length);
  }

  step(): void {
    this.t++;
    const { values, gradients, workspace } = this.network;
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this;
    const options = { learningRate, beta1, beta2, epsilon, weightDecay, step: this.t };
    workspace.kernels.adam(values, gradients, this.m, this.v, options);
  }

  state() {
    return { step: this.t, buffers: { m: this.m, v: this.v } };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    for (const name of ["m", "v"] as const) {
      if (buffers[name]?.length !== this[name].length) {
        throw new SettingsError(
          `Adam: state ${name} must hold ${this[name].length} values, got ${buffers[name]?.length}`,
        );
      }
      this[name].set(buffers[name]);
    }
    this.t = step;
  }
}
