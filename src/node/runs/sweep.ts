import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { fileError } from "../../experiments/fileError.ts";
import {
  planSweep,
  type Sweep,
  type SweepSettings,
  sweepSettings,
  type Trial,
  trialsOfRung,
} from "../../experiments/sweep.ts";
import { parseBoundedJson } from "../../formats/boundedJson.ts";
import { explain, problemLines } from "../../schema.ts";
import { DataError } from "../../tensor/errors.ts";
import { makeFolder, writeFileAtomic } from "../atomicFile.ts";
import { readRegularText } from "../readFile.ts";
import { shellLine } from "../shellWords.ts";
import { hasCheckpoint, removeLeftovers } from "./checkpointFiles.ts";
import { readRecord, recordFile } from "./runFolder.ts";
import { lockFolder } from "./runLock.ts";

const sweepFile = "sweep.json";
const saved = v.object({
  format: v.literal("handgrad sweep"),
  version: v.literal(1),
  data: v.optional(v.string()),
  settings: sweepSettings,
});

/** A sweep in its folder: sweep.json says what is tried, trials/<id> are runs like any other. */
export interface SavedSweep {
  readonly folder: string;
  readonly settings: SweepSettings;
  /** what trials take with --data */
  readonly data: string | undefined;
  readonly sweep: Sweep;
}

/** Writes a new sweep's folder. Throws DataError when there is one in it, SettingsError when it does not fit. */
export async function createSweep(folder: string, input: unknown, data?: string): Promise<SavedSweep> {
  const sweep = planSweep(input);
  const { settings } = sweep;
  if (existsSync(join(folder, sweepFile))) {
    throw new DataError(
      `${folder}: there is a sweep in it; go on with ${shellLine("--resume", folder)}, or choose another folder`,
    );
  }
  makeFolder(join(folder, "trials"));
  const content = { format: "handgrad sweep", version: 1, ...(data !== undefined && { data }), settings };
  await writeFileAtomic(join(folder, sweepFile), `${JSON.stringify(content, undefined, 2)}\n`);
  return { folder, settings, data, sweep };
}

export function openSweep(folder: string): SavedSweep {
  const file = join(folder, sweepFile);
  if (!existsSync(file)) throw new DataError(`${file}: missing; the folder holds no sweep`);
  const text = readRegularText(file);
  let json: unknown;
  try {
    json = parseBoundedJson(text);
  } catch (error) {
    throw new DataError(`${file}: damaged, not JSON: ${(error as Error).message.slice(0, 500)}`, { cause: error });
  }
  const result = v.safeParse(saved, json);
  if (!result.success)
    throw new DataError(problemLines(`${file}: damaged, not a sweep`, explain(result.issues).slice(0, 5)));
  const content = result.output;
  try {
    return { folder, settings: content.settings, data: content.data, sweep: planSweep(content.settings) };
  } catch (error) {
    throw fileError(error, file);
  }
}

export function trialFolder({ folder }: SavedSweep, { id }: Trial): string {
  return join(folder, "trials", id);
}

/** The validation accuracies of every trial that has any. */
export function sweepProgress(saved: SavedSweep): Map<string, readonly number[]> {
  const known = saved.sweep.trials.flatMap((trial): [string, readonly number[]][] => {
    const folder = trialFolder(saved, trial);
    return existsSync(join(folder, recordFile)) ? [[trial.id, readRecord(folder).valScore]] : [];
  });
  return new Map(known);
}

/** Whether a trial is trained up to so many epochs, or ended before by its own patience. */
function isDone(saved: SavedSweep, trial: Trial, epochs: number): boolean {
  const folder = trialFolder(saved, trial);
  if (!existsSync(join(folder, recordFile))) return false;
  const { valScore, stopped, config } = readRecord(folder);
  return valScore.length >= epochs || (!stopped && config.epochs >= epochs);
}

export interface RunSweepOptions {
  /** Node, and the script whose command "train" does the work: ["node", "cli/main.ts"] */
  readonly command: readonly [string, ...string[]];
  /** worker processes at a time, each with one thread */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onTrial?: (event: {
    readonly trial: Trial;
    readonly epochs: number;
    readonly done: number;
    readonly all: number;
    readonly best: number;
  }) => void;
}

