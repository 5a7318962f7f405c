import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  chooseSettings,
  createSweep,
  openKernels,
  openSweep,
  parseCsv,
  readRecord,
  runSweep,
  type SavedSweep,
  tableSource,
  trainTrial,
} from "../../../src/node.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handgrad-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const csv = `a,b\n${Array.from({ length: 60 }, (_, i) => `${(i * 7) % 31},${i % 2 ? "yes" : "no"}`).join("\n")}`;
const source = tableSource(parseCsv(csv, { name: "small" }), { target: "b" });
const settings = { base: {}, vary: { learningRate: [0.1, 1e38] }, strategy: { kind: "grid" } };
const settingsOf = (given: object) => chooseSettings(source, { ...given, epochs: 1 });
const sweep = (): Promise<SavedSweep> => createSweep(join(folder, "sweep"), settings, { request: {} }, settingsOf);
const kernels = openKernels({ kernels: "scalar", threads: 1 });
const parts = {
  signal: new AbortController().signal,
  sourceOf: async () => source,
  kernelsOf: () => ({ kernels, kernelRecord: { name: "scalar", choice: "scalar", strict: false } }),
};

test.each(["checkpoint.safetensors", "checkpoint.previous.safetensors", ".next.checkpoint.safetensors"])(
  "a trial in whose folder only a damaged %s exists is not started again",
  async (name) => {
    const saved = await sweep();
    const trial = join(folder, "sweep", "trials", saved.sweep.trials[0].id);
    mkdirSync(trial);
    writeFileSync(join(trial, name), "x");
    await expect(trainTrial(saved, saved.sweep.trials[0], 1, parts)).rejects.toThrow("checkpoint");
  },
);

test("a trial is trained beside other files, continues for more epochs, and one that diverges says so once", async () => {
  const saved = await sweep();
  const [first, second] = saved.sweep.trials;
  const place = (id: string) => join(folder, "sweep", "trials", id);
  mkdirSync(place(first.id));
  writeFileSync(join(place(first.id), "events.log"), "x");
  await trainTrial(saved, first, 1, parts);
  await trainTrial(saved, first, 3, parts);
  expect(readRecord(place(first.id)).valScore).toHaveLength(3);
  await trainTrial(saved, second, 1, parts);
  expect(readFileSync(join(place(second.id), "diverged.txt"), "utf8")).toMatch(/is (-?Infinity|NaN)/);
});

test("a worker that dies: the trial is tried twice, and what the worker said is in the error", async () => {
  const worker = join(folder, "worker.mjs");
  writeFileSync(
    worker,
    `process.channel.ref(); process.on("message", () => { console.error("out of luck"); process.exit(3); });`,
  );
  const run = runSweep(await sweep(), { command: [process.execPath, worker], jobs: 1 });
  await expect(run).rejects.toThrow("2 of 2 trials failed (001-seed1, 002-seed1)");
  const said = readFileSync(join(folder, "sweep", "trials", "002-seed1.log"), "utf8");
  expect(said.match(/the worker process ended \(exit code 3\):\n(out of luck\n)+/g)).toHaveLength(2);
});

test("a sweep of version 1, which names a folder of CIFAR-100 and no other data, is read", () => {
  const file = { format: "handgrad sweep", version: 1, data: "stand-in", settings: { ...settings, seeds: [3] } };
  mkdirSync(join(folder, "old"));
  writeFileSync(join(folder, "old", "sweep.json"), JSON.stringify(file));
  const { request, chosen, sweep: planned } = openSweep(join(folder, "old"));
  expect(request).toEqual({ path: "stand-in" });
  expect(chosen).toBeUndefined();
  expect(planned.trials.map(({ id }) => id)).toEqual(["001-seed3", "002-seed3"]);
});
