import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  chooseSettings,
  DataError,
  type Dataset,
  imageSource,
  RandomState,
  readOwnData,
  tableOf,
  tableSource,
} from "../../src/node.ts";
import { ringTable } from "../data/ringTable.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// Each command is a process of its own, and a busy machine takes seconds to start one
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder("handgrad-fit-");

function handgrad(...args: string[]) {
  const options = { cwd: folder, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "cli/main.ts"), ...args], options);
  return { status, stdout, stderr };
}

const size = { height: 16, width: 16 };
const random = new RandomState(4);

/** A bright disc, square or cross on a dark ground, somewhere near the middle, as a picture of any size. */
async function drawShape(kind: string, file: string): Promise<void> {
  const [width, height] = [random.randint(30, 70), random.randint(30, 70)];
  const [x, y, r] = [width / 2 + random.uniform(-2, 2), height / 2 + random.uniform(-2, 2), random.uniform(8, 12)];
  const fill = `rgb(${[0, 0, 0].map(() => random.randint(150, 256))})`;
  const shapes: Record<string, string> = {
    disc: `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`,
    square: `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" fill="${fill}"/>`,
    cross: `<path d="M${x - r} ${y}h${2 * r}M${x} ${y - r}v${2 * r}" stroke="${fill}" stroke-width="5"/>`,
  };
  const ground = `rgb(${[0, 0, 0].map(() => random.randint(0, 80))})`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${ground}"/>${shapes[kind]}</svg>`;
  await sharp(Buffer.from(svg)).toFile(file);
}

const endings = ["png", "jpg", "webp"];

beforeAll(async () => {
  writeFileSync(join(folder, "rings.csv"), ringTable(900, random));
  for (const kind of ["disc", "square", "cross"]) {
    mkdirSync(join(folder, "shapes", kind), { recursive: true });
    for (let i = 0; i < 30; i++) await drawShape(kind, join(folder, "shapes", kind, `${i}.${endings[i % 3]}`));
  }
});

describe("a table with categories and missing values", () => {
  test("train, then predict on raw rows in a fresh process", () => {
    const fitted = handgrad(
      "train",
      "rings.csv",
      "--target",
      "where",
      "--epochs",
      "60",
      "--out",
      "model",
      "--json",
      "scores.json",
    );
    expect(fitted.status, fitted.stderr).toBe(0);
    expect(fitted.stdout).toContain("not used  id: is a row number");
    expect(fitted.stdout).toMatch(/a linear model +[\d.]+ % +the network is better/);
    expect(fitted.stdout).toMatch(/always "(in, well|out)" +[\d.]+ % +the network is better/);
    expect(fitted.stdout).toContain("verdict: useful");
    expect(fitted.stdout).toContain("handgrad predict model NEW.csv");
    const { score, linear, majority } = JSON.parse(readFileSync(join(folder, "scores.json"), "utf8"));
    expect(score).toBeGreaterThan(0.85);
    expect(Math.max(linear.score, majority.score)).toBeLessThan(0.75);

    // Other columns, another order, gaps, a category that training did not have, and no target
    const clear = ["0,0,blue", "1.9,1.9,blue", "0,0,red", "1.9,-1.9,red", "NA,1.9,blue", "0.1,0.2,pink"];
    writeFileSync(join(folder, "new.csv"), `note,y,x,colour\n${clear.map((row, i) => `n${i},${row}`).join("\n")}\n`);
    const predicted = handgrad("predict", "model", "new.csv", "--out", "out.csv");
    expect(predicted.status, predicted.stderr).toBe(0);
    const lines = readFileSync(join(folder, "out.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe('row,where,probability,"probability in, well",probability out');
    expect(lines.slice(1, 5).map((line) => line.replace(/(,[\d.e-]+){3}$/, ""))).toEqual([
      '2,"in, well"',
      "3,out",
      "4,out",
      '5,"in, well"',
    ]);
    expect(lines).toHaveLength(7);
  });
});

test("a folder of images: train, then predict on pictures in a fresh process; data info", async () => {
  const fitted = handgrad("train", "shapes", "--size", "16", "--epochs", "40", "--out", "shapes-model");
  expect(fitted.status, fitted.stderr).toBe(0);
  expect(fitted.stdout).toContain("classes   cross 30, disc 30, square 30");
  expect(fitted.stdout).toMatch(/always "(cross|disc|square)" +[\d.]+ % +the network is better/);
  await drawShape("disc", join(folder, "one.webp"));
  await drawShape("cross", join(folder, "two.png"));
  const predicted = handgrad("predict", "shapes-model", "one.webp", "two.png", "--json");
  const answers = predicted.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).labels[0].label);
  expect(answers).toEqual(["disc", "cross"]);
  const info = handgrad("data", "info", "shapes", "--json");
  expect(JSON.parse(info.stdout)).toMatchObject({ images: 90, perClass: { cross: 30, disc: 30, square: 30 } });
});

