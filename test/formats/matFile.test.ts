import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { concatenate } from "../../src/formats/byteReader.ts";
import { inflateStream } from "../../src/formats/inflate.ts";
import { type MatVariableInfo, readMatFile } from "../../src/formats/matFile.ts";
import type { MatVariable } from "../../src/formats/matFormat.ts";
import { inflateZlib } from "../../src/node/data/inflateZlib.ts";
import { DataError } from "../../src/tensor/errors.ts";
import fc from "../properties.ts";
import {
  cellMatrix,
  classNumbers,
  compressed,
  element,
  matFile,
  matrix,
  numbers,
  numericMatrix,
  textMatrix,
} from "./matBuilder.ts";

const folder = new URL("../fixtures/mat/", import.meta.url);
const fixture = (name: string): Uint8Array => readFileSync(new URL(name, folder));
const json = (name: string) => JSON.parse(fixture(name).toString());
const little = { littleEndian: true };

function read(bytes: Uint8Array, options: Parameters<typeof readMatFile>[1] = {}): Promise<Map<string, MatVariable>> {
  return readMatFile(bytes, { name: "x.mat", ...options });
}

function plain(variable: MatVariable | undefined): { shape: number[]; data: unknown[] } {
  if (!variable) throw new Error("the variable is missing");
  return { shape: [...variable.shape], data: Array.from<unknown>(variable.data) };
}

describe("the files that SciPy wrote", () => {
  it.each(["plain.mat", "compressed.mat"])("%s has the stored values, row-major", async (name) => {
    const variables = await read(fixture(name));
    const expected = json("expected.json");
    expect([...variables.keys()]).toEqual(["data", "fine_labels", "coarse_labels"]);
    expect(plain(variables.get("data"))).toEqual({ shape: [6, 3072], data: expected.data.flat() });
    expect(plain(variables.get("fine_labels")).data).toEqual(expected.fine_labels.flat());
    expect(plain(variables.get("coarse_labels")).data).toEqual(expected.coarse_labels.flat());
  });

  it("types.mat has every class, n-dimensional, empty and small arrays", async () => {
    const variables = await read(fixture("types.mat"));
    const { text, ...numeric } = json("types.expected.json");
    for (const [name, expected] of Object.entries(numeric)) expect(plain(variables.get(name)), name).toEqual(expected);
    expect(variables.get("text")).toMatchObject({ kind: "text", data: text.data });
  });

  it("cells.mat has a cell of strings, one beyond ASCII", async () => {
    const names = (await read(fixture("cells.mat"))).get("names");
    expect(names).toMatchObject({ kind: "cells", shape: [3, 1] });
    const cells = names?.kind === "cells" ? names.data : [];
    expect(cells.map((cell) => cell.data)).toEqual([["apple"], ["large_man-made_outdoor_things"], ["é"]]);
  });

  it("refuses what it does not read by its name", async () => {
    await expect(read(fixture("struct.mat"))).rejects.toThrow(
      /^x\.mat.*variable "s": expected a numeric, char or cell array, found a struct array/,
    );
    await expect(read(fixture("version4.mat"))).rejects.toThrow(
      /^x\.mat: expected a MATLAB file of version 5, found version 4/,
    );
    const hdf5 = new TextEncoder().encode("MATLAB 7.3 MAT-file, Platform: GLNXA64".padEnd(600));
    await expect(read(hdf5)).rejects.toThrow(/^x\.mat: version 7\.3 \(HDF5\) is not supported/);
  });

  it("skips a struct that is not wanted", async () => {
    await expect(read(fixture("struct.mat"), { select: () => "skip" })).resolves.toEqual(new Map());
  });
});

