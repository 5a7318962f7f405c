import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  decodeReplay,
  parseSettings,
  RunFolder,
  readCheckpoint,
  readModel,
  replayStep,
  runTraining,
  scalarKernels,
  TrainingFailure,
  type TrainingRunOptions,
  writeRunReport,
} from "../../../src/node.ts";
import { hashOf, tinyData, tinyNormalization, tinySource } from "../../training/tinyRun.ts";

let parent = "";
let path = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "handgrad-"));
  path = join(parent, "run");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(parent, { recursive: true, force: true });
});

async function train(
  folder: RunFolder,
  overrides: Omit<Partial<TrainingRunOptions>, "settings"> & { settings?: object } = {},
  resume = false,
) {
  const settings = {
    layers: [48, 6, 3],
    initScale: 0.1,
    epochs: 3,
    batchSize: 10,
    keepProb: 0.8,
    ...overrides.settings,
  };
  try {
    return await runTraining({
      folder,
      source: tinySource,
      kernels: scalarKernels,
      kernelRecord: { name: "scalar", choice: "scalar", strict: false },
      checkpointEvery: { steps: 1 },
      saved: resume ? folder.saved() : undefined,
      ...overrides,
      settings: parseSettings({ normalization: tinyNormalization, ...settings }),
    });
  } finally {
    folder.close();
  }
}

/** A run that is stopped after this number of steps. */
async function stopped(after: number, overrides: object = {}) {
  const controller = new AbortController();
  const onStep = ({ step }: { step: number }) => step === after - 1 && controller.abort();
  return train(RunFolder.create(path), { signal: controller.signal, onStep: onStep as never, ...overrides });
}

async function expectedHash(): Promise<string> {
  const other = join(parent, "other");
  await train(RunFolder.create(other));
  return hashOf(readCheckpoint(other).state);
}

async function resumedHash(overrides: object = {}): Promise<string> {
  await train(RunFolder.resume(path), overrides, true);
  return hashOf(readCheckpoint(path).state);
}

/** What `sync` of every open file does from now on. */
async function onSync(does: (call: number) => void) {
  const handle = await open(join(parent, "file"), "w");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const { sync } = prototype;
  let calls = 0;
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: unknown) {
    does(calls++);
    return sync.call(this);
  });
}

const full = () => Object.assign(new Error("ENOSPC: no space left on device, fsync"), { code: "ENOSPC" });

test("a stopped run resumes to the same bits, and its results are complete", async () => {
  await stopped(6);
  expect(readCheckpoint(path).state.history.loss.length).toBe(6);
  expect(await resumedHash()).toBe(await expectedHash());
  const files = readdirSync(path);
  expect(files).toEqual(
    expect.arrayContaining([
      "checkpoint.previous.safetensors",
      "checkpoint.safetensors",
      "history.json",
      "model.safetensors",
    ]),
  );
  expect(files.filter((name) => name.startsWith(".") || name === "run.lock")).toEqual([]);
  expect(readModel(path).labelNames).toEqual(["dark", "grey", "light"]);
  expect(JSON.parse(readFileSync(join(path, "history.json"), "utf8"))).toMatchObject({ stopped: false });
});

describe("a damaged checkpoint", () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ["one bit is wrong", (bytes) => bytes.with(bytes.length - 5, bytes[bytes.length - 5] ^ 1) as Buffer],
    ["cut off", (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["zeros, as some file systems leave after a power cut", (bytes) => Buffer.alloc(bytes.length)],
  ])("%s: the one before is used, which is said, and the end is the same", async (_, damage) => {
    await stopped(6);
    const file = join(path, "checkpoint.safetensors");
    writeFileSync(file, damage(readFileSync(file)));
    const { warnings, state } = readCheckpoint(path);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain(file);
    expect(state.history.loss.length).toBeLessThan(6);
    expect(await resumedHash()).toBe(await expectedHash());
  });

  test("both damaged: the error names both", async () => {
    await stopped(6);
    for (const name of ["checkpoint", "checkpoint.previous"]) writeFileSync(join(path, `${name}.safetensors`), "x");
    const folder = RunFolder.resume(path);
    expect(() => folder.saved()).toThrow(
      /no checkpoint of this run is complete:\n.*checkpoint.safetensors.*\n.*previous/,
    );
    folder.close();
  });

  test("killed between the two renames: the new one is complete under its temporary name", async () => {
    await stopped(6);
    rmSync(join(path, "checkpoint.previous.safetensors"));
    const bytes = readFileSync(join(path, "checkpoint.safetensors"));
    writeFileSync(join(path, ".next.checkpoint.safetensors"), bytes);
    rmSync(join(path, "checkpoint.safetensors"));
    expect(await resumedHash()).toBe(await expectedHash());
  });
});

