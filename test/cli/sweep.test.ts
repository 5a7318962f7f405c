import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { openSweep, readRecord } from "../../src/node.ts";

vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "handgrad-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

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

const settings = { layers: [3072, 8, 20], trainImages: 400, epochs: 2, initScale: 0.01, batchSize: 50 };

test("a sweep killed half-way and resumed does no work twice", async () => {
  const place = join(folder, "sweep");
  const flags = ["--vary", "learningRate=0.05,0.2", "--seeds", "1,2", "--data", "stand-in", "--jobs", "2"];
  const first = handgrad("sweep", ...flags, "--settings", JSON.stringify(settings), "--out", place);
  const exited = once(first.child, "exit");
  while (!/\d\/4 .*epochs/.test(first.output()) && first.child.exitCode === null) {
    await new Promise((done) => setTimeout(done, 20));
  }
  first.child.kill("SIGKILL");
  await exited;
  const saved = openSweep(place);
  const trials = join(place, "trials");
  const isFinished = (id: string) => {
    return existsSync(join(trials, id, "history.json")) && readRecord(join(trials, id)).valScore.length === 2;
  };
  const finished = saved.sweep.trials.map(({ id }) => id).filter(isFinished);
  expect(finished.length).toBeGreaterThan(0);
  const written = new Map(finished.map((id) => [id, statSync(join(trials, id, "history.json")).mtimeMs]));

  const second = handgrad("sweep", "--resume", place, "--jobs", "2");
  const [code] = await once(second.child, "exit");
  expect(code, second.output()).toBe(0);
  expect(readdirSync(trials).filter((name) => !name.endsWith(".log"))).toHaveLength(4);
  for (const { id } of saved.sweep.trials) {
    expect(readRecord(join(trials, id))).toMatchObject({ stopped: false, config: { epochs: 2 } });
    expect(readRecord(join(trials, id)).loss).toHaveLength(16);
  }
  for (const [id, time] of written) expect(statSync(join(trials, id, "history.json")).mtimeMs).toBe(time);
  expect(second.output()).toMatch(/learningRate +epochs +validation/);
  for (const name of ["parallel.svg", "report.html", "report.pdf"])
    expect(statSync(join(place, name)).size).toBeGreaterThan(1000);
  expect(readFileSync(join(place, "parallel.svg"), "utf8").match(/<polyline/g)).toHaveLength(2);
});
