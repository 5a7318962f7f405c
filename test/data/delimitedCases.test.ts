import { describe, expect, test } from "vitest";
import { readRawCsv } from "../../src/data/rawCsv.ts";
import { type RawTable, type RawTableOptions, withFirstRow } from "../../src/data/rawTable.ts";
import { lineOf } from "../../src/data/table.ts";
import { DataError } from "../../src/index.ts";

const read = (text: string, options: Partial<RawTableOptions> = {}) =>
  readRawCsv(text, { name: "t.csv", amongNumbers: (cell) => cell === "NA" || cell === "inf", ...options });

function textsOf({ columns, rows }: RawTable, column: number): string[] {
  const cells = columns[column];
  if (cells.kind === "numbers") throw new Error("a column of texts was expected");
  return Array.from({ length: rows }, (_, row) => cells.texts.values.at(cells.texts.codes[row]));
}

function numbersOf({ columns }: RawTable, column: number): number[] {
  const cells = columns[column];
  if (cells.kind === "texts") throw new Error("a column of numbers was expected");
  return [...cells.numbers];
}

describe("columns", () => {
  test("numbers that turn out to be among texts are as they were written", () => {
    const raw = read("a,b\n1.0,1\n1.50,2\n,3\nNA,4\n1e3,5\nx,6\n7.0,7\n");
    expect(textsOf(raw, 0)).toEqual(["1.0", "1.50", "", "NA", "1e3", "x", "7.0"]);
    expect(numbersOf(raw, 1)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("codes and long integers are texts; words among numbers are kept apart", () => {
    const raw = read("a,b,c,d\n007,12345678901234567890,NA,1\n8,2,1.5,inf\n");
    expect(textsOf(raw, 0)).toEqual(["007", "8"]);
    expect(textsOf(raw, 1)).toEqual(["12345678901234567890", "2"]);
    expect(raw.columns[2]).toMatchObject({
      numbers: Float64Array.of(Number.NaN, 1.5),
      odd: { rows: Int32Array.of(0) },
    });
    expect(raw.columns[3]).toMatchObject({ numbers: Float64Array.of(1, Number.NaN), odd: { rows: Int32Array.of(1) } });
  });

  test("asText reads a column as texts, by its name or number", () => {
    expect(textsOf(read("a,b\n1.0,2\n", { asText: ["a"] }), 0)).toEqual(["1.0"]);
    expect(textsOf(read("1.0,2.0\n1.0,2.0\n", { asText: ["column 2"] }), 1)).toEqual(["2.0"]);
  });

  test("decimal commas only with semicolons", () => {
    const raw = read("a;b;c\n3,14;1.5;1.234,5\n");
    expect([numbersOf(raw, 0), numbersOf(raw, 1), textsOf(raw, 2)]).toEqual([[3.14], [1.5], ["1.234,5"]]);
    expect(raw.columns.map((cells) => cells.kind === "numbers" && cells.commas)).toEqual([true, false, false]);
    expect(textsOf(read('a,b\n"3,14",1\n'), 0)).toEqual(["3,14"]);
  });

  test("withFirstRow puts the first row on top of each column", () => {
    const raw = withFirstRow(read("1,x,NA,2.0,\n2,y,3,z,4\n"));
    expect([raw.rows, raw.first]).toEqual([2, undefined]);
    expect([numbersOf(raw, 0), textsOf(raw, 1), textsOf(raw, 3)]).toEqual([
      [1, 2],
      ["x", "y"],
      ["2.0", "z"],
    ]);
    expect(raw.columns[2]).toMatchObject({ numbers: Float64Array.of(Number.NaN, 3), odd: { rows: Int32Array.of(0) } });
    expect(numbersOf(raw, 4)).toEqual([Number.NaN, 4]);
    expect([lineOf(raw, 0), lineOf(raw, 1)]).toEqual([1, 2]);
  });
});

describe("layout", () => {
  test.each([
    ["no line end at the end", "a,b\n1,2"],
    ["carriage returns alone", "a,b\r1,2\r"],
    ["mixed line ends", "a,b\r\n\n1,2\r"],
    ["tabs", "a\tb\n1\t2\n"],
    ["bars", "a|b\n1|2\n"],
    ["runs of spaces", "  a   b\n  1 \t 2  \n"],
    ["a header behind #", "# a b\n1 2\n3 4\n"],
    ["comments", "# one\n# two, three\na,b\n1,2\n"],
    ["a line that names the separator", "sep=;\na;b\n1;2\n"],
    ["quotes everywhere", '"a","b"\n"1","2"\n'],
  ])("%s", (_, text) => {
    const raw = read(text);
    expect(raw.first).toEqual(["a", "b"]);
    expect([numbersOf(raw, 0)[0], numbersOf(raw, 1)[0]]).toEqual([1, 2]);
  });

  test("row names without a name, as R writes them", () => {
    const raw = read('"x" "y"\n"1" 5 6\n"2" 7 8\n');
    expect(raw.first).toEqual(["", "x", "y"]);
    expect(raw.notes.join()).toContain("the first column (probably row names) has no name");
  });

  test("old files with columns of spaces, then a tab and a name", () => {
    const raw = read('18.0  8  307.0\t"chevrolet malibu"\n15.0  8  350.0\t"buick skylark"\n');
    expect(raw.first).toEqual(["18.0", "8", "307.0", "chevrolet malibu"]);
    expect(raw.notes).toEqual(["the cells are separated by spaces"]);
  });

  test("words are not columns: a text of one column stays one", () => {
    expect(read("city\nNew York\nSan Francisco\n").first).toEqual(["city"]);
    expect(read("New York\nLos Angeles\n").first).toEqual(["New York"]);
  });

  test("rows without content are left out and counted; rows know their lines", () => {
    const raw = read('a,b\n1,"two\nlines"\n,\n\n2,x\n3,y\n');
    expect(raw.notes).toEqual(["left out: 1 row without any content (row 4)"]);
    expect([0, 1, 2].map((row) => lineOf(raw, row))).toEqual([2, 6, 7]);
  });

  test("10,000 columns, and a cell of a million characters", () => {
    const width = 10_000;
    const row = (value: (i: number) => string) => Array.from({ length: width }, (_, i) => value(i)).join(",");
    const wide = read(`${row((i) => `c${i}`)}\n${row(String)}\n${row((i) => `${i / 2}`)}\n`);
    expect([wide.columns.length, numbersOf(wide, 9999)]).toEqual([width, [9999, 4999.5]]);
    const long = "x".repeat(1_000_000);
    expect(textsOf(read(`a,b\n1,"${long}\n"\n`), 1)).toEqual([long]);
  });

  test("text that is not UTF-8 is windows-1252, with a note", async () => {
    const { DelimitedReader } = await import("../../src/data/rawCsv.ts");
    const bytes = Uint8Array.from([..."name\nK\xf6ln\n\x80 5\n"].map((c) => c.charCodeAt(0)));
    const reader = new DelimitedReader({ name: "t.csv", amongNumbers: () => false, totalBytes: () => bytes.length });
    reader.push(bytes);
    reader.end();
    const raw = reader.finish();
    expect(textsOf(raw, 0)).toEqual(["Köln", "€ 5"]);
    expect(raw.notes).toEqual([expect.stringContaining("windows-1252")]);
  });
});

describe("errors say where", () => {
  test.each([
    ["a,b\n1,2\n3\n", "t.csv: row 3: expected 2 cells like the header, found 1 cell: 3"],
    ['a,b\n1,"x\ny"\n3,4,5\n', "t.csv: row 4: expected 2 cells like the header, found 3 cells: 3,4,5"],
    ['a,b\n1,"x\n2,3\n', "t.csv: row 2: expected a closing quote, found the end of the file"],
    ['a,b\n1,"x"y\n', "t.csv: row 2: expected the end of the cell after its closing quote, found y"],
    ["", "t.csv: the file is empty"],
    ["\n \n", "t.csv: the file is empty"],
    ["a\0b\n", "t.csv: not a text file"],
  ])("%j", (text, message) => {
    expect(() => read(text)).toThrow(DataError);
    expect(() => read(text)).toThrow(message);
  });

  test("a table that does not fit into memory", () => {
    const rows = "1,2\n".repeat(50_000);
    expect(() => read(`a,b\n${rows}`, { mostBytes: 100_000 })).toThrow(
      /t\.csv: about [\d,]+ rows of 2 columns take 0\.0 GB, more than the 0\.0 GB of memory for data; use fewer rows or columns/,
    );
  });
});