test("one message and exit code 1 for what cannot be done", () => {
  const { status, stderr } = handgrad("train", "rings.csv", "--target", "nothing");
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: .*no column is called nothing; there are id, x, y/),
  ]);
});

describe("what cannot be learned from is refused, with the place", () => {
  const read = (path: string) => readOwnData(path, size);

  test("an image that is no image", async () => {
    for (const kind of ["a", "b"]) mkdirSync(join(folder, "broken", kind), { recursive: true });
    for (const kind of ["a", "b"])
      for (const i of [1, 2]) await drawShape("disc", join(folder, "broken", kind, `${i}.png`));
    writeFileSync(join(folder, "broken/b/3.png"), "not a picture");
    await expect(read(join(folder, "broken"))).rejects.toThrow(/broken\/b\/3\.png: not an image/);
  });

  test("one class only, no classes, more classes than rows", async () => {
    mkdirSync(join(folder, "single/only"), { recursive: true });
    await drawShape("disc", join(folder, "single/only/1.png"));
    await expect(read(join(folder, "single"))).rejects.toThrow(
      "expected at least two classes, a folder for each, found only only",
    );
    mkdirSync(join(folder, "empty"));
    await expect(read(join(folder, "empty"))).rejects.toThrow("expected a folder for each class");
    for (const kind of ["a", "b"]) mkdirSync(join(folder, "few", kind), { recursive: true });
    for (const kind of ["a", "b"]) await drawShape("disc", join(folder, "few", kind, "1.png"));
    await expect(read(join(folder, "few"))).rejects.toThrow("found 2 images of 2 classes");
  });

  test("a ragged row, a missing file, an unknown kind", async () => {
    writeFileSync(join(folder, "ragged.csv"), "a,b\n1,2\n3,4,5\n");
    await expect(read(join(folder, "ragged.csv"))).rejects.toThrow(
      /ragged\.csv: row 3: expected 2 cells like the header, found 3 cells/,
    );
    await expect(read(join(folder, "nowhere.csv"))).rejects.toThrow("no such file or folder");
    writeFileSync(join(folder, "data.xlsx"), "");
    await expect(read(join(folder, "data.xlsx"))).rejects.toThrow(DataError);
  });

  test("too few rows for three parts", () => {
    const table = tableOf("t", { x: [1, 2, 3, 4], y: ["a", "b", "a", "b"] });
    expect(() => tableSource(table, { target: "y" })).toThrow(/too few/);
  });
});

describe("formats", () => {
  test("MNIST's folder, packed, with its own test part", async () => {
    const place = join(folder, "mnist");
    mkdirSync(place);
    const write = (name: string, shape: number[], values: Uint8Array) => {
      const header = new Uint8Array(4 + 4 * shape.length);
      header.set([0, 0, 8, shape.length]);
      for (const [i, length] of shape.entries()) new DataView(header.buffer).setUint32(4 + 4 * i, length);
      writeFileSync(join(place, name), gzipSync(Buffer.concat([header, values])));
    };
    for (const [part, rows] of [
      ["train", 40],
      ["t10k", 10],
    ] as const) {
      write(
        `${part}-images-idx3-ubyte.gz`,
        [rows, 3, 3],
        new Uint8Array(9 * rows).map((_, i) => i),
      );
      write(
        `${part}-labels-idx1-ubyte.gz`,
        [rows],
        new Uint8Array(rows).map((_, i) => i % 2),
      );
    }
    const data = await readOwnData(place, size);
    if (data.kind !== "images") throw new Error("images were expected");
    const source = imageSource(data.dataset, { given: data.test });
    const parts = [source.train, source.validation, source.test as Dataset];
    expect(parts.map(({ labels }) => labels.length)).toEqual([34, 6, 10]);
    expect(chooseSettings(source)).toMatchObject({ layers: [9, 128, 128, 2], labels: "coarse" });
  });

  test("NumPy's arrays: bytes of rank 3 are images, numbers a table with the target y", async () => {
    const fixture = (name: string) => readOwnData(join(root, "test/fixtures/npy", name), size);
    const table = await fixture("deflated.npz");
    expect(table).toMatchObject({ kind: "table", target: "y", table: { rows: 100 } });
    await expect(fixture("stored.npz")).rejects.toThrow("found 2 images of 2 classes");
    await expect(fixture("object.npy")).rejects.toThrow("not plain numbers");
  });
});
