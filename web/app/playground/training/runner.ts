import { HandgradError, type Kernels } from "handgrad";
import type { Frame, Opening, Weights } from "./protocol.ts";
import { Session } from "./session.ts";

/** Requests are answered between slices of training. */
const sliceMs = 15;
/** At most 20 frames a second. */
const frameMs = 50;
const fineSide = 120;
const coarseSide = 60;
/** Frames may take this share of the time: large networks are drawn less often. */
const frameShare = 0.25;

export interface RunnerOptions {
  readonly kernels: Kernels;
  readonly now: () => number;
  /** Calls back soon, after waiting messages. */
  readonly soon: (run: () => void) => void;
  readonly later: (run: () => void, ms: number) => void;
}

/** Trains a session in slices and sends frames, each when the one before it was drawn. */
export class Runner {
  /** where frames go */
  onFrame: ((frame: Frame, transfer: Transferable[]) => void) | undefined;
  private readonly options: RunnerOptions;
  private session: Session | undefined;
  private opened = 0;
  /** epochs per second; 0 while paused */
  private rate = 0;
  /** the epoch at which it pauses */
  private until = Infinity;
  /** the number of steps that are due now */
  private budget = 0;
  private lastSlice = 0;
  private isAwake = false;
  private problem: string | undefined;
  /** how many times it was told to run, pause or step since the opening */
  private commands = 0;
  private speed = { since: 0, steps: 0, perSecond: undefined as number | undefined };
  private awaitsDrawn = false;
  private isDue = false;
  private frame = { at: -Infinity, cost: 0 };

  constructor(options: RunnerOptions) {
    this.options = options;
  }

  open({ state, weights }: Opening): number {
    this.opened++;
    this.session = undefined;
    this.rest();
    [this.awaitsDrawn, this.problem, this.commands] = [false, undefined, 0];
    this.session = new Session(state, this.options.kernels);
    if (weights) this.session.load(weights);
    else if (state.epoch > 0) this.start(Infinity, state.epoch);
    return this.opened;
  }

  run(rate: number): void {
    this.commands++;
    this.start(rate, Infinity);
  }

  private start(rate: number, until: number): void {
    if (this.rate === 0) {
      const now = this.options.now();
      this.speed = { since: now, steps: 0, perSecond: undefined };
      this.lastSlice = now;
      this.budget = 1;
    }
    this.rate = rate;
    this.until = until;
    this.wake();
  }

  pause(): void {
    this.advance((session) => {
      if (session.steps % session.stepsPerEpoch !== 0) session.finishEpoch();
    });
  }

  step(): void {
    this.advance((session) => session.step());
  }

  epoch(): void {
    this.advance((session) => session.finishEpoch());
  }

  assign(index: number, value: number): void {
    if (this.session) this.session.network.values[index] = value;
    this.due();
  }

  drawn(): void {
    this.awaitsDrawn = false;
    if (this.isDue) this.wake();
  }

  /** Throws Error before anything is opened. */
  weights(): Weights {
    if (!this.session) throw new Error("there is no network to save yet");
    return this.session.save();
  }

  /** A few steps while paused. */
  private advance(make: (session: Session) => void): void {
    this.commands++;
    this.rest();
    if (this.session) this.attempt(() => make(this.session as Session));
    this.noticeDivergence();
  }

  private rest(): void {
    [this.rate, this.until] = [0, Infinity];
    this.due();
  }

  private due(): void {
    this.isDue = true;
    this.wake();
  }

  private wake(): void {
    if (this.isAwake) return;
    this.isAwake = true;
    this.options.soon(() => {
      this.isAwake = false;
      this.slice();
    });
  }

  private slice(): void {
    const { session } = this;
    if (!session) return;
    if (this.rate > 0) this.train(session);
    if (this.isDue || this.rate > 0) this.sendWhenAllowed(session);
  }

  private train(session: Session): void {
    const { now, later } = this.options;
    const start = now();
    const { stepsPerEpoch } = session;
    const earned = ((start - this.lastSlice) / 1000) * this.rate * stepsPerEpoch;
    const most = Math.max(1, this.rate) * stepsPerEpoch;
    this.budget = this.rate === Infinity ? Infinity : Math.min(this.budget + earned, most);
    this.lastSlice = start;
    const before = session.steps;
    while (this.budget >= 1 && now() - start < sliceMs) {
      const isDone = this.attempt(() => session.step());
      this.budget--;
      if (!isDone || !session.isFinite || session.epoch >= this.until) {
        this.rest();
        break;
      }
    }
    this.noticeDivergence();
    this.measureSpeed(session.steps - before);
    if (this.rate > 0) this.budget >= 1 ? this.wake() : later(() => this.wake(), 4);
  }

  /** Makes steps; returns whether they succeeded. A batch of one row, for example, has no variance for batch normalization. */
  private attempt(make: () => void): boolean {
    try {
      make();
      return true;
    } catch (error) {
      if (!(error instanceof HandgradError)) throw error;
      this.problem = `Training stopped: ${error.message}.`;
      return false;
    }
  }

  private measureSpeed(steps: number): void {
    const { speed } = this;
    const now = this.options.now();
    speed.steps += steps;
    const seconds = (now - speed.since) / 1000;
    if (seconds < 0.5) return;
    this.speed = { since: now, steps: 0, perSecond: speed.steps / seconds };
  }

  private noticeDivergence(): void {
    if (!this.session || this.session.isFinite) return;
    const { steps, learningRate } = this.session;
    this.problem = `Training stopped at step ${steps}: the loss is no longer a finite number. The learning rate of ${learningRate} is probably too large; choose a smaller one or limit the gradient, then train again.`;
  }

  private sendWhenAllowed(session: Session): void {
    const { frame, options } = this;
    const wait = Math.max(frameMs, frame.cost / frameShare) - (options.now() - frame.at);
    if (this.awaitsDrawn) this.isDue = true;
    else if (this.rate === 0 || wait <= 0) this.send(session);
  }

  private send(session: Session): void {
    const at = this.options.now();
    const running = this.rate > 0;
    const { steps, epoch, stepsPerEpoch, learningRate } = session;
    const surfaces = session.surfaces(running ? coarseSide : fineSide);
    const values = Float32Array.from(session.network.values);
    const { levels, classes } = surfaces.output;
    const frame: Frame = {
      ...{ opened: this.opened, running, steps, epoch, stepsPerEpoch, learningRate, surfaces, values },
      stepsPerSecond: running ? this.speed.perSecond : undefined,
      train: session.training(),
      validation: session.validation(),
      curve: session.curve.columns(),
      confusion: session.confusion(),
      problem: this.problem,
      commands: this.commands,
    };
    const buffers = [surfaces.units.buffer, levels.buffer, values.buffer, ...(classes ? [classes.buffer] : [])];
    this.onFrame?.(frame, buffers);
    [this.isDue, this.awaitsDrawn] = [false, true];
    this.frame = { at, cost: this.options.now() - at };
  }
}
