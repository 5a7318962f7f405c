import { checkRange, type Optimizer, type Trainable } from "./optimizer.ts";

export interface SgdOptions {
  readonly learningRate: number;
  readonly weightDecay?: number;
}

/** θ ← θ − η∇J − λθ: stochastic gradient descent; the weight decay λ is not multiplied by the learning rate η. */
export class Sgd implements Optimizer {
  readonly kind = "sgd";
  learningRate: number;
  readonly weightDecay: number;
  private readonly network: Trainable;

  constructor(network: Trainable, { learningRate, weightDecay = 0 }: SgdOptions) {
    this.network = network;
    this.learningRate = checkRange("Sgd: learningRate", learningRate, 0);
    this.weightDecay = checkRange("Sgd: weightDecay", weightDecay, 0);
  }

  step(): void {
    const { values, gradients, workspace } = this.network;
    workspace.kernels.sgd(values, gradients, this.learningRate, this.weightDecay);
  }

  state() {
    return { step: 0, buffers: {} };
  }

  restore(): void {}
}