/**
 * Trains what is not trained yet, in worker processes; each rung begins when the one before is done. Killed at any point, another call
 * goes on: finished trials stay, those under way continue from their checkpoints. Throws DataError when a trial fails (its
 * output is in trials/<id>.log; the others are finished first), the reason of the signal when stopped.
 */
export async function runSweep(saved: SavedSweep, options: RunSweepOptions): Promise<void> {
  const lock = lockFolder(saved.folder);
  try {
    removeLeftovers(saved.folder);
    const { rungs } = saved.sweep;
    const { strategy } = saved.settings;
    for (const [rung, epochs] of rungs.entries()) {
      const factor = strategy.kind === "halving" ? strategy.factor : 1;
      const trials = trialsOfRung(saved.sweep, factor, rung, sweepProgress(saved)) ?? [];
      const open = trials.filter((trial) => !isDone(saved, trial, Math.min(epochs, trial.settings.epochs)));
      let done = trials.length - open.length;
      const failed: string[] = [];
      const work = async (): Promise<void> => {
        for (let trial = open.shift(); trial; trial = open.shift()) {
          options.signal?.throwIfAborted();
          const wanted = Math.min(epochs, trial.settings.epochs);
          // Once more if it fails: a worker of a killed sweep, still starting then, may have taken the folder first
          for (let attempt = 0; attempt < 2 && !isDone(saved, trial, wanted); attempt++) {
            await runTrial(saved, trial, wanted, options);
            options.signal?.throwIfAborted();
          }
          if (!isDone(saved, trial, wanted)) failed.push(trial.id);
          else {
            const best = Math.max(...readRecord(trialFolder(saved, trial)).valScore);
            options.onTrial?.({ trial, epochs: wanted, done: ++done, all: trials.length, best });
          }
        }
      };
      const ends = await Promise.allSettled(Array.from({ length: options.jobs }, work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      if (failed.length > 0) {
        const [first] = failed;
        const log = readRegularText(join(saved.folder, "trials", `${first}.log`))
          .trim()
          .split("\n")
          .slice(-3)
          .join("\n");
        throw new DataError(
          `${failed.length} of ${trials.length} trials failed (${failed.join(", ")}); ${first} said:\n${log}`,
        );
      }
    }
  } finally {
    lock.release();
  }
}

/** A worker ends, with a checkpoint, when the process that started it is gone, however that went. */
const endWithParent =
  "data:text/javascript,process.on('disconnect',()=>process.kill(process.pid,'SIGTERM'));process.channel?.unref()";

/** One worker: a new run, or one that goes on where it was. */
async function runTrial(
  saved: SavedSweep,
  trial: Trial,
  epochs: number,
  { command, signal }: RunSweepOptions,
): Promise<void> {
  const folder = trialFolder(saved, trial);
  // A worker of a killed sweep may still be at it, and may even finish
  if (existsSync(folder)) await untilFree(folder);
  if (isDone(saved, trial, epochs)) return;
  const begun = hasCheckpoint(folder);
  const [program, ...before] = command;
  const what = begun
    ? ["--resume", folder, "--epochs", String(epochs)]
    : ["--settings", JSON.stringify({ ...trial.given, epochs }), "--out", folder];
  const data = saved.data === undefined ? [] : ["--data", saved.data];
  const args = ["--import", endWithParent, ...before, "train", ...what, "--no-report", "--threads", "1", ...data];
  const log = openSync(join(saved.folder, "trials", `${trial.id}.log`), "a");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", log, log, "ipc"] });
    closeSync(log);
    const stop = () => child.kill("SIGTERM"); // it keeps a checkpoint and ends
    signal?.addEventListener("abort", stop, { once: true });
    child.on("error", reject);
    child.on("exit", () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
  });
}

/** Waits for the worker of a killed sweep to end: it does so within a moment. */
async function untilFree(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      lockFolder(folder).release();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
