import { join } from "node:path";
import { type Trial, trialsOfRung } from "../../experiments/sweep.ts";
import { DataError } from "../../tensor/errors.ts";
import { highestScore } from "../../training/history.ts";
import { readRegularText } from "../readFile.ts";
import { removeLeftovers } from "./checkpointFiles.ts";
import { readRecord } from "./runFolder.ts";
import { lockFolder } from "./runLock.ts";
import { divergence, isDone, type SavedSweep, sweepProgress, trialFolder } from "./sweepFolder.ts";
import { SweepWorker } from "./sweepWorker.ts";

export interface TrialEvent {
  readonly trial: Trial;
  readonly epochs: number;
  readonly done: number;
  readonly all: number;
  /** the best validation score; undefined for a trial that diverged */
  readonly best: number | undefined;
}

export interface RunSweepOptions {
  /** Node and the script that runs "sweep --resume DIR --worker": ["node", "cli/main.ts"] */
  readonly command: readonly [string, ...string[]];
  /** the number of worker processes, each with one thread; each reads the data once */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onTrial?: (event: TrialEvent) => void;
}

/**
 * Trains the remaining trials in worker processes. Each rung begins when the previous one is finished. After an interruption at
 * any point, another call continues: finished trials are kept, others continue from their checkpoints. Throws DataError if a
 * trial fails (its output is in trials/<id>.log; the others are finished first), and the signal's reason if stopped. A trial that
 * diverges does not fail; it ranks last.
 */
export async function runSweep(saved: SavedSweep, options: RunSweepOptions): Promise<void> {
  const lock = lockFolder(saved.folder);
  const workers = Array.from({ length: options.jobs }, (_, i) => new SweepWorker(saved, i + 1, options.command));
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    removeLeftovers(saved.folder);
    for (const [rung, epochs] of saved.sweep.rungs.entries()) await runRung(saved, { rung, epochs, workers }, options);
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.end()));
    lock.release();
  }
}

interface Rung {
  readonly rung: number;
  readonly epochs: number;
  readonly workers: readonly SweepWorker[];
}

async function runRung(saved: SavedSweep, { rung, epochs, workers }: Rung, options: RunSweepOptions): Promise<void> {
  const { strategy } = saved.settings;
  const factor = strategy.kind === "halving" ? strategy.factor : 1;
  const trials = trialsOfRung(saved.sweep, factor, rung, sweepProgress(saved)) ?? [];
  const open = trials.filter((trial) => !isDone(saved, trial, Math.min(epochs, trial.settings.epochs)));
  let done = trials.length - open.length;
  const failed: string[] = [];
  const work = async (worker: SweepWorker): Promise<void> => {
    for (let trial = open.shift(); trial; trial = open.shift()) {
      options.signal?.throwIfAborted();
      const wanted = Math.min(epochs, trial.settings.epochs);
      // Tries again after a failure: a worker of a killed sweep may have locked the folder first
      for (let attempt = 0; attempt < 2 && !isDone(saved, trial, wanted); attempt++) {
        await worker.train(trial, wanted);
        options.signal?.throwIfAborted();
      }
      if (!isDone(saved, trial, wanted)) failed.push(trial.id);
      else options.onTrial?.({ trial, epochs: wanted, done: ++done, all: trials.length, best: bestOf(saved, trial) });
    }
  };
  const ends = await Promise.allSettled(workers.map(work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  if (failed.length === 0) return;
  const [first] = failed;
  const said = readRegularText(join(saved.folder, "trials", `${first}.log`))
    .trim()
    .split("\n")
    .slice(-3)
    .join("\n");
  throw new DataError(
    `${failed.length} of ${trials.length} trials failed (${failed.slice(0, 20).join(", ")}${failed.length > 20 ? ", …" : ""}); ${first} said:\n${said}`,
  );
}

function bestOf(saved: SavedSweep, trial: Trial): number | undefined {
  if (divergence(saved, trial) !== undefined) return undefined;
  return highestScore(readRecord(trialFolder(saved, trial)).valScore);
}
