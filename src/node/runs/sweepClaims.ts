import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as v from "valibot";
import { makeFolder } from "../atomicFile.ts";
import { claimFile, readIfThere } from "./runLock.ts";

const claimContent = v.object({
  worker: v.string(),
  host: v.string(),
  pid: v.number(),
  /** the number of steps in the trial's checkpoint when it was claimed */
  steps: v.number(),
  /** how many times in a row it was taken over from a worker that ended without progress */
  takeovers: v.number(),
});

/** A trial that a worker has claimed. */
export interface Claim {
  readonly trial: string;
  /** whether it was taken over from a worker that has ended */
  readonly takenOver: boolean;
}

type Content = v.InferOutput<typeof claimContent>;

export interface ClaimsOptions {
  /** seconds without a heartbeat after which a worker counts as ended */
  readonly lease: number;
  /** called if another worker took over the current trial, because this process was suspended for longer than the lease */
  readonly onLost: (trial: string) => void;
}

/** If workers end on a trial this many times in a row without progress, it is not tried again. */
const mostTakeovers = 20;

/**
 * Claims of trials by workers on any number of machines that share a folder. `claims/<trial>.claim` names the worker that trains
 * a trial; it is made by a hard link, which is atomic on NFS as well. `claims/<worker>.beat` contains a counter that its worker
 * increases. A worker counts as ended if its counter does not change for `lease` seconds on the clock of the watcher, so no times
 * are compared between machines. Only one of several watchers takes over, because a file can be renamed only once.
 */
export class SweepClaims {
  readonly #folder: string;
  readonly #worker: string = randomUUID();
  readonly #lease: number;
  readonly #beat: Worker;
  readonly #seen = new Map<string, { readonly count: string; readonly since: number }>();
  readonly #now: () => number;
  #held: string | undefined;

  constructor(
    sweepFolder: string,
    { lease, onLost }: ClaimsOptions,
    now: () => number = () => performance.now() / 1000,
  ) {
    this.#folder = join(sweepFolder, "claims");
    this.#lease = lease;
    this.#now = now;
    makeFolder(this.#folder);
    this.#beat = startBeat({ folder: this.#folder, worker: this.#worker, everySeconds: lease / 6 });
    this.#beat.on("message", (trial: string) => {
      if (this.#held === trial) onLost(trial);
    });
    this.#beat.on("error", () => onLost(this.#held ?? "")); // without a heartbeat this worker counts as ended
  }

  /**
   * Claims a trial unless a running worker has it. Returns "taken" if another worker has it, and "failed" if workers repeatedly
   * ended on it.
   */
  claim(trial: string, steps: number): Claim | "taken" | "failed" {
    const path = this.#path(trial);
    const found = readClaim(path);
    if (!found) return this.#take(trial, { steps, takeovers: 0 }, false);
    if (!this.#hasEnded(found)) return "taken";
    const takeovers = steps > found.steps ? 0 : found.takeovers + 1;
    if (takeovers > mostTakeovers) return "failed";
    const aside = join(this.#folder, `${trial}.${this.#worker}.old`);
    try {
      renameSync(path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "taken"; // another worker was faster
      throw error;
    }
    const moved = readClaim(aside);
    rmSync(aside, { force: true });
    if (moved && moved.worker !== found.worker) {
      // Another worker took it over between the two steps, so its claim is restored
      claimFile(path, JSON.stringify(moved));
      return "taken";
    }
    return this.#take(trial, { steps, takeovers }, true);
  }

  #take(trial: string, { steps, takeovers }: Pick<Content, "steps" | "takeovers">, takenOver: boolean) {
    const mine = { worker: this.#worker, host: hostname(), pid: process.pid, steps, takeovers };
    if (!claimFile(this.#path(trial), JSON.stringify(mine))) return "taken";
    this.#hold(trial);
    return { trial, takenOver };
  }

  #hold(trial: string | undefined): void {
    this.#held = trial;
    this.#beat.postMessage(trial);
  }

  /** Whether this worker still has the trial. */
  holds({ trial }: Claim): boolean {
    return readClaim(this.#path(trial))?.worker === this.#worker;
  }

  release(claim: Claim): void {
    this.#hold(undefined);
    if (this.holds(claim)) rmSync(this.#path(claim.trial), { force: true });
  }

  /** For a finished sweep: removes the claims of workers that were killed after the last step of a trial. No worker takes these over. */
  clear(): void {
    this.#remove(() => true);
  }

  /** Ends the heartbeat. Remaining claims can then be taken over at once. */
  async close(): Promise<void> {
    await this.#beat.terminate();
    this.#remove((path) => readClaim(path)?.worker === this.#worker);
    rmSync(this.#beatPath(this.#worker), { force: true });
  }

  #remove(isChosen: (path: string) => boolean): void {
    for (const name of readdirSync(this.#folder).filter((one) => one.endsWith(".claim"))) {
      const path = join(this.#folder, name);
      if (isChosen(path)) rmSync(path, { force: true });
    }
  }

  #hasEnded({ worker }: Content): boolean {
    if (worker === this.#worker) return false;
    const path = this.#beatPath(worker);
    // A worker removes its counter when it ends normally, and writes it before its first claim
    if (!existsSync(path)) return true;
    const count = readIfThere(path) ?? "";
    const known = this.#seen.get(worker);
    if (known?.count !== count) {
      this.#seen.set(worker, { count, since: this.#now() });
      return false;
    }
    return this.#now() - known.since > this.#lease;
  }

  #path(trial: string): string {
    return join(this.#folder, `${trial}.claim`);
  }

  #beatPath(worker: string): string {
    return join(this.#folder, `${worker}.beat`);
  }
}

function readClaim(path: string): Content | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return v.parse(claimContent, JSON.parse(text));
  } catch {
    return { worker: "unknown", host: "", pid: 0, steps: 0, takeovers: 0 }; // damaged: it can be taken over
  }
}

interface BeatOptions {
  readonly folder: string;
  readonly worker: string;
  readonly everySeconds: number;
}

/**
 * A separate thread increases the counter, so that a worker with long computations does not count as ended. It also checks
 * whether this worker still has its current trial, and sends a message if not.
 */
function startBeat({ folder, worker, everySeconds }: BeatOptions): Worker {
  const path = join(folder, `${worker}.beat`);
  writeFileSync(path, "0", { flush: true });
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { readFileSync, renameSync, writeFileSync } = require("node:fs");
    const { path, folder, worker, milliseconds } = workerData;
    let held;
    let count = 0;
    const ownerOf = (trial) => {
      try {
        return JSON.parse(readFileSync(folder + "/" + trial + ".claim", "utf8")).worker;
      } catch {
        return undefined;
      }
    };
    parentPort.on("message", (trial) => { held = trial; });
    setInterval(() => {
      if (held !== undefined && ownerOf(held) !== worker) parentPort.postMessage(held);
      writeFileSync(path + ".new", String(++count), { flush: true });
      renameSync(path + ".new", path);
    }, milliseconds);
  `;
  const thread = new Worker(code, {
    eval: true,
    workerData: { path, folder, worker, milliseconds: 1000 * everySeconds },
  });
  thread.unref();
  return thread;
}