const arrays = {
  double: Float64Array,
  single: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

describe("files that the test writes", () => {
  const anyMatrix = fc.record({
    class: fc.constantFrom(...(Object.keys(arrays) as (keyof typeof arrays)[])),
    shape: fc.array(fc.nat(4), { minLength: 2, maxLength: 4 }),
    littleEndian: fc.boolean(),
    isCompressed: fc.boolean(),
    pieces: fc.integer({ min: 1, max: 50 }),
  });

  it("come back: every class, both byte orders, compressed or not, in pieces of any length", async () => {
    await fc.assert(
      fc.asyncProperty(anyMatrix, fc.infiniteStream(fc.integer()), async (options, values) => {
        const { shape, isCompressed, littleEndian, pieces } = options;
        const array = arrays[options.class];
        const data = array.from(values.take(shape.reduce((a, b) => a * b, 1)));
        const written = numericMatrix({ ...options, name: "v", storage: options.class }, [...data]);
        const order = { littleEndian };
        const file = matFile([isCompressed ? compressed(written, order) : written], order);
        const variable = (await readMatFile(inPieces(file, pieces))).get("v");
        expect(variable).toMatchObject({ kind: "numeric", class: options.class, shape });
        expect(variable?.data).toEqual(array.from(rowMajorOf(shape, [...data])));
      }),
      { numRuns: 200 },
    );
  });

  it("keep int64 exact: as numbers while these are safe, else as bigint", async () => {
    const of = async (values: readonly bigint[], name: "int64" | "uint64", littleEndian: boolean) => {
      const written = numericMatrix(
        { class: name, storage: name, shape: [1, values.length], littleEndian, name: "v" },
        values,
      );
      return (await read(matFile([written], { littleEndian }))).get("v")?.data;
    };
    for (const littleEndian of [true, false]) {
      expect(await of([-5n, 2n ** 53n - 1n], "int64", littleEndian)).toEqual(Float64Array.of(-5, 2 ** 53 - 1));
      expect(await of([-5n, 2n ** 60n + 1n], "int64", littleEndian)).toEqual(BigInt64Array.of(-5n, 2n ** 60n + 1n));
      expect(await of([2n ** 64n - 1n], "uint64", littleEndian)).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    }
  });

  it("may store a class in a smaller type, be complex or logical", async () => {
    const narrow = numericMatrix(
      { ...little, class: "double", storage: "uint8", shape: [1, 3], name: "narrow" },
      [1, 2, 3],
    );
    const parts = [numbers("double", [1, 2], little), numbers("double", [3, 4], little)].map((d) =>
      element(9, d, little),
    );
    const complex = matrix(
      { ...little, classNumber: classNumbers.double, shape: [2, 1], flags: 8, name: "complex" },
      parts,
    );
    const truth = numericMatrix(
      { ...little, class: "uint8", storage: "uint8", shape: [1, 2], flags: 2, name: "truth" },
      [1, 0],
    );
    const variables = await read(matFile([narrow, complex, truth], little));
    expect(variables.get("narrow")?.data).toEqual(Float64Array.of(1, 2, 3));
    expect(variables.get("complex")).toMatchObject({ data: Float64Array.of(1, 2), imaginary: Float64Array.of(3, 4) });
    expect(variables.get("truth")).toMatchObject({ logical: true, data: Uint8Array.of(1, 0) });
  });

  it("have texts of several rows and in UTF-16", async () => {
    const codes = [..."adbecf"].map((letter) => letter.charCodeAt(0)); // columns of [abc; def]
    const rows = matrix({ ...little, classNumber: 4, shape: [2, 3], name: "rows" }, [
      element(4, numbers("uint16", codes, little), little),
    ]);
    const wide = matrix({ littleEndian: false, classNumber: 4, shape: [1, 2], name: "wide" }, [
      element(17, numbers("uint16", [0xd83d, 0xde00], { littleEndian: false }), { littleEndian: false }),
    ]);
    expect((await read(matFile([rows], little))).get("rows")?.data).toEqual(["abc", "def"]);
    expect((await read(matFile([wide], { littleEndian: false }))).get("wide")?.data).toEqual(["😀"]);
  });

  it("hand large values on in the order of the file, without keeping them", async () => {
    const values = Array.from({ length: 3000 }, (_, index) => index % 251);
    const written = numericMatrix(
      { ...little, class: "uint8", storage: "uint8", shape: [1000, 3], name: "big" },
      values,
    );
    const other = textMatrix("hello", { ...little, name: "other" });
    const parts: Uint8Array[] = [];
    const seen: MatVariableInfo[] = [];
    const select = (variable: MatVariableInfo) => {
      seen.push(variable);
      return variable.name === "big" ? (chunk: Uint8Array) => void parts.push(chunk.slice()) : "read";
    };
    const file = matFile([compressed(written, little), compressed(other, little)], little);
    for (const inflate of [inflateZlib, inflateStream]) {
      parts.length = 0;
      const variables = await readMatFile(inPieces(file, 100), { select, inflate });
      expect([...concatenate(parts)]).toEqual(values);
      expect([...variables.keys()]).toEqual(["other"]);
    }
    expect(seen[0]).toMatchObject({ name: "big", shape: [1000, 3], class: "uint8", storage: "uint8" });
  });
});

describe("hostile files", () => {
  const good = numericMatrix({ ...little, class: "uint8", storage: "uint8", shape: [2, 5], name: "v" }, [
    ...Array(10).keys(),
  ]);

  it("claim more than there is", async () => {
    const file = matFile([good], little);
    new DataView(file.buffer).setUint32(132, 400_000_000, true);
    await expect(read(file)).rejects.toThrow(
      /x\.mat: truncated: variable "v" at byte 136: expected 400000000 bytes, found \d+; fetch/,
    );
    await expect(read(file, { limit: 1000 })).rejects.toThrow(
      /byte 128: expected at most 1000 bytes, found a stated length of 400000000/,
    );
  });

  it("claim a large array inside of a small compressed element", async () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(2 ** 24)));
    const inner = new Uint8Array(16);
    new DataView(inner.buffer).setUint32(0, 14, true);
    new DataView(inner.buffer).setUint32(4, 2 ** 31, true);
    await expect(read(matFile([compressed(inner, little)], little))).rejects.toThrow(
      /found a stated length of 2147483648/,
    );
    const tag = new Uint8Array(8);
    new DataView(tag.buffer).setUint32(0, 15, true);
    new DataView(tag.buffer).setUint32(4, bomb.length, true);
    await expect(read(matFile([tag, bomb], little))).rejects.toThrow(DataError);
  });

  it("have more bytes in a compressed element than its array", async () => {
    const file = matFile([compressed(concatenate([good, new Uint8Array(64)]), little)], little);
    await expect(read(file)).rejects.toThrow(
      /x\.mat: the element at byte 128: corrupted: expected the end after its array, found more bytes/,
    );
  });

  it("have dimensions that do not fit the values", async () => {
    const wrong = (shape: number[]) =>
      read(
        matFile([numericMatrix({ ...little, class: "double", storage: "uint8", shape, name: "v" }, [1, 2])], little),
      );
    await expect(wrong([1, 3])).rejects.toThrow(/variable "v": corrupted: expected 3 values for shape 1×3, found 2/);
    await expect(wrong([2 ** 31 - 1, 2 ** 31 - 1])).rejects.toThrow(/corrupted: dimensions/);
    await expect(wrong([-1, 2])).rejects.toThrow(/corrupted: dimensions -1×2/);
  });

  it("would grow beyond the limit when widened", async () => {
    const values = Array(1000).fill(1);
    const file = matFile(
      [numericMatrix({ ...little, class: "double", storage: "uint8", shape: [1, 1000] }, values)],
      little,
    );
    await expect(read(file, { limit: 7999 })).rejects.toThrow(
      /expected at most 7999 bytes, found 1000 values of class double/,
    );
    await expect(read(file, { limit: 8000 })).resolves.toBeInstanceOf(Map);
  });

  it("nest cells without end, or claim more cells than bytes", async () => {
    let nested = textMatrix("x", little);
    for (let depth = 0; depth < 100; depth++) nested = cellMatrix([nested], little);
    await expect(read(matFile([nested], little))).rejects.toThrow(
      /expected at most 16 levels of nested cells, found more/,
    );
    const many = matrix({ ...little, classNumber: 1, shape: [2 ** 30, 1], name: "c" }, []);
    await expect(read(matFile([many], little))).rejects.toThrow(/1073741824 cells do not fit into 0 bytes/);
  });

  it("are cut off anywhere", async () => {
    const file = matFile(
      [compressed(good, little), cellMatrix([textMatrix("abc", little)], { ...little, name: "c" })],
      little,
    );
    const whole = new Set<number>([128, 128 + compressed(good, little).length]);
    for (let length = 0; length < file.length; length++) {
      const result = read(file.subarray(0, length));
      if (whole.has(length)) await result;
      else await expect(result, `${length} bytes`).rejects.toThrow(DataError);
    }
  });

  it("have any bytes changed: a result or a DataError, never anything else", async () => {
    const small = fixture("types.mat");
    const packed = matFile(
      [compressed(good, little), compressed(cellMatrix([textMatrix("é", little)], little), little)],
      little,
    );
    const base = fc.constantFrom(small, fixture("cells.mat"), fixture("struct.mat"), packed);
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(base, fc.array(change, { minLength: 1, maxLength: 6 }), async (original, changes) => {
        const bytes = Uint8Array.from(original);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        await read(bytes, { limit: 2 ** 20 }).catch((error: unknown) => expect(error).toBeInstanceOf(DataError));
      }),
      { numRuns: 1500 },
    );
  });

  it("are no MATLAB files at all", async () => {
    await expect(read(new Uint8Array(0))).rejects.toThrow(/x\.mat: truncated: the header/);
    await expect(read(new TextEncoder().encode("a,b,c\n".repeat(100)))).rejects.toThrow(/not a MATLAB v5 file/);
  });
});

function* inPieces(bytes: Uint8Array, pieces: number): Generator<Uint8Array> {
  const length = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** Entry (i₀, i₁, …) of a column-major array is at i₀ + d₀·(i₁ + d₁·(…)). */
function rowMajorOf(shape: readonly number[], columnMajor: readonly number[]): number[] {
  const result: number[] = [];
  const visit = (index: number[]): void => {
    if (index.length === shape.length)
      result.push(columnMajor[index.reduceRight((sum, i, d) => i + shape[d] * sum, 0)]);
    else for (let i = 0; i < shape[index.length]; i++) visit([...index, i]);
  };
  visit([]);
  return result;
}
