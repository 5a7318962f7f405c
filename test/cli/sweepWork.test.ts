import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { SweepClaims } from "../../src/node/runs/sweepClaims.ts";
import { openSweep, readRecord } from "../../src/node.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder("handgrad-sweep-work-");
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

function handgrad(...args: string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(root, "cli/main.ts"), ...args], { cwd: folder });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  return { child, output: () => text };
}

async function finished(...args: string[]): Promise<string> {
  const { child, output } = handgrad(...args);
  const [code] = await once(child, "close");
  expect(code, output()).toBe(0);
  return output();
}

const settings = { layers: [3072, 8, 20], trainImages: 400, epochs: 9, initScale: 0.01, batchSize: 20 };
const halving = ["--strategy", "halving", "--trials", "4", "--factor", "3", "--first-epochs", "1"];
const sweep = ["sweep", "--data", "stand-in", "--vary", "learningRate=0.01..0.2:log", "--seeds", "1,2", ...halving];
const plan = (out: string): string[] => [...sweep, "--settings", JSON.stringify(settings), "--out", out];

/** All that a trial has learned, and its scores. */
function resultsOf(place: string): Record<string, unknown> {
  const trials = openSweep(join(folder, place)).sweep.trials.map(({ id }) => id);
  return Object.fromEntries(
    trials.map((id) => {
      const path = join(folder, place, "trials", id);
      const { loss, valScore, config } = readRecord(path);
      const parameters = readFileSync(join(path, "last.safetensors")).toString("base64");
      return [id, { loss, valScore, epochs: config.epochs, parameters }];
    }),
  );
}

describe("workers on one sweep", () => {
  beforeAll(async () => {
    await finished(...plan("alone"), "--jobs", "1");
  });

  test("killed at random, they lose no trial, finish none twice, and reach the bits of one machine", async () => {
    await finished(...plan("shared"), "--plan");
    const random = new RandomState(3);
    const outputs: (() => string)[] = [];
    const start = (): ChildProcess => {
      const { child, output } = handgrad("sweep", "work", "shared", "--lease", "1");
      outputs.push(output);
      return child;
    };
    const workers = [start(), start(), start()];
    let kills = 0;
    while (workers.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      await new Promise((done) => setTimeout(done, 800 + 1000 * random.randomSample()));
      const victim = random.randint(0, workers.length);
      const running = workers[victim].exitCode === null && workers[victim].signalCode === null;
      if (running && kills < 3) {
        workers[victim].kill("SIGKILL");
        workers[victim] = start();
        kills++;
      }
    }
    const all = outputs.map((output) => output()).join("\n");
    for (const { exitCode } of workers) expect(exitCode, all).toBe(0);
    expect(kills, all).toBeGreaterThan(0);
    const { sweep: planned } = openSweep(join(folder, "shared"));
    expect(resultsOf("shared")).toEqual(resultsOf("alone"));
    // a trial ends at most once in each rung: 8 trials in the first, then 2, then 2
    const ends = all.match(/^\S+ {2}done$/gm) ?? [];
    expect(ends.length).toBeLessThanOrEqual(8 + 2 + 2);
    for (const { id } of planned.trials) {
      const epochs = readRecord(join(folder, "shared", "trials", id)).valScore.length;
      const rungs = [1, 3, 9].filter((rung) => rung <= epochs).length;
      expect(ends.filter((line) => line.startsWith(id)).length).toBeLessThanOrEqual(rungs);
    }
    expect(readdirSync(join(folder, "shared", "claims")).filter((name) => name.endsWith(".claim"))).toEqual([]);
    expect(readRecord(join(folder, "shared", "trials", planned.trials[0].id)).stopped).toBe(false);
  });

  test("a worker stopped by SIGTERM keeps a checkpoint, gives its trial back, and says how to continue", async () => {
    await finished(...plan("stopped"), "--plan");
    const { child, output } = handgrad("sweep", "work", "stopped");
    while (!output().includes("up to")) await new Promise((done) => setTimeout(done, 20));
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).toBe(143);
    expect(output()).toContain("stopped; the next worker continues: handgrad sweep work stopped");
    expect(readdirSync(join(folder, "stopped", "claims"))).toEqual([]);
    await finished("sweep", "work", "stopped");
    expect(resultsOf("stopped")).toEqual(resultsOf("alone"));
  });

  test("the claim of a worker that was killed after the last step of its trial is removed with the end of the sweep", async () => {
    const folderOfClaims = join(folder, "alone", "claims");
    const [{ id }] = openSweep(join(folder, "alone")).sweep.trials;
    mkdirSync(folderOfClaims, { recursive: true });
    const dead = { worker: "00000000-0000-4000-8000-000000000002", host: "far", pid: 1, steps: 5, takeovers: 0 };
    writeFileSync(join(folderOfClaims, `${id}.claim`), JSON.stringify(dead));
    await finished("sweep", "work", "alone");
    expect(readdirSync(folderOfClaims)).toEqual([]);
  });
});

describe("claims", () => {
  const made: SweepClaims[] = [];
  afterAll(() => Promise.all(made.map((one) => one.close())));
  let clock = 0;
  const claims = (place: string, lease = 1000): SweepClaims => {
    mkdirSync(join(folder, place), { recursive: true });
    const one = new SweepClaims(join(folder, place), { lease, onLost: () => {} }, () => clock);
    made.push(one);
    return one;
  };

  test("a trial belongs to one worker until it is released", () => {
    const [one, other] = [claims("c1"), claims("c1")];
    const claim = one.claim("001", 0);
    expect(claim).toEqual({ trial: "001", takenOver: false });
    expect(other.claim("001", 0)).toBe("taken");
    if (typeof claim !== "string") one.release(claim);
    expect(other.claim("001", 0)).toEqual({ trial: "001", takenOver: false });
  });

  test("a worker without a sign of life loses its trial after the lease, by the clock of the one who watches", () => {
    const watcher = claims("c2", 60);
    const dead = { worker: "00000000-0000-4000-8000-000000000000", host: "far", pid: 1, steps: 5, takeovers: 0 };
    writeFileSync(join(folder, "c2/claims/001.claim"), JSON.stringify(dead));
    writeFileSync(join(folder, `c2/claims/${dead.worker}.beat`), "17");
    expect(watcher.claim("001", 5)).toBe("taken");
    clock += 59;
    expect(watcher.claim("001", 5)).toBe("taken");
    writeFileSync(join(folder, `c2/claims/${dead.worker}.beat`), "18"); // alive after all
    clock += 2;
    expect(watcher.claim("001", 5)).toBe("taken");
    clock += 61;
    expect(watcher.claim("001", 5)).toEqual({ trial: "001", takenOver: true });
  });

  test("a trial that ends one worker after the other without progress is given up; progress resets the count", () => {
    const watcher = claims("c3");
    const dead = { worker: "00000000-0000-4000-8000-000000000001", host: "far", pid: 1, steps: 5, takeovers: 20 };
    const write = () => writeFileSync(join(folder, "c3/claims/001.claim"), JSON.stringify(dead));
    write();
    expect(watcher.claim("001", 5)).toBe("failed");
    expect(watcher.claim("001", 6)).toEqual({ trial: "001", takenOver: true });
  });
});
