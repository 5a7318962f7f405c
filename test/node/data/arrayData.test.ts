import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { imageLayout, pixelRange, toPixels } from "../../../src/data/arrayImages.ts";
import { arrayRoles } from "../../../src/data/arrayRoles.ts";
import type { OwnImages, OwnTable } from "../../../src/data/reading/ownDataTypes.ts";
import { encodeNpy } from "../../../src/formats/npyWrite.ts";
import { openData } from "../../../src/node/data/openData.ts";
import { readOwnData, readTable } from "../../../src/node/data/ownData.ts";
import { readImageArrays } from "../../../src/node/data/rawImages.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import fc from "../../properties.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-npy-");

// The arrays are written by NumPy: see test/fixtures/arrays/make.py
const at = (name: string) => fileURLToPath(new URL(`../../fixtures/arrays/${name}.npz`, import.meta.url));
const size = { height: 8, width: 8 };
type Options = Omit<Parameters<typeof readOwnData>[1], "height" | "width">;
const read = (name: string, options: Options = {}) => readOwnData(at(name), { ...size, ...options });
const images = async (name: string, options: Options = {}): Promise<OwnImages> => {
  const data = await read(name, options);
  if (data.kind !== "images") throw new Error("images were expected");
  return data;
};
/** Byte i of the 144 of all images, as make.py has it. */
const bytes = Uint8Array.from({ length: 144 }, (_, i) => Math.floor((i * 255) / 143));
const labels = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => (from + i) % 3);

describe("parts", () => {
  test("x_train, y_train, x_test, y_test", async () => {
    const { dataset, validation, test: last, notes } = await images("keras");
    expect(dataset).toMatchObject({ inputShape: [3, 4, 1], labelNames: ["0", "1", "2"], labels: labels(0, 8) });
    expect(dataset.inputs).toEqual(bytes.slice(0, 96));
    expect([validation, last?.labels, last?.inputs]).toEqual([undefined, labels(8, 12), bytes.slice(96)]);
    expect(notes).toEqual([
      "parts as given: x_train (8) to train, x_test (4) to test",
      "x_train (8, 3, 4) is read as images of 3×4 in grey; --as table reads columns",
    ]);
  });

  test("train_images, val_images and test_images with labels (rows, 1)", async () => {
    const { dataset, validation, test: last } = await images("medmnist");
    expect([dataset, validation, last].map((part) => part?.labels)).toEqual([
      labels(0, 6),
      labels(6, 9),
      labels(9, 12),
    ]);
  });

  test("a folder of .npy files", async () => {
    mkdirSync(join(folder, "arrays"));
    for (const [part, from, to] of [
      ["train", 0, 8],
      ["test", 8, 12],
    ] as const) {
      const x = { shape: [to - from, 3, 4], data: bytes.slice(12 * from, 12 * to) };
      writeFileSync(join(folder, "arrays", `x_${part}.npy`), encodeNpy(x));
      writeFileSync(join(folder, "arrays", `y_${part}.npy`), encodeNpy({ shape: [to - from], data: labels(from, to) }));
    }
    const data = (await readOwnData(join(folder, "arrays"), size)) as OwnImages;
    const expected = await images("keras");
    expect(data.test?.inputs).toEqual(expected.test?.inputs);
    expect(data.dataset.inputs).toEqual(expected.dataset.inputs);
  });

  test("classes that training does not have, and rows without a label, are dropped and counted", async () => {
    const unknown = await images("unknown");
    expect(unknown.test?.labels).toEqual(Int32Array.of(0, 1));
    expect(unknown.notes).toContain("2 rows of x_test left out, because x_train does not have their classes: 2");
    const missing = await images("missing");
    expect(missing.dataset.labels.length).toBe(11);
    expect(missing.notes).toContain("1 row of x without a label left out");
  });

  test("of a table: rows of the given parts, a missing target, texts as classes", async () => {
    const { table, target, given } = (await read("table")) as OwnTable;
    expect([table.rows, target, table.columns.map(({ name }) => name)]).toEqual([12, "y", ["x0", "x1", "x2", "y"]]);
    expect(given).toEqual({ validation: Int32Array.of(6, 7, 8), test: Int32Array.of(9, 10, 11) });
    const source = await openData({ path: at("table") });
    expect(source.rows).toEqual({
      train: Int32Array.of(0, 1, 2, 3),
      validation: Int32Array.of(4, 5, 6),
      test: Int32Array.of(7, 8, 9),
    });
    expect(source.dropped).toBe(2);
    expect((await readTable(at("table"))).rows).toBe(3); // what is predicted is the test part
  });
});

