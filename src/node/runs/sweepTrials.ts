import { join } from "node:path";
import type { DataSource } from "../../experiments/dataSource.ts";
import type { TrainSettings } from "../../experiments/settings.ts";
import type { Trial } from "../../experiments/sweep.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { DataError } from "../../tensor/errors.ts";
import { writeFileAtomic } from "../atomicFile.ts";
import { hasCheckpoint } from "./checkpointFiles.ts";
import { type KernelRecord, RunFolder, type SavedRun } from "./savedRun.ts";
import { divergedFile, type SavedSweep, trialFolder } from "./sweepFolder.ts";
import type { TrialAnswer, TrialRequest } from "./sweepWorker.ts";
import { runTraining, TrainingFailure } from "./trainingRun.ts";

// The code of the worker process; see sweepWorker.ts.

export interface TrialParts {
  /** the data of a trial; most trials share it */
  readonly sourceOf: (trial: Trial) => Promise<DataSource>;
  /** the kernels that the trial was started with, if it was started */
  readonly kernelsOf: (
    saved: SavedRun | undefined,
    settings: TrainSettings,
  ) => {
    readonly kernels: Kernels;
    readonly kernelRecord: KernelRecord;
  };
  readonly signal: AbortSignal;
}

/** Trains a trial up to this number of epochs, from its checkpoint if it has one. */
export async function trainTrial(
  sweep: SavedSweep,
  trial: Trial,
  epochs: number,
  { sourceOf, kernelsOf, signal }: TrialParts,
): Promise<void> {
  const path = trialFolder(sweep, trial);
  const folder = hasCheckpoint(path) ? RunFolder.resume(path) : RunFolder.create(path);
  try {
    const saved = hasCheckpoint(path) ? folder.saved() : undefined;
    const settings: TrainSettings = saved
      ? { ...saved.settings, epochs: Math.max(epochs, saved.settings.epochs) }
      : { ...trial.settings, epochs };
    const source = await sourceOf(trial);
    await runTraining({
      ...{ folder, settings, source, saved, signal, ...kernelsOf(saved, settings) },
      checkpointEvery: { seconds: 10 },
      tensorboard: true,
    });
  } catch (error) {
    if (!(error instanceof TrainingFailure)) throw error;
    await writeFileAtomic(join(path, divergedFile), `${error.message}\n`);
  } finally {
    folder.close();
  }
}

/** Trains the trials that the parent process names, one after the other, until it disconnects or the signal is aborted. */
export async function serveTrials(sweep: SavedSweep, parts: TrialParts): Promise<void> {
  if (!process.send)
    throw new DataError("sweep --worker: expected to be started by a sweep; use sweep without --worker");
  const answer = (message: TrialAnswer) => process.send?.(message);
  const trials = new Map(sweep.sweep.trials.map((trial) => [trial.id, trial]));
  let queue = Promise.resolve();
  const ended = new Promise<void>((resolve) => {
    process.once("disconnect", resolve);
    parts.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  process.channel?.ref(); // sweepWorker.ts lets the process end without it
  process.on("message", ({ id, epochs }: TrialRequest) => {
    queue = queue.then(async () => {
      const trial = trials.get(id);
      if (!trial || parts.signal.aborted) return;
      try {
        await trainTrial(sweep, trial, epochs, parts);
        answer({ id });
      } catch (error) {
        answer({ id, error: (error as Error).message });
      }
    });
  });
  await ended;
  await queue;
  if (process.connected) process.disconnect?.();
}
