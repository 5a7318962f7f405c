import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  checkpointFile,
  DataError,
  findCheckpoint,
  fingerprint,
  lastModelFile,
  MemoryRunFiles,
  modelFile,
  openFiles,
  parseRecord,
  parseSettings,
  type RunFiles,
  recordFile,
  restoreCheckpoint,
  savedRunOf,
  scalarKernels,
  scoredOn,
  type TrainRunOptions,
  trainRun,
} from "../../src/index.ts";
import { openData } from "../../src/node.ts";
import { hashOf, tinyNormalization, tinySource } from "../training/tinyRun.ts";

const settings = parseSettings({
  ...{ layers: [48, 6, 3], initScale: 0.1, epochs: 3, batchSize: 10, keepProb: 0.8 },
  normalization: tinyNormalization,
});

async function train(files: RunFiles, options: Partial<TrainRunOptions> & { readonly stopAfter?: number } = {}) {
  const { stopAfter = Infinity, ...rest } = options;
  const controller = new AbortController();
  return trainRun({
    ...{ files, settings, source: tinySource, kernels: scalarKernels, signal: controller.signal },
    kernelRecord: { name: "scalar", choice: "scalar", strict: false },
    checkpointEvery: { steps: 4 },
    onStep: ({ step }) => void (step === stopAfter - 1 && controller.abort()),
    ...rest,
  });
}

async function resume(files: RunFiles, options: Partial<TrainRunOptions> = {}) {
  return train(files, { saved: savedRunOf(await restoreCheckpoint(files)), ...options });
}

const hashIn = async (files: RunFiles) => hashOf((await findCheckpoint(files)).state);

async function uninterrupted(): Promise<string> {
  const files = new MemoryRunFiles("whole");
  await train(files);
  return hashIn(files);
}

/** Files in memory that are full for a while. */
class FullFiles extends MemoryRunFiles {
  full = false;

  override async write(name: string, content: Uint8Array | string): Promise<void> {
    if (this.full) throw new DataError(`${this.path(name)}: cannot be written: the storage is full`);
    return super.write(name, content);
  }
}

test("a run in memory leaves what a folder holds, and continues to the bits of one that was not stopped", async () => {
  const files = new MemoryRunFiles("run");
  const { result } = await train(files, { stopAfter: 5 });
  expect(result.stopped).toBe(true);
  expect((await findCheckpoint(files)).state.history.loss).toHaveLength(5);
  const { record } = await resume(files);
  expect(await hashIn(files)).toBe(await uninterrupted());
  expect((await files.list()).sort()).toEqual(
    ["checkpoint.previous.safetensors", checkpointFile, recordFile, lastModelFile, modelFile].sort(),
  );
  const text = new TextDecoder().decode(await files.read(recordFile));
  expect(parseRecord(text, { name: recordFile })).toEqual({ ...record, version: 1 });
});

test("a damaged checkpoint is set aside: the one before it is used, and the end is the same", async () => {
  const files = new MemoryRunFiles("run");
  await train(files, { stopAfter: 9 });
  const bytes = (await files.read(checkpointFile)) as Uint8Array;
  await files.write(checkpointFile, bytes.subarray(0, bytes.length - 1));
  const found = await restoreCheckpoint(files);
  expect(found.warnings).toHaveLength(1);
  expect(found.warnings[0]).toMatch(/^run\/checkpoint\.safetensors: damaged/);
  expect(await files.list()).toContain("checkpoint.unused-1.safetensors");
  await resume(files);
  expect(await hashIn(files)).toBe(await uninterrupted());
});

test("a full storage stops no training and leaves the last checkpoint whole; the end says what was not written", async () => {
  const files = new FullFiles("run");
  const warnings: string[] = [];
  const options: Partial<TrainRunOptions> = {
    checkpointEvery: { steps: 1 },
    onWarning: (message) => warnings.push(message),
    onStep: ({ step }) => {
      if (step === 5) files.full = true;
    },
  };
  await expect(train(files, options)).rejects.toThrow(
    /^run: the last \d+ checkpoints could not be written, and neither/,
  );
  expect(warnings).toEqual([
    "no checkpoint: run/.next.checkpoint.safetensors: cannot be written: the storage is full; training continues with the previous one",
  ]);
  const kept = (await findCheckpoint(files)).state.history.loss.length;
  expect(kept).toBeGreaterThanOrEqual(5);
  expect(kept).toBeLessThanOrEqual(6);
  files.full = false;
  await resume(files);
  expect(await hashIn(files)).toBe(await uninterrupted());
});

test("other data is refused before anything is written", async () => {
  const files = new MemoryRunFiles("run");
  await train(files, { stopAfter: 5 });
  const labels = tinySource.train.labels.slice();
  labels[0] = (labels[0] + 1) % 3;
  const other = { ...tinySource, train: { ...tinySource.train, labels } };
  await expect(resume(files, { source: other })).rejects.toThrow(/expected the data that its run was trained on/);
});

describe("fingerprints", () => {
  test("fingerprints are equal to those with Node's checksums", () => {
    expect(fingerprint(tinySource)).toBe(fingerprint(tinySource, crc32));
    expect(scoredOn(tinySource)).toBe(scoredOn(tinySource, crc32));
  });

  test("the stand-in of the page is the one that the command opens", async () => {
    const ours = await openFiles([], { path: "stand-in", trainRows: 300 });
    const theirs = await openData({ path: "stand-in", trainRows: 300 });
    expect(fingerprint(ours)).toBe(fingerprint(theirs));
    expect(scoredOn(ours)).toBe(scoredOn(theirs));
    expect(ours.request).toEqual(theirs.request);
    expect(ours.normalization).toEqual(theirs.normalization);
  });
});
