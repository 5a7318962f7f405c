import { HandgradError } from "../tensor/errors.ts";
import { Checkpointing } from "./checkpointing.ts";
import type { FitOptions, TrainingEvent } from "./fitOptions.ts";
import { NonFiniteError } from "./guard.ts";
import type { History } from "./history.ts";
import { StoppedTogether } from "./sharding.ts";
import { Trainer } from "./trainer.ts";
import type { Best, TrainerState } from "./trainerState.ts";

export type { EpochEvent, FitOptions, StepEvent, TrainingEvent } from "./fitOptions.ts";

export interface FitResult {
  readonly history: History;
  /** the parameters with the best validation score, as copies; undefined if no epoch was finished */
  readonly best: Best | undefined;
  readonly stopped: boolean;
  /** for a run that was stopped: the state for `resume` */
  readonly state?: TrainerState;
}

/** A callback, or the saving of a checkpoint, threw its `cause`. The results so far are in `result`. */
export class TrainingError extends HandgradError {
  override name = "TrainingError";
  readonly result: FitResult;

  constructor(message: string, { cause, result }: { readonly cause: unknown; readonly result: FitResult }) {
    super(message, { cause });
    this.result = result;
  }
}

/**
 * Trains for a number of epochs; after each, the scores over the whole training and validation data.
 * The network is left with its last parameters; those of the best epoch are in the result.
 * Throws SettingsError for epochs or a batch size below 1, NonFiniteError if numbers are no longer finite, TrainingError for errors of a
 * callback: the run up to there is saved as a checkpoint, and in the error.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const trainer = new Trainer(options);
  const { signal, checkpoint, resume, onStep, onEpoch } = options;
  if (resume) trainer.restore(resume);
  const checkpoints = checkpoint && new Checkpointing(trainer, checkpoint);
  const events = trainer[Symbol.asyncIterator]();
  let stopped = false;
  while (!stopped) {
    let event: TrainingEvent;
    try {
      const next = await events.next();
      if (next.done) break;
      event = next.value;
    } catch (error) {
      if (!(error instanceof StoppedTogether) && (!signal?.aborted || error !== signal.reason)) throw error;
      stopped = true;
      break;
    }
    try {
      if (event.kind === "step") onStep?.(event);
      else onEpoch?.(event);
      await checkpoints?.after(event);
    } catch (cause) {
      throw await interrupted(trainer, checkpoints, cause);
    }
  }
  try {
    await checkpoints?.last();
  } catch (cause) {
    throw await interrupted(trainer, undefined, cause);
  }
  return resultOf(trainer, stopped);
}

/**
 * The events of training, one after each step and each epoch; leaving the loop stops the run, and `trainer.state()` or
 * another loop over the same trainer continues it. Throws the reason of `options.signal` when that is aborted.
 *
 *     for await (const event of training(options)) if (event.kind === "epoch") console.log(event.valScore);
 */
export function training(options: FitOptions): Trainer {
  const trainer = new Trainer(options);
  if (options.resume) trainer.restore(options.resume);
  return trainer;
}

function resultOf(trainer: Trainer, stopped: boolean): FitResult {
  const { history, best } = trainer;
  return { history, best, stopped, ...(stopped && { state: trainer.state() }) };
}

async function interrupted(trainer: Trainer, checkpoints: Checkpointing | undefined, cause: unknown): Promise<Error> {
  if (cause instanceof NonFiniteError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  let message = `training was stopped after ${trainer.steps} steps by an error: ${said}`;
  try {
    await checkpoints?.last();
  } catch (error) {
    message += `\nand the checkpoint could not be saved: ${(error as Error).message}`;
  }
  return new TrainingError(message, { cause, result: resultOf(trainer, true) });
}
