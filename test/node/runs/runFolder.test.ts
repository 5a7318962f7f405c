import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseSettings, RunFolder, readRecord, writeRecord } from "../../../src/node.ts";

let parent = "";
let path = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "handgrad-"));
  path = join(parent, "run");
});
afterEach(() => rmSync(parent, { recursive: true }));

/** As version 0.1 wrote it: without a metric. */
async function oldRecord(layers: number[]): Promise<void> {
  mkdirSync(path);
  const file = join(path, "history.json");
  const history = { metric: "accuracy" as const, loss: [1], trainScore: [0.9], valScore: [0.8] };
  const about = { seconds: 1, kernels: "scalar", standIn: false, stopped: false };
  await writeRecord(file, { config: parseSettings({ layers }), ...history, ...about });
  const { metric: _, ...old } = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify(old));
}

describe("the record of a run of version 0.1", () => {
  test("of a regression holds R²", async () => {
    await oldRecord([5, 8, 1]);
    expect(readRecord(path)).toMatchObject({ metric: "rSquared", trainScore: [0.9], valScore: [0.8] });
  });

  test("of classes holds accuracies", async () => {
    await oldRecord([5, 8, 2]);
    expect(readRecord(path).metric).toBe("accuracy");
  });
});

test("a record keeps losses that are no number, and the trace of the steps", async () => {
  mkdirSync(path);
  const history = { metric: "accuracy" as const, loss: [1, 2], trainScore: [0.9], valScore: [0.8] };
  const more = {
    ...{ trainLoss: [0.5], valLoss: [Number.NaN] },
    trace: { every: 1, gradientNorm: [3, 4], learningRate: [1, 1] },
  };
  const about = { seconds: 1, kernels: "scalar", standIn: false, stopped: false };
  await writeRecord(join(path, "history.json"), { config: parseSettings({}), ...history, ...more, ...about });
  expect(readRecord(path)).toMatchObject(more);
});

describe("a folder in which no run began", () => {
  test("goes away if it was made for the run", () => {
    RunFolder.create(path).close();
    expect(existsSync(path)).toBe(false);
  });

  test("stays if it was there before", () => {
    mkdirSync(path);
    RunFolder.create(path).close();
    expect(existsSync(path)).toBe(true);
  });

  test("stays with what was written to it", () => {
    const folder = RunFolder.create(path);
    writeFileSync(join(path, "history.json"), "{}");
    folder.close();
    expect(existsSync(join(path, "history.json"))).toBe(true);
  });
});
