import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { tarOf, zipOf } from "../../scripts/fuzz/structures.ts";
import { type GivenFile, placeOf } from "../../src/data/reading/blobFiles.ts";
import { browserPlatform } from "../../src/data/reading/browserPlatform.ts";
import { cifar100At } from "../../src/data/reading/cifar100Place.ts";
import type { DataRequest, DataSource } from "../../src/experiments/dataSource.ts";
import { openFiles, readFiles } from "../../src/experiments/openFiles.ts";
import { loadCifar100 } from "../../src/node/data/cifar100Files.ts";
import { decodeImage } from "../../src/node/data/imageFile.ts";
import { openData } from "../../src/node/data/openData.ts";
import { readOwnData } from "../../src/node/data/ownData.ts";
import { fingerprint } from "../../src/node/runs/fingerprint.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { archiveOf, binaryFiles, matFiles, sizes } from "../data/cifar100Builder.ts";
import fc from "../properties.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// The same files as paths of Node and as blobs of a browser; images are decoded by sharp in both, because Node has no createImageBitmap.

const platform = { ...browserPlatform, decodeImage };
const folder = temporaryFolder("handgrad-files-");

type Files = Readonly<Record<string, Uint8Array>>;

let places = 0;
/** Files on the disk, in a folder of their own, and as they are dropped onto a page. */
function both(files: Files): { readonly on: (path: string) => string; readonly given: GivenFile[] } {
  const place = join(folder, String(places++));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(place, path, ".."), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  const given = Object.entries(files).map(([path, bytes]) => ({ path, file: new Blob([Uint8Array.from(bytes)]) }));
  return { on: (path) => join(place, path), given };
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const fixture = (path: string): Uint8Array => readFileSync(resolve(import.meta.dirname, "../fixtures", path));
const random = new RandomState(5);
const rows = Array.from({ length: 60 }, (_, row) => {
  const [a, b] = [random.randn(), random.randn()];
  return `${a.toFixed(3)},${row % 7 === 0 ? "NA" : b.toFixed(2)},${["red", "green"][row % 2]},${a + b > 0 ? "yes" : "no"}`;
});
const csv = `height,width,colour,healthy\n${rows.join("\n")}\n`;
const zip = (files: Files) => zipOf(files, new RandomState(2), deflateRawSync, { ending: "", lies: false });

async function picture(value: number): Promise<Uint8Array> {
  const noise = Uint8Array.from({ length: 6 * 5 * 3 }, () => (value + random.randint(0, 60)) % 256);
  return Uint8Array.from(
    await sharp(noise, { raw: { width: 6, height: 5, channels: 3 } })
      .png()
      .toBuffer(),
  );
}
const zoo: Record<string, Uint8Array> = {};
for (let i = 0; i < 12; i++) {
  zoo[`zoo/cats/${i}.png`] = await picture(20);
  zoo[`zoo/dogs/${i}.png`] = await picture(180);
}
zoo["zoo/readme.txt"] = text("no image");
const tgz = gzipSync(tarOf(Object.entries(zoo).map(([path, content]) => ({ path, content }))));

function idx(shape: readonly number[], value: (i: number) => number): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x800 + shape.length);
  for (const [i, length] of shape.entries()) header.setUint32(4 + 4 * i, length);
  const size = shape.reduce((product, length) => product * length, 1);
  return Buffer.concat([new Uint8Array(header.buffer), Uint8Array.from({ length: size }, (_, i) => value(i))]);
}
const mnist: Files = {
  "digits/raw/train-images-idx3-ubyte.gz": gzipSync(idx([40, 2, 2], (i) => (i * 37) % 251)),
  "digits/raw/train-labels-idx1-ubyte": idx([40], (i) => i % 2),
  "digits/raw/t10k-images-idx3-ubyte": idx([6, 2, 2], (i) => 100 + i),
  "digits/raw/t10k-labels-idx1-ubyte": idx([6], (i) => i % 2),
};

const cases: Readonly<Record<string, readonly [files: Files, path: string, request: DataRequest]>> = {
  CSV: [{ "plants.csv": text(csv) }, "plants.csv", { target: "healthy" }],
  "CSV, by folds, with other options": [
    { "plants.csv": text(csv) },
    "plants.csv",
    {
      target: "height",
      folds: true,
      seed: 4,
      drop: ["colour"],
      missing: ["NA"],
      types: [{ column: "width", type: "number" }],
    },
  ],
  ".csv.gz": [{ "plants.csv.gz": gzipSync(csv) }, "plants.csv.gz", { target: "healthy" }],
  "a zipped CSV": [{ "plants.zip": zip({ "plants.csv": text(csv) }) }, "plants.zip", { target: "healthy" }],
  "JSON lines": [
    { "rows.jsonl": text(Array.from({ length: 40 }, (_, i) => `{"a":${i},"b":"${i % 3}","y":${i * 2}}`).join("\n")) },
    "rows.jsonl",
    { target: "y" },
  ],
  "images in folders": [zoo, "zoo", { size: 4 }],
  "a ZIP of images": [{ "zoo.zip": zip(zoo) }, "zoo.zip", { size: 4 }],
  "a .tar.gz of images": [{ "zoo.tgz": tgz }, "zoo.tgz", { size: 4 }],
  "MNIST, partly packed": [mnist, "digits", {}],
  "NumPy arrays": [{ "table.npz": fixture("arrays/table.npz") }, "table.npz", {}],
  "NumPy images": [{ "images.npz": fixture("arrays/keras.npz") }, "images.npz", {}],
};

