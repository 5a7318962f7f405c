import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RandomState } from "../src/index.ts";

const child = fileURLToPath(new URL("soakRun.ts", import.meta.url));

export interface SoakCase {
  readonly kind: "sgd" | "adam";
  readonly kernels: string;
  readonly epochs?: number;
}

export interface SoakOutcome {
  readonly hash: string;
  readonly kills: number;
  /** the number of kills that left an incomplete checkpoint */
  readonly torn: number;
  /** the number of kills after which steps had to be repeated or the run started again */
  readonly startedAt: readonly number[];
  readonly problems: readonly string[];
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function start(
  folder: string,
  { kind, kernels, epochs = 10 }: SoakCase,
  threads: number,
): { process: ChildProcess; ended: Promise<Ended> } {
  const started = spawn(process.execPath, [child, folder, kind, kernels, String(threads), String(epochs)]);
  let output = "";
  for (const stream of [started.stdout, started.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    started.on("close", (code) => resolve({ code, output }));
    started.on("error", (error) => resolve({ code: -1, output: error.message }));
  });
  return { process: started, ended };
}

/** The hash of the uninterrupted run. */
export async function uninterrupted(run: SoakCase): Promise<{ hash: string; milliseconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), "handgrad-soak-"));
  const began = performance.now();
  const { code, output } = await start(folder, run, 1).ended;
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(`the uninterrupted run failed: ${output}`);
  return { hash: hashIn(output), milliseconds: performance.now() - began };
}

/**
 * A run that is killed 1 to 4 times, at random times or while it writes a checkpoint, with 1 or 2 threads each time, and then
 * runs to its end.
 */
export async function interrupted(run: SoakCase, seed: number, milliseconds: number): Promise<SoakOutcome> {
  const random = new RandomState(seed);
  const folder = mkdtempSync(join(tmpdir(), "handgrad-soak-"));
  const startedAt: number[] = [];
  const problems: string[] = [];
  let torn = 0;
  let kills = 0;
  const wanted = random.randint(1, 5);
  try {
    for (let attempt = 0; attempt < 12; attempt++) {
      const { process, ended } = start(folder, run, random.randint(1, 3));
      let dead = false;
      const kill = () => {
        if (!dead) process.kill("SIGKILL");
        dead = true;
      };
      const cancel = kills < wanted ? planKill(folder, random, milliseconds, kill) : () => {};
      const { code, output } = await ended;
      cancel();
      const begin = /begin (\d+)/.exec(output)?.[1];
      if (begin !== undefined) startedAt.push(Number(begin));
      if (dead && code === null) {
        kills++;
        if (readdirSync(folder).some((name) => name.endsWith(".tmp") || name.startsWith(".next"))) torn++;
      } else if (code === 0) {
        return { hash: hashIn(output), kills, torn, startedAt, problems };
      } else {
        problems.push(output);
      }
    }
    return { hash: "never ended", kills, torn, startedAt, problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Half of the kills are after a random time, half while a checkpoint is written. */
function planKill(folder: string, random: RandomState, milliseconds: number, kill: () => void): () => void {
  if (random.randomSample() < 0.5) {
    const timer = setTimeout(kill, random.uniform(0.2, 1) * milliseconds);
    return () => clearTimeout(timer);
  }
  let left = random.randint(1, 80);
  const delay = random.randint(0, 3);
  const watcher = watch(folder, (_, name) => {
    if (!name?.endsWith(".tmp") || --left > 0) return;
    if (delay === 0) kill();
    else setTimeout(kill, delay);
  });
  return () => watcher.close();
}

function hashIn(output: string): string {
  return /end \d+ ([0-9a-f]{64})/.exec(output)?.[1] ?? `no hash in: ${output.slice(-500)}`;
}

/** The kernels with threads that this machine has. */
export function soakCases(kernels: readonly string[]): SoakCase[] {
  return kernels.flatMap((name) => [
    { kind: "sgd" as const, kernels: name },
    { kind: "adam" as const, kernels: name },
  ]);
}
