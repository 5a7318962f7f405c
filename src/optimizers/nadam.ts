import { pow } from "../mathematics/power.ts";
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

export interface NadamOptions extends DecayOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** ψ: how fast the momentum μₜ rises from β₁/2 to β₁ */
  readonly momentumDecay?: number;
}

/**
 * Adam with Nesterov's momentum: m and v as there, and a step that looks ahead to the next momentum,
 * θ ← θ − η·((1−μₜ)·g/(1 − Πμᵢ) + μₜ₊₁·m/(1 − μₜ₊₁·Πμᵢ))/(√v̂ + ε) − λθ, products over i up to t, μₜ = β₁(1 − ½·0.96^(tψ)), v̂ = v/(1−β₂ᵗ).
 * PyTorch's NAdam; its decoupled decay is `scaledWeightDecay`. Dozat 2016, Incorporating Nesterov momentum into Adam.
 */
export class Nadam implements Optimizer {
  readonly kind = "nadam";
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentumDecay: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly network: Trainable;
  private readonly m: Numbers;
  private readonly v: Numbers;
  private t = 0;
  /** Πμᵢ up to t, which follows from t alone */
  private product = 1;

  constructor(network: Trainable, options: NadamOptions) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options ?? ({} as NadamOptions);
    const { momentumDecay = 0.004, weightDecay = 0, scaledWeightDecay = 0 } = options ?? {};
    this.network = checkTrainable("Nadam", network);
    this.learningRate = checkRange("Nadam: learningRate", learningRate, 0);
    this.beta1 = checkRange("Nadam: beta1", beta1, 0, 1);
    this.beta2 = checkRange("Nadam: beta2", beta2, 0, 1);
    this.epsilon = checkRange("Nadam: epsilon", epsilon, 0);
    this.momentumDecay = checkRange("Nadam: momentumDecay", momentumDecay, 0);
    this.weightDecay = checkRange("Nadam: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Nadam: scaledWeightDecay", scaledWeightDecay, 0);
    this.m = zerosBeside(network);
    this.v = zerosBeside(network);
  }

  step(): void {
    this.advance();
    const { learningRate, beta1, beta2, epsilon, product, t } = this;
    const { values, gradients, workspace } = this.network;
    const next = this.momentumAt(t + 1);
    const ofGradient = (learningRate * (1 - this.momentumAt(t))) / (1 - product);
    const ofMoment = (learningRate * next) / (1 - product * next);
    const options = { ofGradient, ofMoment, beta1, beta2, epsilon, weightDecay: decayOf(this), step: t };
    workspace.kernels.updates.nadam(values, gradients, this.m, this.v, options);
  }

  state() {
    return { step: this.t, buffers: { m: this.m, v: this.v } };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    restoreBuffers("Nadam", { m: this.m, v: this.v }, buffers);
    [this.t, this.product] = [0, 1];
    while (this.t < step) this.advance();
  }

  private advance(): void {
    this.t++;
    this.product *= this.momentumAt(this.t);
  }

  private momentumAt(step: number): number {
    return this.beta1 * (1 - 0.5 * pow(0.96, step * this.momentumDecay));
  }
}