describe("images or a table", () => {
  test("numbers from 0 to 1, (rows, height, width, 1), one-hot labels", async () => {
    const { dataset, notes, pixelRange: range } = await images("unit");
    expect([dataset.inputs, dataset.labels, range]).toEqual([bytes, labels(0, 12), [0, 1]]);
    expect(notes).toEqual([
      "y is one-hot: 3 classes",
      "x (12, 3, 4, 1) is read as images of 3×4 in grey; values from 0 to 1 become bytes (--pixel-range LOW,HIGH changes it); --as table reads columns",
    ]);
  });

  test("float16 with channels first and texts as labels", async () => {
    const { dataset, notes } = await images("channelsFirst");
    expect([dataset.inputShape, dataset.labelNames]).toEqual([
      [8, 8, 3],
      ["<b>", "c=", "é"],
    ]);
    const first = dataset.inputs.slice(0, 192);
    const inner = Array.from({ length: 12 }, (_, i) =>
      first.slice(3 * ((Math.floor(i / 4) + 3) * 8 + (i % 4) + 2)).slice(0, 3),
    );
    inner.forEach((pixel, i) => {
      expect(Math.abs(pixel[0] - bytes[i])).toBeLessThanOrEqual(1);
      expect([pixel[1], pixel[2]]).toEqual([pixel[0], pixel[0]]);
    });
    expect(notes?.[0]).toContain("images of 8×8 in colour, channels first; values from 0 to 1");
  });

  test("16 levels, names of classes, arrays that are not used, also unreadable ones", async () => {
    const { dataset, notes, pixelRange: range } = await images("sixteen");
    expect([range, dataset.labelNames]).toEqual([
      [0, 16],
      ["no", "one", "two"],
    ]);
    expect(notes?.[0]).toBe("arrays not used: data (12, 12), frame (unreadable), DESCR ()");
    expect(dataset.inputs).toEqual(bytes.map((value) => Math.round((Math.floor(value / 16) * 255) / 16)));
  });

  test("12 bits are rounded to 256 levels, with a note; another range clips", async () => {
    const { notes, pixelRange: range } = await images("twelveBit");
    expect(range).toEqual([0, 4095]);
    expect(notes).toContain("x is rounded to 256 levels");
    const clipped = await images("twelveBit", { pixelRange: [0, 2000] });
    expect(clipped.notes?.some((note) => /values of x outside of 0 to 2000 are clipped/.test(note))).toBe(true);
  });

  test("NumPy's names arr_0 and arr_1", async () => {
    expect((await images("unnamed")).dataset.labels).toEqual(labels(0, 12));
  });

  test("numbers that are no pixels are a table, with a note; --as overrides it both ways", async () => {
    const { kind, notes } = await read("series");
    expect(kind).toBe("table");
    expect(notes).toEqual([
      "x (12, 3, 4) is read as a table of 12 columns, because its values are not pixels; --as images reads it as images",
    ]);
    const { pixelRange: range } = await images("series", { as: "images" });
    expect(range).toEqual([-3, 9]);
    expect((await read("keras", { as: "table" })).kind).toBe("table");
  });

  test("(rows, 64) is a table with a hint", async () => {
    const { kind, notes } = await read("squares");
    expect([kind, notes]).toEqual([
      "table",
      ["x (12, 64) is read as a table; if its rows are images of 8×8, use --as images"],
    ]);
    expect((await images("squares", { as: "images" })).dataset.inputShape).toEqual([8, 8, 1]);
    await expect(read("table", { as: "images" })).rejects.toThrow(
      "--as images: expected X_train as (rows, height, width)",
    );
  });

  test.each([
    ["multiple", /multiple\.npz: y: expected a label for each of 12 rows, .* not one-hot: row 0 has 3 ones/],
    ["pickle", /pickle\.npz: y\.npy: .*Python objects, which can run code; save texts with astype/],
  ])("%s is refused", async (name, message) => {
    await expect(read(name)).rejects.toThrow(DataError);
    await expect(read(name)).rejects.toThrow(message);
  });
});

