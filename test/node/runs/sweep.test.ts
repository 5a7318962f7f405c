import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSweep, runSweep } from "../../../src/node.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "handgrad-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["checkpoint.safetensors", "--resume"],
  ["checkpoint.previous.safetensors", "--resume"],
  [".next.checkpoint.safetensors", "--resume"],
  ["events.log", "--settings"],
])("a trial in whose folder lies only %s is started with %s", async (name, flag) => {
  const settings = {
    base: { layers: [3072, 8, 20], epochs: 1 },
    vary: { learningRate: [0.1] },
    strategy: { kind: "grid" },
  };
  const saved = await createSweep(join(folder, "sweep"), settings);
  const trial = join(folder, "sweep", "trials", saved.sweep.trials[0].id);
  mkdirSync(trial);
  writeFileSync(join(trial, name), "x");
  const worker = join(folder, "worker.mjs");
  const said = join(folder, "said");
  writeFileSync(
    worker,
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(said)}, process.argv.slice(2, 4).join(" "));`,
  );
  await expect(runSweep(saved, { command: [process.execPath, worker], jobs: 1 })).rejects.toThrow(
    "1 of 1 trials failed",
  );
  expect(readFileSync(said, "utf8")).toBe(`train ${flag}`);
});
