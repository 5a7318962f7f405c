import { SettingsError } from "../tensor/errors.ts";
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

export interface SgdOptions extends DecayOptions {
  readonly learningRate: number;
  /** μ: the share of the last step's direction that is kept, usually 0.9 */
  readonly momentum?: number;
  /** looks ahead by one step of momentum */
  readonly nesterov?: boolean;
}

/**
 * θ ← θ − η∇J − λθ: stochastic gradient descent; the weight decay λ is not multiplied by the learning rate η.
 * With momentum u ← μu + ∇J, θ ← θ − ηu − λθ, and Nesterov's θ ← θ − η(∇J + μu) − λθ, in PyTorch's convention: η outside of
 * u, u from 0. Polyak 1964; Sutskever et al. 2013. Throws SettingsError; nesterov needs a momentum above 0.
 */
export class Sgd implements Optimizer {
  readonly kind = "sgd";
  learningRate: number;
  readonly weightDecay: number;
  readonly scaledWeightDecay: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly network: Trainable;
  /** only with momentum */
  private readonly velocity: Numbers | undefined;

  constructor(network: Trainable, options: SgdOptions) {
    const {
      learningRate,
      weightDecay = 0,
      scaledWeightDecay = 0,
      momentum = 0,
      nesterov = false,
    } = options ?? ({} as SgdOptions);
    this.network = checkTrainable("Sgd", network);
    this.learningRate = checkRange("Sgd: learningRate", learningRate, 0);
    this.weightDecay = checkRange("Sgd: weightDecay", weightDecay, 0);
    this.scaledWeightDecay = checkRange("Sgd: scaledWeightDecay", scaledWeightDecay, 0);
    this.momentum = checkRange("Sgd: momentum", momentum, 0, 1);
    if (nesterov && momentum === 0) throw new SettingsError("Sgd: nesterov needs a momentum above 0");
    this.nesterov = nesterov;
    if (momentum > 0) this.velocity = zerosBeside(network);
  }

  step(): void {
    const { values, gradients, workspace } = this.network;
    const { learningRate, momentum, nesterov, velocity } = this;
    const weightDecay = decayOf(this);
    if (!velocity) workspace.kernels.sgd(values, gradients, learningRate, weightDecay);
    else {
      const options = { learningRate, momentum, nesterov, weightDecay };
      workspace.kernels.updates.momentum(values, gradients, velocity, options);
    }
  }

  state(): ReturnType<Optimizer["state"]> {
    return { step: 0, buffers: this.velocity ? { velocity: this.velocity } : {} };
  }

  restore({ buffers }: ReturnType<Optimizer["state"]>): void {
    if (this.velocity) restoreBuffers("Sgd", { velocity: this.velocity }, buffers);
  }
}
