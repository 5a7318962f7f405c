import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { zipOf } from "../../../scripts/fuzz/structures.ts";
import type { RawTable } from "../../../src/data/rawTable.ts";
import { lineOf } from "../../../src/data/table.ts";
import { type ReadRawTableOptions, readRawTable } from "../../../src/node/data/readRawTable.ts";
import { DataError, RandomState, readTable } from "../../../src/node.ts";
import fc from "../../properties.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const fixtures = resolve(import.meta.dirname, "../../fixtures/tables");
const folder = temporaryFolder("handgrad tables ");

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const read = (path: string, options: Partial<ReadRawTableOptions> = {}): Promise<RawTable> =>
  readRawTable(path, { amongNumbers: (text) => text === "NA", ...options });

/** Columns by their names (or the cells of the first row), as texts or numbers, NaN as null. */
function columnsOf({ names, first, columns, rows }: RawTable): Record<string, (string | number | null)[]> {
  const values = columns.map((cells) =>
    Array.from({ length: rows }, (_, row) => {
      if (cells.kind === "texts") return cells.texts.values.at(cells.texts.codes[row]);
      return Number.isNaN(cells.numbers[row]) ? null : cells.numbers[row];
    }),
  );
  return Object.fromEntries((names ?? first ?? []).map((name, i) => [name, values[i]]));
}

const plants = {
  height: [1.5, null, 2.25, -3],
  kind: ["fern", "ivy", "", 'Köln "x", y'],
  // 2⁵³ + 1 is no float64
  count: ["1", "2", "3", "9007199254740993"],
  when: ["2024-01-31 00:00:00", "2024-02-01 00:00:00", "2024-02-29 12:30:00", ""],
  wild: ["true", "false", "true", "true"],
};

describe("Parquet, as pandas writes it", () => {
  test.each(["snappy", "gzip", "zstd", "brotli", "lz4", "plain"])("%s", async (codec) => {
    const raw = await read(join(fixtures, `${codec}.parquet`));
    expect(columnsOf(raw)).toEqual(plants);
    expect([raw.format, raw.notes]).toEqual(["Parquet", []]);
  });

  test("lists are left out with a note, dates are dates", async () => {
    const raw = await read(join(fixtures, "nested.parquet"));
    expect(columnsOf(raw)).toEqual({ ...plants, day: Array(4).fill("2024-02-29") });
    expect(raw.notes).toEqual(["left out: columns with lists or records: tags"]);
  });

  test("damaged files are a DataError", async () => {
    const whole = readFileSync(join(fixtures, "snappy.parquet"));
    await expect(read(write("half.parquet", whole.subarray(0, 1000)))).rejects.toThrow(
      /half\.parquet: cannot be read as a Parquet file/,
    );
    await expect(read(write("short.parquet", "PAR1"))).rejects.toThrow(DataError);
  });
});

describe("Excel, as openpyxl writes it", () => {
  const book = join(fixtures, "book.xlsx");

  test("a sheet by its name or number: dates, errors, formulas, titles, where the table is", async () => {
    const raw = await read(book, { sheet: "Plants <1>" });
    expect(columnsOf(raw)).toEqual({
      height: ["1.5", "", "7"], // the last is a text in the sheet
      kind: ["fern", 'Köln "x", y', "ivy"],
      when: ["2024-01-31", "2024-02-29 12:30:00", "06:45:00"],
      share: ["true", "", "false"],
      sum: [null, 2, 3],
    });
    expect(raw.format).toBe("Excel, sheet Plants <1>");
    expect(raw.notes).toEqual([
      "left out: 1 row with one cell above the table (Report of 2024)",
      "the table begins in cell B4",
      "1 cell with an error is treated as missing: #N/A",
      "1 formula has no stored result and is treated as missing; open the file in a spreadsheet and save it",
    ]);
    expect([0, 2].map((row) => lineOf(raw, row))).toEqual([5, 7]);
    expect(columnsOf(await read(book, { sheet: "2" }))).toEqual(columnsOf(raw));
  });

  test("the first sheet by default, with a note; another name lists all", async () => {
    const raw = await read(book);
    expect(raw.first).toEqual(["nothing & all"]);
    expect(raw.notes).toEqual([
      "the sheet Notes is read; the workbook has 2 sheets (Notes, Plants <1>); --sheet NAME reads another",
    ]);
    await expect(read(book, { sheet: "3" })).rejects.toThrow("no sheet is called 3; there are Notes, Plants <1>");
  });
});

