import type { LossCurve } from "./protocol.ts";

/** Enough for a wide screen. */
const mostPoints = 600;

/** The number of steps that one point of a curve represents. */
export function stepsPerPoint(steps: number): number {
  return Math.max(1, Math.ceil(steps / mostPoints));
}

/** Means of the loss over `every` steps; each point is at the last of them, even if the curve is continued elsewhere. */
export class LossPoints {
  private readonly every: number;
  private step: number;
  private sum = 0;
  private count = 0;
  private steps: number[] = [];
  private means: number[] = [];

  constructor(every: number, done: readonly number[] = []) {
    this.every = every;
    this.step = 0;
    for (const loss of done) this.add(loss);
  }

  add(loss: number): void {
    this.sum += loss;
    this.count++;
    this.step++;
    if (this.step % this.every > 0) return;
    this.steps.push(this.step);
    this.means.push(this.sum / this.count);
    this.sum = 0;
    this.count = 0;
  }

  /** The points since the last call. */
  take(): LossCurve {
    const taken = { steps: this.steps, loss: this.means };
    this.steps = [];
    this.means = [];
    return taken;
  }
}

/** The loss of a run as a curve. */
export function lossCurve(loss: readonly number[], every = stepsPerPoint(loss.length)): LossCurve {
  return new LossPoints(every, loss).take();
}