const withoutPlace = (line: string): string =>
  line
    .replaceAll(`${folder}/`, "")
    .replace(/^\d+\//, "")
    .replaceAll(/ \d+\/zoo/g, " zoo");

async function compared({ name: _, train, validation, request, ...source }: DataSource) {
  const test = typeof source.test === "function" ? await source.test() : source.test;
  const parts = [train, validation, test].map(({ inputs, labels, targets, inputShape, labelNames, folds }) => {
    return { inputs, labels, targets, inputShape, labelNames, folds };
  });
  const notes = source.notes.map(withoutPlace);
  const { path: __, ...rest } = request;
  return { parts, rest, notes, preprocessing: source.preprocessing, rows: source.rows };
}

const sheetOf = (name: string) => (name === "book.xlsx" ? "2" : undefined);

describe("files of a browser give the parts, notes and request of the same path", () => {
  test.each(Object.entries(cases))("%s", async (_, [files, path, request]) => {
    const { on, given } = both(files);
    const expected = await openData({ ...request, path: on(path) });
    const found = await openFiles(given, { ...request, path }, { platform });
    expect(found.request.path).toBe(path);
    expect(fingerprint(found)).toBe(fingerprint(expected));
    expect(await compared(found)).toEqual(await compared(expected));
  });

  test.each(["book.xlsx", "plain.parquet", "zstd.parquet", "brotli.parquet"])("the table in %s", async (name) => {
    const bytes = fixture(`tables/${name}`);
    const { on, given } = both({ [name]: bytes });
    const expected = await readOwnData(on(name), { height: 4, width: 4, sheet: sheetOf(name) });
    const { data } = await readFiles(given, { path: name, sheet: sheetOf(name) }, { platform });
    if (expected.kind !== "table" || data?.kind !== "table") throw new Error("a table was expected");
    expect(data.format).toBe(expected.format);
    expect(data.notes).toEqual(expected.notes);
    for (const [i, column] of data.table.columns.entries()) {
      const { cells, name: called } = expected.table.columns[i];
      expect(column.name).toBe(called);
      if (cells instanceof Float64Array || column.cells instanceof Float64Array) expect(column.cells).toEqual(cells);
      else expect([...column.cells.values]).toEqual([...cells.values]);
    }
  });

  test("labels from a table among the files", async () => {
    const images = Object.entries(zoo).filter(([path]) => path.endsWith(".png"));
    const files: Record<string, Uint8Array> = Object.fromEntries(
      images.map(([path, bytes]) => [path.replace(/\/(cats|dogs)\//, "/$1-"), bytes]),
    );
    files["zoo/labels.csv"] = text(
      `file,label\n${Object.keys(files)
        .map((path) => `${path.slice(4)},${path.includes("cats") ? "cat" : "dog"}`)
        .join("\n")}\n`,
    );
    const { on, given } = both(files);
    const expected = await openData({ path: on("zoo"), size: 4, labelsFrom: on("zoo/labels.csv") });
    const found = await openFiles(given, { path: "zoo", size: 4, labelsFrom: "labels.csv" }, { platform });
    expect(fingerprint(found)).toBe(fingerprint(expected));
    expect(found.train.labelNames).toEqual(["cat", "dog"]);
  });

  test("a text of several slices", async () => {
    const wide = Array.from({ length: 60_000 }, (_, row) => `${row * 1.5},${"äöü".repeat(12)}${row % 5},${row % 2}`);
    const content = `a,b,y\n${wide.join("\n")}\n`;
    expect(text(content).length).toBeGreaterThan(2 ** 22); // more than one slice, cut inside of letters
    const { on, given } = both({ "wide.csv": text(content) });
    const request = { target: "y", task: "classification" as const };
    const seen: number[] = [];
    const found = await openFiles(
      given,
      { ...request, path: "wide.csv" },
      { platform, onBytes: (read) => seen.push(read) },
    );
    expect(fingerprint(found)).toBe(fingerprint(await openData({ ...request, path: on("wide.csv") })));
    expect(seen.length).toBeGreaterThan(1);
  });

  test("the progress of files that are read at the same time is that of all", async () => {
    const given = ["a", "b"].map((name, i) => ({
      path: `set/${name}`,
      file: new Blob([new Uint8Array(5 * 2 ** 20 * (i + 1))]),
    }));
    const seen: string[] = [];
    const place = placeOf(given, (read, total) => seen.push(`${read / 2 ** 20} of ${total / 2 ** 20}`));
    if (place.kind !== "folder") throw new Error("expected a folder");
    const [a, b] = ["a", "b"].map((name) => place.folder.file(name).open()[Symbol.asyncIterator]());
    for (const file of [a, b, b, b, a, a, b]) await file.next();
    expect(seen).toEqual(["4 of 10", "8 of 10", "12 of 15", "13 of 15", "15 of 15"]);
  });

  test("any text is the same table, or the same error", async () => {
    const cell = fc.oneof(
      fc.double({ noNaN: true }),
      fc.constantFrom("", "NA", "x", '"a,b"', "1e999", "ü", "2024-01-31"),
    );
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom("\n", "\r\n"), async (lines, end) => {
        const content = lines.map((line) => line.join(",")).join(end);
        const { on, given } = both({ "any.csv": text(content) });
        const outcome = async (read: () => Promise<unknown>) => {
          try {
            return JSON.stringify(await read()).replaceAll(on("any.csv"), "any.csv");
          } catch (error) {
            if (!(error instanceof DataError)) throw error;
            return error.message.replaceAll(on("any.csv"), "any.csv");
          }
        };
        const found = await outcome(async () => (await readFiles(given, { path: "any.csv" }, { platform })).data);
        expect(found).toBe(await outcome(() => readOwnData(on("any.csv"), { height: 4, width: 4 })));
      }),
      { numRuns: 60 },
    );
  });
});

describe("files of a browser give the errors of the same path", () => {
  const damaged = zip(zoo).slice(0, 500);
  const cut = Uint8Array.from(gzipSync(csv)).subarray(0, 200);
  test.each<[string, Files, string]>([
    ["an empty file", { "empty.csv": new Uint8Array(0) }, "empty.csv"],
    ["a broken ZIP", { "zoo.zip": damaged }, "zoo.zip"],
    ["a truncated .gz", { "cut.csv.gz": cut }, "cut.csv.gz"],
    ["a picture as a table", { "a.png": zoo["zoo/cats/0.png"] }, "a.png"],
    ["an image that is none", { ...zoo, "zoo/cats/bad.png": text("not an image") }, "zoo"],
    ["a folder without images", { "zoo/readme.txt": text("x") }, "zoo"],
    ["a text as arrays", { "a.npz": text("x") }, "a.npz"],
  ])("%s", async (_, files, path) => {
    const { on, given } = both(files);
    const messageOf = async (open: Promise<unknown>): Promise<string> => {
      const error = await open.then(() => undefined).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataError);
      return (error as Error).message.replaceAll(on(path), path);
    };
    const expected = await messageOf(openData({ path: on(path), size: 4 }));
    const found = await messageOf(openFiles(given, { path, size: 4 }, { platform }));
    // what the decompressors of Node and browsers say is in their own words
    const withoutReason = (message: string) => message.replace(/(corrupted|cannot be decompressed).*/, "corrupted");
    expect(withoutReason(found)).toBe(withoutReason(expected));
  });

  test("no files, a file that is gone, a missing table of labels", async () => {
    await expect(openFiles([], {}, { platform })).rejects.toThrow("no file was chosen");
    const gone = {
      size: 4,
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error("not found")) }),
    } as unknown as Blob;
    await expect(openFiles([{ path: "a.csv", file: gone }], {}, { platform })).rejects.toThrow(
      "a.csv: cannot be read: not found; if it was changed or moved, choose it again",
    );
    const given = Object.entries(zoo).map(([path, bytes]) => ({ path, file: new Blob([Uint8Array.from(bytes)]) }));
    await expect(openFiles(given, { labelsFrom: "x.csv" }, { platform })).rejects.toThrow("--labels-from");
  });

  test("a signal stops the reading", async () => {
    const { given } = both({ "plants.csv": text(csv) });
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(openFiles(given, { target: "healthy" }, { platform, signal })).rejects.toThrow("stopped");
  });
});

describe("CIFAR-100", () => {
  test.each<[string, Files]>([
    ["three .mat files", matFiles],
    [
      "a folder of .mat files",
      Object.fromEntries(Object.entries(matFiles).map(([name, bytes]) => [`set/${name}`, bytes])),
    ],
    ["binary files", binaryFiles],
    ["an archive", { "cifar-100-matlab.tar.gz": archiveOf("cifar-100-matlab", matFiles) }],
  ])("%s", async (_, files) => {
    const { on, given } = both({ ...matFiles, ...files });
    const load = cifar100At(placeOf(given.filter(({ path }) => path in files)), "both", platform);
    const found = await load?.({ sizes } as Parameters<NonNullable<typeof load>>[0]);
    const expected = await loadCifar100({ data: on("."), labels: "both", sizes });
    expect(found).toEqual(expected);
  });

  test("the stand-in is that of the command", async () => {
    const found = await openFiles([], { path: "stand-in", trainRows: 50 });
    const expected = await openData({ path: "stand-in", trainRows: 50 });
    expect(fingerprint(found)).toBe(fingerprint(expected));
    expect(found.request).toEqual(expected.request);
  });
});
