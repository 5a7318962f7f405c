import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readCifar10 } from "../../src/data/cifar10.ts";
import { readIdx } from "../../src/data/idx.ts";
import { readNpy, readNpz } from "../../src/formats/npy.ts";
import { DataError } from "../../src/index.ts";
import fc from "../properties.ts";

const fixture = (name: string): Uint8Array => {
  return new Uint8Array(readFileSync(new URL(`../fixtures/npy/${name}`, import.meta.url)));
};
const npy = (name: string) => readNpy(fixture(name), { name });
const numbers = Array.from({ length: 24 }, (_, i) => i);

describe(".npy files that NumPy wrote", () => {
  test("float32, float64 of the other byte order, Fortran order", () => {
    expect(npy("f4.npy")).toEqual({ shape: [2, 3, 4], data: Float32Array.from(numbers, (i) => i / 7) });
    expect(npy("f8big.npy")).toEqual({ shape: [2, 3, 4], data: Float64Array.from(numbers, (i) => i / 7) });
    expect(npy("fortran.npy")).toEqual({ shape: [2, 3, 4], data: Int16Array.from(numbers) });
  });

  test("64-bit whole numbers, booleans, a scalar", () => {
    expect(npy("i8.npy")).toEqual({ shape: [3], data: Float64Array.of(-5, 2 ** 40, 3) });
    expect(npy("bool.npy")).toEqual({ shape: [2], data: Uint8Array.of(1, 0) });
    expect(npy("scalar.npy")).toEqual({ shape: [], data: Float64Array.of(2.5) });
  });

  test.each([
    ["object.npy", "not plain numbers"],
    ["text.npy", "of type U2"],
    ["huge.npy", "expected whole numbers of at most 53 bits"],
  ])("%s is refused: %s", (name, message) => {
    expect(() => npy(name)).toThrow(DataError);
    expect(() => npy(name)).toThrow(message);
  });

  test("a shape that promises more than there is", () => {
    const bytes = fixture("f4.npy");
    const text = Buffer.from(bytes).toString("latin1").replace("(2, 3, 4)", "(9, 9, 9)");
    expect(() => readNpy(Buffer.from(text, "latin1"), { name: "x.npy" })).toThrow(
      "expected 2916 bytes for shape (9, 9, 9) of f4, found 96",
    );
  });
});

describe(".npz files that NumPy wrote", () => {
  test("stored", async () => {
    const { x, y } = await readNpz(fixture("stored.npz"), { name: "stored.npz" });
    expect(x).toEqual({ shape: [2, 3, 4], data: Uint8Array.from(numbers) });
    expect([...y.data]).toEqual([1, 0]);
  });

  test("deflated", async () => {
    const { x, y } = await readNpz(fixture("deflated.npz"), { name: "deflated.npz" });
    expect(x).toEqual({ shape: [100, 100], data: new Float32Array(10_000) });
    expect([...y.data]).toEqual(Array.from({ length: 100 }, (_, i) => i % 3));
  });

  test("an entry that decompresses to more than it says", async () => {
    const bytes = fixture("deflated.npz");
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 500, true);
    await expect(readNpz(bytes, { name: "bomb.npz" })).rejects.toThrow(/expected 500 decompressed bytes, found more/);
  });

  test("an entry whose bytes are not those that were written", async () => {
    const bytes = fixture("stored.npz");
    bytes[new DataView(bytes.buffer).getUint16(26, true) + 30 + 200] ^= 1; // in the values of the first array
    await expect(readNpz(bytes, { name: "damaged.npz" })).rejects.toThrow(/damaged\.npz: .* its checksum differs/);
  });
});

test("damaged files end in a DataError, and nothing else", async () => {
  const files = ["f4.npy", "object.npy", "stored.npz", "deflated.npz"];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(), { nil: undefined }),
      async (file, changes, cut) => {
        let bytes = fixture(file);
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        if (cut !== undefined) bytes = bytes.subarray(0, cut % bytes.length);
        try {
          if (file.endsWith("npy")) readNpy(bytes, { name: file });
          else await readNpz(bytes, { name: file });
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const idx = (shape: readonly number[], values: readonly number[], type = 8): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((length, i) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * i, length);
  });
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
};

describe("IDX", () => {
  const images = idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  test("images of one channel and their labels", () => {
    expect(readIdx(images, idx([2], [3, 0]), { name: "toy" })).toEqual({
      name: "toy",
      inputs: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
      inputShape: [2, 3, 1],
      labels: Int32Array.of(3, 0),
      labelNames: ["0", "1", "2", "3"],
    });
  });

  test.each([
    ["no IDX file", Uint8Array.of(1, 2, 3, 4), idx([2], [0, 0]), "not an IDX file"],
    ["floats", idx([2, 2, 3], [], 13), idx([2], [0, 0]), "type 13"],
    ["labels as images", idx([2], [0, 0]), idx([2], [0, 0]), "expected 3 dimensions, found 1"],
    ["truncated", images.subarray(0, 20), idx([2], [0, 0]), "expected 12 bytes for shape (2, 2, 3), found 4"],
    ["half a header", images.subarray(0, 9), idx([2], [0, 0]), "truncated"],
    ["other labels", images, idx([3], [0, 0, 0]), "expected a label for each of 2 images, found 3 labels"],
    ["still compressed", gzipSync(images), idx([2], [0, 0]), "not an IDX file"],
    ["empty", idx([0, 2, 3], []), idx([2], [0, 0]), "empty"],
  ])("%s is refused", (_, pictures, labels, message) => {
    expect(() => readIdx(pictures, labels, { name: "toy" })).toThrow(DataError);
    expect(() => readIdx(pictures, labels, { name: "toy" })).toThrow(message);
  });
});

describe("CIFAR-10", () => {
  const record = (label: number, red: number, green: number, blue: number): number[] => {
    return [label, ...[red, green, blue].flatMap((value) => Array<number>(1024).fill(value))];
  };

  test("planes become pixels, files follow each other", () => {
    const files = [
      Uint8Array.from([...record(3, 1, 2, 3), ...record(9, 4, 5, 6)]),
      Uint8Array.from(record(0, 7, 8, 9)),
    ];
    const { inputs, labels, labelNames, inputShape } = readCifar10(files, { name: "toy" });
    expect(inputShape).toEqual([32, 32, 3]);
    expect([...labels].map((label) => labelNames[label])).toEqual(["cat", "truck", "airplane"]);
    expect([...inputs.subarray(0, 6), ...inputs.subarray(3072, 3075), ...inputs.subarray(-3)]).toEqual([
      1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  test("half a record and a label that is none are refused", () => {
    expect(() => readCifar10([new Uint8Array(3072)], { name: "toy" })).toThrow(
      "expected a multiple of 3073 bytes, found 3072",
    );
    expect(() => readCifar10([Uint8Array.from(record(10, 0, 0, 0))], { name: "toy" })).toThrow(
      "expected a label from 0 to 9, found 10",
    );
  });
});
