import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { openSweep, readRecord } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder("handgrad-sweep-");

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
  expect(second.output()).toMatch(/validation accuracy +lowest … highest +learning rate +epochs/);
  for (const name of ["parallel.svg", "report.html"]) expect(statSync(join(place, name)).size).toBeGreaterThan(1000);
  expect(readFileSync(join(place, "parallel.svg"), "utf8").match(/<polyline/g)).toHaveLength(2);
});

const rows = Array.from({ length: 90 }, (_, i) => `${(i * 37) % 100},${(i * 53) % 97},${((i * 37) % 100) * 2 - i / 9}`);

test("a sweep on a table: R², hidden layers, a trial that diverges; it names the command that trains the best", async () => {
  const data = join(folder, "own data.csv");
  writeFileSync(data, `a,b,<y>\n${rows.join("\n")}\n`);
  const shared = ["sweep", data, "--target", "<y>", "--epochs", "3", "--jobs", "2"];
  const refused = handgrad(...shared, "--vary", "hidden=8,1.5", "--out", join(folder, "refused"));
  expect((await once(refused.child, "close"))[0]).not.toBe(0);
  expect(refused.output()).toContain("trial 002-seed1 (hidden 1.5): hidden: expected sizes of at least 1");
  expect(existsSync(join(folder, "refused"))).toBe(false);

  const place = join(folder, "table");
  const varied = ["--vary", "learning-rate=0.01,1e30", "--vary", "hidden=8,none", "--optimizer", "sgd"];
  const { child, output } = handgrad(...shared, ...varied, "--seeds", "4,5", "--out", place);
  const [code] = await once(child, "close");
  expect(code, output()).toBe(0);
  expect(output()).toMatch(/validation R² +lowest … highest +learning rate +hidden +epochs/);
  expect(output()).toContain("diverged");
  expect(output()).toMatch(
    /next: +handgrad train '[^']+own data.csv' --target '<y>' --epochs 3 .*--learning-rate 0.01/,
  );
  const results = JSON.parse(readFileSync(join(place, "results.json"), "utf8"));
  expect(results).toMatchObject({ metric: "rSquared", settings: { seeds: [4, 5] } });
  expect(results.ranked.map(({ seeds }: { seeds: number }) => seeds)).toEqual(results.ranked.map(() => 2));
  expect(results.diverged.map(({ values }: { values: object }) => values)).toContainEqual({
    learningRate: 1e30,
    hidden: 8,
  });
  // The data was read once by each process, and all trials have the same rows in each part
  const records = openSweep(place).sweep.trials.map(({ id }) => readRecord(join(place, "trials", id)));
  expect(new Set(records.map(({ data: request }) => request?.seed))).toEqual(new Set([4]));
  const html = readFileSync(join(place, "report.html"), "utf8");
  expect(html).toMatch(/Reached with learning rate 0\.01, hidden (8|none)/);
  expect(html).not.toMatch(/001-seed4|NaN/);
  const again = handgrad("sweep", "--resume", place);
  expect((await once(again.child, "close"))[0], again.output()).toBe(0);
  expect(again.output()).not.toContain("1/8");
});
