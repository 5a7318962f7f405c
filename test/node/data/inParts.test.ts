import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { deflateRawSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { zipOf } from "../../../scripts/fuzz/structures.ts";
import { encodeNpy } from "../../../src/formats/npyWrite.ts";
import { encodeZip } from "../../../src/formats/zipWrite.ts";
import { openData } from "../../../src/node/data/openData.ts";
import { fingerprint } from "../../../src/node/runs/fingerprint.ts";
import { type DataRequest, oneRank, RandomState, testPart } from "../../../src/node.ts";
import { encodePng } from "../../../src/report/figures/png.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { sharedBoxes } from "../../training/memoryRanks.ts";
import type { PartsTask } from "./partsThread.ts";

const folder = temporaryFolder("handgrad-parts-");
const at = (name: string) => join(folder, name);
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
  readonly targets: readonly number[][];
  readonly normalization: unknown;
  readonly preprocessing: unknown;
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

/** Why a file is broken knows only the rank that has read it. */
const isOfAll = (note: string): boolean => !/one for each shard|^\d+ broken files? skipped/.test(note);

/** What all ranks together must have: the same data, opened as a whole. */
async function expectSame(request: DataRequest, size = 2): Promise<Opened[]> {
  const whole = await openData(request);
  const parts = [whole.train, whole.validation, await testPart(whole)];
  const length = whole.train.inputs.length / whole.train.labels.length;
  const ranks = await onRanks(size, request);
  for (const { rows, targets, normalization, preprocessing, notes, print } of ranks) {
    expect(rows).toEqual(parts.map(({ labels }) => [...labels]));
    expect(targets).toEqual(parts.map((part) => [...(part.targets?.values ?? [])]));
    expect(normalization).toEqual(whole.normalization);
    expect(preprocessing).toEqual(whole.preprocessing);
    expect(notes.filter(isOfAll)).toEqual(whole.notes.filter(isOfAll));
    expect(print).toBe(fingerprint(whole));
  }
  for (const [i, { inputs, labels }] of parts.entries()) {
    for (const row of labels.keys()) {
      const { buffer, byteOffset, byteLength } = inputs.subarray(row * length, (row + 1) * length);
      // one of the ranks holds it
      const bytes = Buffer.from(buffer, byteOffset, byteLength).toString("hex");
      expect(ranks.map(({ images }) => images[i][row]).join("")).toBe(bytes);
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

test("the same for arrays: each rank reads its rows, or all rows where they are no bytes", {
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

test("the same of an .npz file, stored or compressed: each rank reads its rows", { timeout: 60_000 }, async () => {
  const rows = 30;
  const images = encodeNpy({ shape: [rows, 5, 4], data: Uint8Array.from({ length: rows * 20 }, (_, i) => i % 251) });
  const labels = encodeNpy({ shape: [rows], data: Int32Array.from({ length: rows }, (_, row) => row % 2) });
  const content = { "x_train.npy": images, "y_train.npy": labels };
  const broken = { ...content, "objects.npy": new TextEncoder().encode("a pickle") };
  writeFileSync(at("stored.npz"), encodeZip(broken));
  writeFileSync(at("packed.npz"), zipOf(content, new RandomState(1), deflateRawSync, { ending: "", lies: false }));
  for (const name of ["stored.npz", "packed.npz"]) {
    const ranks = await expectSame({ path: at(name) });
    // parts of 8, 8, 7 and 7 rows
    expect(ranks.map(({ held }) => held)).toEqual([16, 14]);
  }
  const damaged = encodeZip(content);
  damaged[Buffer.from(damaged.buffer).indexOf(images.subarray(-40)) + 3] ^= 1;
  writeFileSync(at("damaged.npz"), damaged);
  const parts = { count: 4, ranks: oneRank };
  await expect(openData({ path: at("damaged.npz") }, { parts })).rejects.toThrow("x_train.npy is corrupted");
});

describe("tables", { timeout: 60_000 }, () => {
  const rows = 1500;
  const cities = ["Bern", "Zug", "Chur", "Zürich"];
  const words = ["red", "blue", "green", "old", "new", "big", "small"];
  const pick = (list: readonly string[]) => list[random.randint(0, list.length)];
  /** Columns of every kind; the last rows have what no row before them has. */
  const table = Array.from({ length: rows }, (_, row) => {
    const late = row >= rows - 12;
    const a = Number(random.randn().toFixed(3));
    const good = late ? row % 2 === 0 : a > 0;
    return {
      id: row,
      a,
      gaps: late ? "" : random.randint(0, 9),
      city: late ? "Genf" : row % 9 === 0 ? "NA" : pick(cities),
      when: `2024-${String(1 + (row % 12)).padStart(2, "0")}-${String(1 + (row % 28)).padStart(2, "0")}`,
      text: `${Array.from({ length: 5 }, () => pick(words)).join(" ")} n${row}${good ? " good" : ""}`,
      price: `${1 + (row % 7)},${String(100 + (row % 900))}.50`,
      zeros: late ? "x1" : "007",
      team: row % 40,
      y: row % 100 === 3 ? "" : late ? "new class" : good ? "yes" : "no",
    };
  });
  // copies stay in one part
  for (let row = 0; row < 30; row++) table[700 + row] = { ...table[row], id: 700 + row };
  const names = Object.keys(table[0]) as (keyof (typeof table)[number])[];
  const lines = (separator: string) =>
    table.map((row) => names.map((name) => (separator === "," ? `"${row[name]}"` : row[name])).join(separator));

  beforeAll(() => {
    writeFileSync(at("t.csv"), `${names.join(",")}\n${lines(",").join("\n")}\n`);
    writeFileSync(at("latin.tsv"), Buffer.from(`${names.join("\t")}\n${lines("\t").join("\n")}\n`, "latin1"));
    writeFileSync(at("plain.tsv"), lines("\t").join("\n"));
    writeFileSync(at("t.jsonl"), table.map((row) => JSON.stringify(row)).join("\n"));
  });

  const requests: Record<string, DataRequest> = {
    "classes of a CSV file": { path: "t.csv", target: "y" },
    "numbers to predict": { path: "t.csv", target: "price", drop: ["a"] },
    "groups, with types": { path: "t.csv", target: "y", group: "team", types: [{ column: "text", type: "words" }] },
    "by time": { path: "t.csv", target: "y", time: "when", missing: ["x1"] },
    "windows-1252 and tabs": { path: "latin.tsv", target: "y" },
    "no header": { path: "plain.tsv", target: "column 10", header: false },
    "JSON lines": { path: "t.jsonl", target: "y" },
  };

  test.each(Object.entries(requests))("%s", async (_, request) => {
    const ranks = await expectSame({ ...request, path: at(request.path as string) }, 4);
    const held = ranks.map((each) => each.held);
    expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
  });

  test.each([1, 2])("the same on %i ranks", async (size) => {
    const ranks = await expectSame({ path: at("t.csv"), target: "y" }, size);
    const held = ranks.reduce((sum, each) => sum + each.held, 0);
    expect(held).toBe(ranks[0].rows[0].length);
  });

  test("a broken row is found by all processes, with its line", async () => {
    writeFileSync(at("broken.csv"), `${names.join(",")}\n${lines(",").join("\n")}\n1,2,3\n`);
    const opened = onRanks(2, { path: at("broken.csv"), target: "y" });
    await expect(opened).rejects.toThrow(
      `row ${rows + 2}: expected ${names.length} cells like the header, found 3 cells: 1,2,3`,
    );
  });

  test("parts without rows, and folds", async () => {
    writeFileSync(at("few.csv"), `x,y\n${[1, 2, 3, 4, 5, 6, 7].map((x) => `${x}.5,${x % 2}`).join("\n")}`);
    const [first] = await expectSame({ path: at("few.csv"), target: "y" }, 4);
    expect(first.rows.map((each) => each.length)).toEqual([5, 1, 1]);
    const parts = { count: 4, ranks: oneRank };
    await expect(openData({ path: at("few.csv"), target: "y", folds: true }, { parts })).rejects.toThrow(
      "folds: expected none for a table in parts",
    );
  });
});
