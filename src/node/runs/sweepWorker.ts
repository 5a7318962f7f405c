import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "../../experiments/sweep.ts";
import { readRegularText } from "../readFile.ts";
import { lockFolder } from "./runLock.ts";
import { isDone, type SavedSweep, trialFolder } from "./sweepFolder.ts";

/** A request to a worker: train a new trial or continue one. */
export interface TrialRequest {
  readonly id: string;
  readonly epochs: number;
}

/** The message that a worker sends when a trial has ended; a failure contains the error. */
export interface TrialAnswer {
  readonly id: string;
  readonly error?: string;
}

/** A worker writes a checkpoint and ends when its parent process has ended for any reason. */
const endWithParent =
  "data:text/javascript,process.on('disconnect',()=>process.kill(process.pid,'SIGTERM'));process.channel?.unref()";

/**
 * A process that trains one trial after the other and reads the data once. It is started with its first trial, and again if it
 * ended unexpectedly. Its output is in trials/worker-<number>.log.
 */
export class SweepWorker {
  private readonly saved: SavedSweep;
  private readonly log: string;
  private readonly command: readonly [string, ...string[]];
  private child: ChildProcess | undefined;
  private stopped = false;

  constructor(saved: SavedSweep, number: number, command: readonly [string, ...string[]]) {
    this.saved = saved;
    this.log = join(saved.folder, "trials", `worker-${number}.log`);
    this.command = command;
  }

  /**
   * Resolves when the trial has ended, successfully or not; its folder contains the result. The output of a failed trial is in
   * trials/<id>.log.
   */
  async train(trial: Trial, epochs: number): Promise<void> {
    const folder = trialFolder(this.saved, trial);
    // A worker of a killed sweep may still train the trial, and may even finish it
    if (existsSync(folder)) await untilFree(folder);
    if (isDone(this.saved, trial, epochs) || this.stopped) return;
    const request: TrialRequest = { id: trial.id, epochs };
    const child = this.running();
    const error = await new Promise<string | undefined>((resolve) => {
      const onAnswer = (answer: TrialAnswer) => end(answer.error);
      const onExit = () => end(this.stopped ? undefined : this.lastWords());
      const onError = ({ message }: Error) => end(message);
      const end = (said: string | undefined) => {
        child.off("message", onAnswer).off("exit", onExit).off("error", onError);
        resolve(said);
      };
      child.on("message", onAnswer).on("exit", onExit).on("error", onError);
      if (child.exitCode !== null || child.signalCode !== null) onExit();
      else child.send(request, () => {}); // `exit` reports a process that has ended
    });
    if (error !== undefined) appendFileSync(join(this.saved.folder, "trials", `${trial.id}.log`), `${error}\n`);
  }

  /** Ctrl-C: the current trial writes a checkpoint, and the process ends. */
  stop(): void {
    this.stopped = true;
    this.child?.kill("SIGTERM");
  }

  async end(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (child.connected) child.disconnect();
    await gone;
  }

  private running(): ChildProcess {
    if (this.child?.connected && this.child.exitCode === null && this.child.signalCode === null) return this.child;
    const [program, ...before] = this.command;
    const log = openSync(this.log, "a");
    const args = ["--import", endWithParent, ...before, "sweep", "--resume", this.saved.folder, "--worker"];
    this.child = spawn(program, args, { stdio: ["ignore", log, log, "ipc"] });
    this.child.on("error", () => {}); // `train` waits for it too, while a trial is under way
    closeSync(log);
    return this.child;
  }

  /** The exit code and the last lines of the log. */
  private lastWords(): string {
    const { exitCode, signalCode } = this.child ?? {};
    const lines = existsSync(this.log) ? readRegularText(this.log).trim().split("\n").slice(-3).join("\n") : "";
    return `the worker process ended (${signalCode ?? `exit code ${exitCode}`})${lines ? `:\n${lines}` : ""}`;
  }
}

/** Waits until the worker of a killed sweep has ended, which it does soon. */
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
