import type { CheckpointOptions, TrainingEvent } from "./fitOptions.ts";
import type { Trainer } from "./trainer.ts";

/**
 * Without `steps`, the time between states is at least this, even if epochs are shorter, and a hundred times the time that saving one
 * takes: saving costs at most 1 % if it takes up to 6 seconds. The limit is for clocks that jump (a laptop that slept, a process that was
 * stopped): without it, one jump could delay all further checkpoints.
 */
const leastMilliseconds = 1000;
const leastMultiple = 100;
const mostMilliseconds = 600_000;

/** Decides when a checkpoint is due, and writes only one at a time. */
export class Checkpointing {
  private readonly trainer: Trainer;
  private readonly options: CheckpointOptions;
  private readonly now: () => number;
  private savedAt: number;
  private savedSteps: number;
  private savedEpoch: number;
  private distance = leastMilliseconds;
  private due: boolean;
  private writing: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(trainer: Trainer, options: CheckpointOptions) {
    this.trainer = trainer;
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    this.savedAt = -Infinity;
    this.due = trainer.steps === 0; // a new run writes its first checkpoint at the start
    this.savedSteps = trainer.steps;
    this.savedEpoch = trainer.epoch;
    if (!this.due) this.savedAt = this.now();
  }

  /** Called after each event; costs a comparison if nothing is due. Rethrows errors of `save`. */
  async after(event: TrainingEvent): Promise<void> {
    const { steps, seconds = Infinity } = this.options;
    const now = this.now();
    if (now < this.savedAt) this.savedAt = now; // a clock that was set back must not delay all checkpoints
    if (event.kind === "epoch" || (steps !== undefined && this.trainer.steps - this.savedSteps >= steps))
      this.due = true;
    else if (now - this.savedAt >= 1000 * seconds) this.due = true;
    if (!this.due) return;
    if (steps === undefined && (this.writing || now - this.savedAt < this.distance)) return;
    await this.writing;
    this.throwFailure();
    this.write();
  }

  /** Saves the current state unless it is already saved; returns when it is. */
  async last(): Promise<void> {
    await this.writing;
    const { steps, epoch } = this.trainer;
    if (this.due || this.failure || steps !== this.savedSteps || epoch !== this.savedEpoch) {
      this.failure = undefined;
      this.write();
      await this.writing;
    }
    this.throwFailure();
  }

  private write(): void {
    const { trainer } = this;
    const began = this.now();
    const state = trainer.verifiedState();
    this.due = false;
    this.savedAt = this.now();
    this.savedSteps = trainer.steps;
    this.savedEpoch = trainer.epoch;
    const save = async (): Promise<void> => this.options.save(state);
    this.writing = save()
      .catch((error: unknown) => {
        this.failure = { error };
      })
      .finally(() => {
        this.writing = undefined;
      });
    const held = leastMultiple * (this.now() - began);
    this.distance = Math.min(Math.max(leastMilliseconds, held), mostMilliseconds);
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure.error;
  }
}