describe("JSON", () => {
  test("lines, with missing keys, objects within, lists and long integers", async () => {
    const lines = [
      '{"a":1,"b":{"c":"x"}}',
      "",
      '{"a":null,"d":[1,2],"b":{"c":"y"}}',
      '{"a":2.5,"id":12345678901234567890}',
    ];
    const raw = await read(write("a.jsonl", lines.join("\r\n")));
    expect(columnsOf(raw)).toEqual({
      ...{ a: [1, null, 2.5], "b.c": ["x", "y", ""], d: ["", "[1,2]", ""] },
      id: ["", "", "12345678901234567890"],
    });
    expect(raw.notes).toEqual(["objects within rows become columns, such as b.c", "lists are read as texts: d"]);
    expect([0, 1, 2].map((row) => lineOf(raw, row))).toEqual([1, 3, 4]);
  });

  test.each([
    ["a list of objects", '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]'],
    ["a list of objects over lines", '[\n  {"a": 1, "b": "x"},\n  {"a": 2, "b": "y"}\n]\n'],
    ["an object of columns", '{"a": [1, 2], "b": ["x", "y"]}'],
    ["an object of columns, as pandas writes it", '{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}'],
  ])("%s", async (_, text) => {
    expect(columnsOf(await read(write("any", text)))).toEqual({ a: [1, 2], b: ["x", "y"] });
  });

  test.each([
    ['{"a":1}\n{"a":', /row 2: not JSON/],
    ['{"a":1}\n3\n', /row 2: expected an object such as \{"height": 1.5\}, found 3/],
    ['[{"a":1},', /not JSON/],
    ['{"a":{"b":1},"a.b":2}\n{"a":1}\n', /row 1: expected one value for a.b, found two/],
  ])("%j is refused", async (text, message) => {
    await expect(read(write("bad.json", text))).rejects.toThrow(message);
  });

  test("any values come back", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ x: fc.double({ min: -1e12, max: 1e12, noNaN: true }), y: fc.string() }), {
          minLength: 1,
          maxLength: 20,
        }),
        async (rows) => {
          const found = columnsOf(await read(write("p.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"))));
          expect(found.x).toEqual(rows.map(({ x }) => x + 0)); // JSON has no −0
          if (found.y.every((cell) => typeof cell === "string")) expect(found.y).toEqual(rows.map(({ y }) => y.trim()));
        },
      ),
      { numRuns: 50 },
    ));
});

describe("text, packed or in other encodings", () => {
  const text = "name;größe\nÄpfel;1,5\nBirnen;2,5\n";
  const wanted = { name: ["Äpfel", "Birnen"], größe: [1.5, 2.5] };
  const bigEndian = (bytes: Buffer) => Buffer.from(bytes).swap16();
  test.each([
    ["t.csv", Buffer.from(text), "CSV with semicolons"],
    ["bom.txt", Buffer.from(`\ufeff${text}`), "CSV with semicolons"],
    ["le.csv", Buffer.from(`\ufeff${text}`, "utf16le"), "CSV with semicolons"],
    ["be.csv", bigEndian(Buffer.from(`\ufeff${text}`, "utf16le")), "CSV with semicolons"],
    ["le-without-mark.csv", Buffer.from(text, "utf16le"), "CSV with semicolons"],
    ["be-without-mark.csv", bigEndian(Buffer.from(text, "utf16le")), "CSV with semicolons"],
    ["t.csv.gz", gzipSync(text), "CSV with semicolons, gzip"],
    ["t.csv.zst", zstdCompressSync(Buffer.from(text)), "CSV with semicolons, zstd"],
    ["without extension", Buffer.from(text), "CSV with semicolons"],
    ["windows.csv", Buffer.from(text, "latin1"), "CSV with semicolons"],
  ])("%s", async (name, bytes, format) => {
    const raw = await read(write(name, bytes));
    expect(columnsOf(raw)).toEqual(wanted);
    expect(raw.format).toBe(format);
  });

  test("a damaged .gz, one of nothing, and one within one", async () => {
    const packed = gzipSync(text);
    await expect(read(write("cut.csv.gz", packed.subarray(0, 30)))).rejects.toThrow(
      /cut\.csv\.gz: cannot be decompressed/,
    );
    await expect(read(write("nothing.csv.gz", gzipSync("")))).rejects.toThrow("the file is empty");
    expect(columnsOf(await read(write("twice.gz", gzipSync(packed))))).toEqual(wanted);
  });

  const zip = (files: Readonly<Record<string, Uint8Array>>) =>
    zipOf(files, new RandomState(3), deflateRawSync, { ending: "", lies: false });

  test("a zip with one table, also beside what macOS adds, and packed again", async () => {
    const aside = { "__MACOSX/._t.csv": Buffer.from("\0"), "data/.DS_Store": Buffer.from("\0") };
    const bytes = zip({ "data/t.csv": Buffer.from(text), ...aside });
    for (const [name, content, format] of [
      ["t.csv.zip", bytes, "CSV with semicolons, zip"],
      ["t.zip.gz", gzipSync(bytes), "CSV with semicolons, zip, gzip"],
      ["gz.zip", zip({ "t.csv.gz": gzipSync(text) }), "CSV with semicolons, gzip, zip"],
    ] as const) {
      const raw = await read(write(name, content));
      expect(columnsOf(raw), name).toEqual(wanted);
      expect([raw.format, raw.name]).toEqual([format, join(folder, name)]);
    }
  });

  test("a zip with several files, with images, without any, and one in one in one", async () => {
    const one = zip({ "t.csv": Buffer.from(text) });
    const failure = (content: Uint8Array) => expect(read(write("some.zip", content))).rejects;
    await failure(zip({ "a.csv": Buffer.from(text), "b.csv": Buffer.from(text) })).toThrow(
      /some\.zip: a ZIP archive of 2 files \(a\.csv, b\.csv\) cannot be read; unpack it first/,
    );
    await failure(zip({ "cats/1.jpg": Buffer.from("x") })).toThrow(/a ZIP archive of images cannot be read/);
    await failure(zip({ "cats/": Buffer.from("") })).toThrow(/a ZIP archive without files cannot be read/);
    await failure(zip({ "b.zip": zip({ "c.zip": one }) })).toThrow(/compressed at most twice/);
    await failure(zip({ "t.csv": Buffer.from(text).subarray(0, 0) })).toThrow("the file is empty");
  });

  test("columns that become texts late are read again from the file, also packed", async () => {
    const lines = ["a,b", ...Array.from({ length: 200_000 }, (_, i) => `${i}.0,${i}`), "x,1"];
    const raw = await read(write("late.csv.gz", gzipSync(lines.join("\n"), { level: 1 })));
    const cells = columnsOf(raw);
    expect([cells.a[0], cells.a[199_999], cells.a[200_000]]).toEqual(["0.0", "199999.0", "x"]);
    expect(cells.b[199_999]).toBe(199_999);
  });
});

