import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../../../src/formats/npyWrite.ts";
import { openData } from "../../../src/node/data/openData.ts";
import { fingerprint } from "../../../src/node/runs/fingerprint.ts";
import { type DataRequest, oneRank, RandomState, testPart } from "../../../src/node.ts";
import { encodePng } from "../../../src/report/figures/png.ts";
import { sharedBoxes } from "../../training/memoryRanks.ts";
import type { PartsTask } from "./partsThread.ts";

const folder = mkdtempSync(join(tmpdir(), "handgrad-parts-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const random = new RandomState(5);

beforeAll(() => {
  for (const [label, red] of Object.entries({ cats: 250, dogs: 5, emus: 128 })) {
    mkdirSync(at(`zoo/${label}`), { recursive: true });
    for (let i = 0; i < 15; i++) {
      const rgb = Uint8Array.from({ length: 48 }, (_, j) => (j % 3 === 0 ? red : random.randint(0, 256)));
      writeFileSync(at(`zoo/${label}/${i}.png`), encodePng(rgb, 4, 4));
    }
  }
  writeFileSync(at("zoo/cats/3.png"), "no image");
  cpSync(at("zoo/dogs/2.png"), at("zoo/dogs/copy.png"));
});

interface Opened {
  readonly held: number;
  readonly rows: readonly number[][];
  readonly images: readonly string[][];
  readonly notes: readonly string[];
  readonly normalization: unknown;
  readonly print: string;
}

function onRanks(size: number, request: DataRequest): Promise<Opened[]> {
  const memory = sharedBoxes(size);
  const one = (rank: number) =>
    new Promise<Opened>((done, failed) => {
      const workerData: PartsTask = { rank, size, memory, request };
      const worker = new Worker(new URL("./partsThread.ts", import.meta.url), { workerData });
      worker.once("message", done);
      worker.once("error", failed);
    });
  return Promise.all(Array.from({ length: size }, (_, rank) => one(rank)));
}

/** What all ranks together must have: the same data, opened as a whole. */
async function expectSame(request: DataRequest): Promise<Opened[]> {
  const whole = await openData(request);
  const parts = [whole.train, whole.validation, await testPart(whole)];
  const length = whole.train.inputs.length / whole.train.labels.length;
  const ranks = await onRanks(2, request);
  for (const { rows, normalization, print } of ranks) {
    expect(rows).toEqual(parts.map(({ labels }) => [...labels]));
    expect(normalization).toEqual(whole.normalization);
    expect(print).toBe(fingerprint(whole));
  }
  for (const [i, { inputs, labels }] of parts.entries()) {
    for (const row of labels.keys()) {
      const bytes = inputs.slice(row * length, (row + 1) * length) as Uint8Array;
      // one of the two ranks holds it
      expect(ranks.map(({ images }) => images[i][row]).join("")).toBe(Buffer.from(bytes).toString("hex"));
    }
  }
  return ranks;
}

test("ranks that read their parts of a folder of images have what one process reads", { timeout: 60_000 }, async () => {
  const request = { path: at("zoo"), size: 4, skipBroken: true };
  const [first, second] = await expectSame(request);
  // 46 images in parts of 12, 12, 11 and 11, all of whose rows stay in one place; one cannot be decoded
  expect(first.held + second.held).toBe(46);
  expect(first.held).toBe(24);
  for (const { notes } of [first, second]) {
    expect(notes).toContainEqual(expect.stringContaining("1 broken file skipped"));
    expect(notes).toContainEqual(expect.stringContaining("1 image has the same pixels as another one"));
    expect(notes).toContainEqual(expect.stringMatching(/^4 parts of \d+ to \d+ training rows, one for each shard/));
  }
});

test("the same with parts that come separately", { timeout: 60_000 }, async () => {
  for (const part of ["train", "val", "test"]) cpSync(at("zoo"), at(`given/${part}`), { recursive: true });
  await expectSame({ path: at("given"), size: 4, skipBroken: true });
});

test("the same of arrays, of which each rank reads its rows, or all rows where they are no bytes", {
  timeout: 60_000,
}, async () => {
  const rows = 41;
  const labels = Float64Array.from({ length: rows }, (_, row) => (row === 9 ? Number.NaN : row % 3));
  const bytes = Uint8Array.from({ length: rows * 12 * 10 * 3 }, () => random.randint(0, 256));
  const shape = [rows, 12, 10, 3];
  const arrays = { bytes, numbers: Float32Array.from(bytes, (byte) => Math.fround(byte / 255)) };
  for (const [name, data] of Object.entries(arrays)) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/x_train.npy`), encodeNpy({ shape, data }));
    writeFileSync(at(`${name}/y_train.npy`), encodeNpy({ shape: [rows], data: labels }));
    const [{ held, notes }] = await expectSame({ path: at(name) });
    // parts of 11, 10, 10, 10 rows, and of 10 each where the row without a label is dropped before
    expect(held).toBe(name === "bytes" ? 21 : 20);
    expect(notes).toContain("1 row of x_train without a label left out");
  }
});

test("a table is refused before it is read", async () => {
  writeFileSync(at("t.csv"), "x,y\n1,2\n");
  const parts = { count: 4, ranks: oneRank };
  await expect(openData({ path: at("t.csv"), target: "y" }, { parts })).rejects.toThrow(
    "--in-parts: expected images or arrays of pixels, found a table",
  );
});
