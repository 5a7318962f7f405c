import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Trial, trialsOfRung } from "../../experiments/sweep.ts";
import { DataError } from "../../tensor/errors.ts";
import { hasCheckpoint, recoverCheckpoint } from "./checkpointFiles.ts";
import { lockFile } from "./runLock.ts";
import { type Claim, SweepClaims } from "./sweepClaims.ts";
import { isDone, type SavedSweep, sweepProgress, trialFolder } from "./sweepFolder.ts";
import { type TrialParts, trainTrial } from "./sweepTrials.ts";

export interface WorkEvents {
  onStart?(trial: Trial, epochs: number, takenOver: boolean): void;
  /** called after each trial, and while waiting for trials of other workers */
  onEnd?(trial: Trial, epochs: number): void;
  onWait?(open: number): void;
}

export interface WorkOptions extends WorkEvents, Omit<TrialParts, "signal"> {
  readonly signal: AbortSignal;
  /** seconds without a heartbeat after which another worker counts as ended */
  readonly lease: number;
}

/**
 * Trains trials of a sweep that no other worker trains, until none is left. Any number of processes on any number of machines may
 * do so in the same folder. A rung of successive halving begins when all trials of the previous rung are finished by any worker.
 * Trials of workers that have ended continue from their checkpoints, with the bits of an uninterrupted sweep. Throws DataError if
 * trials fail.
 */
export async function workOnSweep(saved: SavedSweep, { lease, signal, ...options }: WorkOptions): Promise<void> {
  let current: AbortController | undefined;
  const claims = new SweepClaims(saved.folder, {
    lease,
    onLost: (trial) =>
      current?.abort(new DataError(`${trial}: another worker has taken it over, because this one had no heartbeat`)),
  });
  const failed = new Map<string, string>();
  try {
    for (const [rung, epochs] of saved.sweep.rungs.entries()) await workOnRung(rung, epochs);
    claims.clear();
  } finally {
    await claims.close();
  }

  async function workOnRung(rung: number, epochs: number): Promise<void> {
    let waited = false;
    for (;;) {
      signal.throwIfAborted();
      const open = openTrials(saved, rung, epochs);
      if (open?.length === 0) return;
      const took = await trainOne(open ?? [], epochs);
      if (took) {
        waited = false;
        continue;
      }
      if (open?.every(({ id }) => failed.has(id))) throw failure(failed, open.length);
      if (!waited) options.onWait?.(open?.length ?? 0);
      waited = true;
      await delay(Math.min(1000, 100 * lease), undefined, { signal }).catch(() => {});
    }
  }

  /** Trains the first trial that can be claimed; false if there is none. */
  async function trainOne(open: readonly Trial[], epochs: number): Promise<boolean> {
    for (const trial of open) {
      if (failed.has(trial.id)) continue;
      const wanted = Math.min(epochs, trial.settings.epochs);
      const claim = claims.claim(trial.id, stepsOf(saved, trial));
      if (claim === "failed")
        failed.set(trial.id, "its workers repeatedly ended without progress; check the available memory and time");
      if (typeof claim === "string") continue;
      await train(trial, wanted, claim);
      return true;
    }
    return false;
  }

  async function train(trial: Trial, epochs: number, claim: Claim): Promise<void> {
    current = new AbortController();
    try {
      if (isDone(saved, trial, epochs)) return; // finished since the list was made
      // The claim proves that the process that locked the folder has ended, also on another machine
      if (claim.takenOver) rmSync(join(trialFolder(saved, trial), lockFile), { force: true });
      options.onStart?.(trial, epochs, claim.takenOver);
      await trainTrial(saved, trial, epochs, { ...options, signal: AbortSignal.any([signal, current.signal]) });
      if (isDone(saved, trial, epochs)) options.onEnd?.(trial, epochs);
    } catch (error) {
      if (signal.aborted) throw error;
      if (!current.signal.aborted) failed.set(trial.id, (error as Error).message);
    } finally {
      current = undefined;
      claims.release(claim);
    }
  }
}

/** The unfinished trials of a rung; undefined while the previous rung is unfinished. */
function openTrials(saved: SavedSweep, rung: number, epochs: number): Trial[] | undefined {
  const { strategy } = saved.settings;
  const factor = strategy.kind === "halving" ? strategy.factor : 1;
  const trials = trialsOfRung(saved.sweep, factor, rung, sweepProgress(saved));
  return trials?.filter((trial) => !isDone(saved, trial, Math.min(epochs, trial.settings.epochs)));
}

/** The number of steps in the newest checkpoint of a trial. */
function stepsOf(saved: SavedSweep, trial: Trial): number {
  const folder = trialFolder(saved, trial);
  if (!hasCheckpoint(folder)) return 0;
  try {
    return recoverCheckpoint(folder).state.history.loss.length;
  } catch {
    return 0; // damaged: training the trial reports it
  }
}

function failure(failed: ReadonlyMap<string, string>, open: number): DataError {
  const [[first, said]] = failed;
  const names = [...failed.keys()];
  const list = `${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}`;
  return new DataError(`${open} trials failed (${list}); ${first} said:\n${said}`);
}