test("progress counts the bytes, and a signal stops the reading", async () => {
  const path = write("long.csv", `a,b\n${"1,2\n".repeat(3_000_000)}`);
  const seen: number[] = [];
  await read(path, { onBytes: (done, all) => seen.push(done / (all ?? Number.NaN)) });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  const controller = new AbortController();
  const reading = read(path, { signal: controller.signal, onBytes: () => controller.abort(new Error("stopped")) });
  await expect(reading).rejects.toThrow("stopped");
});

describe("what cannot be read says how to convert it", () => {
  const zeros = "\0".repeat(100);
  test.each([
    ["a.xls", Buffer.from(`\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1${zeros}`, "latin1"), "save it as .xlsx or .csv"],
    ["a.feather", `ARROW1${zeros}`, 'pandas.read_feather("a.feather").to_csv("a.csv", index=False)'],
    ["a.sqlite", `SQLite format 3\0${zeros}`, "sqlite3 -header -csv a.sqlite"],
    ["a.sav", `$FL2@(#) SPSS${zeros}`, 'pandas.read_spss("a.sav")'],
    ["a.dta", "<stata_dta><header>", 'pandas.read_stata("a.dta")'],
    ["old.dta", Buffer.from(`\x72\x02\x01\0${zeros}`, "latin1"), 'pandas.read_stata("old.dta")'],
    ["a.sas7bdat", Buffer.from(`${"\0".repeat(12)}\xc2\xea\x81\x60${zeros}`, "latin1"), "pandas.read_sas"],
    ["a.pkl", Buffer.from(`\x80\x04\x95${zeros}`, "latin1"), "pandas.read_pickle"],
    ["a.h5", Buffer.from(`\x89HDF\r\n\x1a\n${zeros}`, "latin1"), "pandas.read_hdf"],
    ["a.arff", "% c\n@RELATION iris\n@ATTRIBUTE a NUMERIC\n", "ARFF"],
    ["page.csv", "<!DOCTYPE html>\n<html>", "an HTML page (perhaps a wrong download) cannot be read"],
    ["a.xml", '<?xml version="1.0"?><rows/>', "pandas.read_xml"],
    ["plain.xml", "<rows>\n  <row a='1'>2</row></rows>", "pandas.read_xml"],
    ["a.csv.xz", Buffer.from("\xfd7zXZ\0", "latin1"), "unxz a.csv.xz"],
    ["lfs.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"],
  ])("%s", async (name, content, advice) => {
    const path = write(name, content);
    const error = await read(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain(advice);
    expect((error as Error).message.split("\n")).toHaveLength(1);
    expect((error as Error).message.startsWith(path)).toBe(true);
  });
});

test("readTable takes every form, and a folder with a space", async () => {
  mkdirSync(join(folder, "a b"));
  const path = write("a b/t.tsv.gz", gzipSync("x\ty\n1\tp\n2\tq\n"));
  const table = await readTable(path);
  expect(table.columns.map(({ name }) => name)).toEqual(["x", "y"]);
  expect(table.rows).toBe(2);
});

test.each(["<b>size</b>", "<img src=x onerror=alert(1)>"])("a first column called %s is no XML", async (name) => {
  const table = await read(write("markup.csv", `${name},b\n1,2\n3,4\n`));
  expect(columnsOf(table)).toMatchObject({ [name]: [1, 3], b: [2, 4] });
});
