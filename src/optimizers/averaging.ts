import { restoring } from "../tensor/restoring.ts";
import type { Numbers, Tensor } from "../tensor/tensor.ts";
import { checkRange, checkTrainable, restoreBuffers, type Trainable, zerosBeside } from "./optimizer.ts";

/** A network whose parameters are averaged; its buffers (running statistics) are averaged along. */
export interface Averageable extends Trainable {
  readonly buffers?: readonly { readonly value: Tensor }[];
}

/**
 * a ← d·a + (1 − d)·θ after each step: a mean of the last 1/(1 − d) parameters, which is often better than the last. The first
 * steps count more, with d = min(decay, (1 + t)/(10 + t)), so that the start is forgotten. Polyak & Juditsky 1992.
 *
 *     average.update();                    // after each optimizer.step()
 *     average.using(() => evaluate(…));    // the network has the averaged parameters inside
 */
export class ExponentialMovingAverage {
  readonly decay: number;
  readonly network: Averageable;
  /** values first, then each buffer */
  private readonly averages: readonly Numbers[];
  private t = 0;

  constructor(network: Averageable, { decay = 0.999 }: { readonly decay?: number } = {}) {
    this.network = checkTrainable("ExponentialMovingAverage", network);
    this.decay = checkRange("ExponentialMovingAverage: decay", decay, 0, 1);
    const values = zerosBeside(network);
    this.averages = [values, ...(network.buffers ?? []).map(({ value }) => value.data.slice())];
    values.set(network.values);
  }

  update(): void {
    this.t++;
    const share = 1 - Math.min(this.decay, (1 + this.t) / (10 + this.t));
    const { updates } = this.network.workspace.kernels;
    this.current().forEach((values, i) => {
      updates.blend(this.averages[i], values, share);
    });
  }

  /** Runs with the averaged parameters in the network, and then restores the trained ones, even after an error. */
  using<Result>(run: () => Result | Promise<Result>): Promise<Result> {
    const current = this.current();
    return restoring(current, () => {
      current.forEach((values, i) => {
        values.set(this.averages[i]);
      });
      return run();
    });
  }

  state() {
    return { step: this.t, buffers: Object.fromEntries(this.averages.map((average, i) => [`average${i}`, average])) };
  }

  restore({ step, buffers }: { readonly step: number; readonly buffers: Readonly<Record<string, Numbers>> }): void {
    restoreBuffers("ExponentialMovingAverage", this.state().buffers, buffers);
    this.t = step;
  }

  private current(): readonly Numbers[] {
    return [this.network.values, ...(this.network.buffers ?? []).map(({ value }) => value.data)];
  }
}
