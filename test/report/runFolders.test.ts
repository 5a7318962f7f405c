import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { parseSettings } from "../../src/experiments/settings.ts";
import { listRuns, type RunRecord, readRecord, writeRecord } from "../../src/node/runs/runFolder.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 30_000 }); // it starts processes and compiles PDFs, on machines that may be busy

const parent = temporaryFolder("handgrad-runs-");
const main = new URL("../../cli/main.ts", import.meta.url).pathname;

function record(seed: number): RunRecord {
  return {
    config: parseSettings({ seed }),
    metric: "accuracy",
    loss: [3, 2.5, 2.25],
    trainScore: [0.1, 0.3],
    valScore: [0.1, 0.25 + seed / 100],
    ...{ seconds: 1.5, kernels: "scalar", standIn: false, stopped: false },
  };
}

function file(folder: string, name: string, content: string): string {
  mkdirSync(join(parent, folder), { recursive: true });
  writeFileSync(join(parent, folder, name), content);
  return join(parent, folder);
}

function handgrad(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8", cwd: parent });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  for (const seed of [1, 2]) {
    mkdirSync(join(parent, `good${seed}`));
    await writeRecord(join(parent, `good${seed}`, "history.json"), record(seed));
  }
  const whole = readFileSync(join(parent, "good1", "history.json"), "utf8");
  file("cut", "history.json", whole.slice(0, whole.length / 2));
  file("newer", "history.json", whole.replace('"version":1', '"version":2'));
  file("other", "history.json", whole.replace('"loss":[', '"loss":["x",'));
  file("settings", "history.json", whole.replace('"epochs":5', '"epochs":-5'));
  file("empty", "notes.txt", "");
  file("running", "checkpoint.safetensors", "");
});

describe("reading a record", () => {
  test("gives back what was written", () => {
    expect(readRecord(join(parent, "good1"))).toMatchObject(record(1));
  });

  test.each([
    ["cut", /cut\/history\.json: damaged: not JSON, or truncated after \d+ characters/],
    ["newer", /newer\/history\.json: written by a newer Handgrad \(version 2, this one reads 1\)/],
    ["other", /other\/history\.json: damaged.*: loss\[0\]: expected a number/],
    ["settings", /settings\/history\.json: config: settings: epochs: expected/],
    ["empty", /empty\/history\.json: missing/],
    ["nowhere", /nowhere: no such run folder/],
  ])("%s names the file and what is wrong", (folder, message) => {
    expect(() => readRecord(join(parent, folder))).toThrow(DataError);
    expect(() => readRecord(join(parent, folder))).toThrow(message);
  });
});

test("damaged runs are listed with their errors, and hide no other", () => {
  const kinds = listRuns(parent).map(({ folder, kind }) => [folder.slice(parent.length + 1), kind]);
  expect(kinds).toEqual([
    ...["cut", "empty"].map((name) => [name, "damaged"]),
    ...["good1", "good2"].map((name) => [name, "run"]),
    ...["newer", "other"].map((name) => [name, "damaged"]),
    ["running", "unfinished"],
    ["settings", "damaged"],
  ]);
  expect(listRuns(join(parent, "nowhere"))).toEqual([]);
});

describe("commands", () => {
  test("runs --json is for scripts", () => {
    const { status, stdout } = handgrad("runs", "--dir", parent, "--json");
    expect(status).toBe(0);
    const runs = JSON.parse(stdout) as { kind: string; best?: number; bestEpoch?: number; error?: string }[];
    expect(runs.find(({ kind }) => kind === "run")).toMatchObject({ best: 0.26, bestEpoch: 2, epochs: 2 });
    expect(runs.find(({ kind }) => kind === "damaged")?.error).toContain("cut");
  });

  test("compare prints a table, and writes the report", () => {
    const out = join(parent, "comparison");
    const { status, stdout } = handgrad("compare", "good1", "good2", "--out", out);
    expect(status).toBe(0);
    expect(stdout).toMatch(/run +best epoch.*seed\ngood1 +2 +2 +26\.00.*\ngood2 +2 +2 +27\.00/);
    expect(stdout).toContain("good1 (2 seeds)");
    for (const name of ["report.html", "report.pdf", "results.json"]) expect(existsSync(join(out, name))).toBe(true);
    const { runs } = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
    expect(runs[1].valScore).toEqual(record(2).valScore);
  });

  test("report of several: one that is damaged is named, the others are written", () => {
    const { status, stderr } = handgrad("report", "cut", "good1");
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: cut\/history\.json: damaged/);
    expect(existsSync(join(parent, "good1", "report.html"))).toBe(true);
  });

  test("a lab is not put into a folder with other things in it", () => {
    const { status, stderr } = handgrad("lab", "problem1", "--data", "stand-in", "--out", "good1");
    expect(status).toBe(2);
    expect(stderr).toContain("good1: expected a lab or an empty folder");
  });
});