test("predictions read arrays in the range of the training; other ranges are refused or warned about", async () => {
  const shape = [3, 4, 1];
  const flat = async (name: string, options = {}) => Buffer.concat(await readImageArrays(at(name), shape, options));
  expect(await flat("unit", { pixelRange: [0, 1] })).toEqual(Buffer.from(bytes));
  expect(await flat("keras", { pixelRange: [0, 1] })).toEqual(Buffer.from(bytes.slice(96))); // bytes are bytes
  await expect(flat("unit")).rejects.toThrow("x: expected bytes (uint8) as in training");
  await expect(flat("series", { pixelRange: [0, 1] })).rejects.toThrow(
    "expected values from 0 to 1, as in training, found -3",
  );
  const warnings: string[] = [];
  await flat("unit", { pixelRange: [0, 16], onWarning: (line: string) => warnings.push(line) });
  expect(warnings).toEqual([
    expect.stringContaining("x has values from 0 to 1, but the training arrays have values from 0 to 16"),
  ]);
});

test("a source stores the range of its pixels, so that the same data is opened again", async () => {
  const source = await openData({ path: at("sixteen"), trainRows: 4 });
  expect(source.request.pixelRange).toEqual([0, 16]);
  const again = await openData(source.request);
  expect([again.train.inputs, again.request]).toEqual([source.train.inputs, source.request]);
});

test("requests of version 0.2 read what they read then: no parts, and images are bytes alone", async () => {
  const { dataset, test: last } = await images("keras", { rules: 1 });
  expect([dataset.labels.length, last]).toEqual([8, undefined]);
  expect((await read("unit", { rules: 1 })).kind).toBe("table");
});

describe("roles by names", () => {
  test.each([
    [["X", "Y"], { train: { inputs: "X", labels: "Y" } }],
    [
      ["x", "x_train", "y_train", "x_test"],
      { train: { inputs: "x_train", labels: "y_train" }, test: { inputs: "x_test" } },
    ],
    [
      ["xTrain", "yTrain", "valX", "val-y"],
      { train: { inputs: "xTrain", labels: "yTrain" }, validation: { inputs: "valX", labels: "val-y" } },
    ],
    [["data", "images", "label"], { train: { inputs: "images", labels: "label" } }],
    [["arr_0", "arr_1"], { train: { inputs: "arr_0", labels: "arr_1" } }],
    [["a", "b"], {}],
  ])("%j", (names, parts) => {
    expect(arrayRoles(names).parts).toEqual(parts);
  });

  test("every array has a role or is unused, whatever the names", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom("x", "y", "x_test", "Xval", "__proto__", "labels"))),
        (names) => {
          const { parts, classNames, unused } = arrayRoles(names);
          const used = Object.values(parts).flatMap(({ inputs, labels: its }) =>
            its === undefined ? [inputs] : [inputs, its],
          );
          const all = [...used, ...unused, ...(classNames === undefined ? [] : [classNames])];
          expect(all.sort()).toEqual([...names].sort());
        },
      ),
    );
  });
});

test("pixels of any range: the ends are 0 and 255, the order is kept, channels come last", () => {
  const range = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 70_000 }));
  fc.assert(
    fc.property(
      range,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
      ([low, span], shares) => {
        const data = Float64Array.from(shares, (share) => low + share * span);
        const layout = { height: 2, width: 2, channels: 3, isChannelsFirst: true, hasChannels: true };
        const { pixels, clipped } = toPixels({ data, shape: [1, 3, 2, 2] }, layout, [low, low + span]);
        expect(clipped).toBe(0);
        for (let channel = 0; channel < 3; channel++)
          for (let i = 0; i < 4; i++)
            expect(Math.abs(pixels[3 * i + channel] - 255 * shares[4 * channel + i])).toBeLessThanOrEqual(0.5 + 1e-6);
      },
    ),
  );
  const layout = imageLayout([5, 9, 9]);
  if (!layout) throw new Error("a layout was expected");
  expect(pixelRange(Float32Array.of(0, Number.NaN), layout)).toBeUndefined();
  expect(pixelRange(Float32Array.of(-1, 0.5), layout)).toEqual([-1, 1]);
  expect(pixelRange(Int32Array.of(0, 300), layout)).toEqual([0, 4095]);
  expect(pixelRange(Float32Array.of(0, 50.5), layout)).toBeUndefined();
  expect(imageLayout([5, 1, 9])).toBeUndefined();
});