describe("disk full", () => {
  test("in the middle of a run: it is reported once, training continues, with its checkpoints", async () => {
    const warnings: string[] = [];
    await onSync((call) => {
      if (call >= 4 && call < 9) throw full();
    });
    await train(RunFolder.create(path), { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining("ENOSPC")]);
    vi.restoreAllMocks();
    expect(hashOf(readCheckpoint(path).state)).toBe(await expectedHash());
  });

  test("to the end: the run fails, the last checkpoint is intact, nothing is left over, and resuming works", async () => {
    const warnings: string[] = [];
    await onSync((call) => {
      if (call >= 12) throw full();
    });
    const run = train(RunFolder.create(path), { onWarning: (message) => warnings.push(message) });
    await expect(run).rejects.toThrow("checkpoints could not be written");
    expect(warnings.length).toBe(1);
    vi.restoreAllMocks();
    expect(readdirSync(path).sort()).toEqual(["checkpoint.previous.safetensors", "checkpoint.safetensors"]);
    expect(readCheckpoint(path).warnings).toEqual([]);
    expect(await resumedHash()).toBe(await expectedHash());
  });
});

test("a run that was killed has no report yet: the error says how to continue it", async () => {
  await stopped(6);
  rmSync(join(path, "history.json"), { force: true });
  await expect(writeRunReport(path)).rejects.toThrow(
    `${path}: the run is not finished: it is still running or was killed; resume it with handgrad train --resume ${path}`,
  );
});

describe("what must not be mixed", () => {
  test("a new run does not write over another", async () => {
    await stopped(6);
    expect(() => RunFolder.create(path)).toThrow("resume it with --resume");
    expect(existsSync(join(path, "run.lock"))).toBe(false);
  });

  test("a run does not continue with other data", async () => {
    await stopped(6);
    const source = { ...tinySource, train: tinyData(47, 9) };
    await expect(resumedHash({ source })).rejects.toThrow("expected the data that its run was trained on");
  });

  test("a folder without a run cannot be resumed", () => {
    expect(() => RunFolder.resume(join(parent, "nothing"))).toThrow("no such run folder");
    expect(() => RunFolder.resume(parent).saved()).toThrow("there is no checkpoint");
  });
});

describe("numbers that are not finite", () => {
  test.each<[string, object]>([
    ["sgd", { learningRate: 1e30 }],
    ["adam with dropout", { optimizer: "adam", learningRate: 1e38, keepProb: 0.5 }],
    [
      "mixup, balanced classes, a schedule",
      { learningRate: 1e37, classWeights: "balanced", augmentation: { mixup: 1 }, schedule: { kind: "cosine" } },
    ],
  ])("%s: the run stops and leaves a file that fails in the same way", async (_, settings) => {
    const error = await train(RunFolder.create(path), { settings }).catch((error) => error);
    expect(error).toBeInstanceOf(TrainingFailure);
    const { replay } = error as TrainingFailure;
    expect(error.message).toContain(`handgrad replay ${replay}`);
    const outcome = replayStep(decodeReplay(readFileSync(replay), { name: replay }));
    expect(outcome?.message).toBe((error.cause as Error).message);
    expect(readCheckpoint(path).state.history.loss.every(Number.isFinite)).toBe(true);
    expect(existsSync(join(path, "run.lock"))).toBe(false);
  });

  test("a checkpoint is no replay file", async () => {
    await stopped(6);
    const file = join(path, "checkpoint.safetensors");
    expect(() => decodeReplay(readFileSync(file), { name: file })).toThrow(`${file}: a checkpoint, but not the replay`);
  });
});
