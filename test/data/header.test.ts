import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv.ts";
import { parseTypes, SettingsError, splitList } from "../../src/index.ts";

function read(text: string, options: Omit<Parameters<typeof parseCsv>[1], "name" | "onNote"> = {}) {
  const notes: string[] = [];
  const table = parseCsv(text, { name: "t.csv", ...options, onNote: (line) => notes.push(line) });
  return { names: table.columns.map(({ name }) => name), rows: table.rows, notes, table };
}

const iris = "5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n";

describe("a file without a header", () => {
  test("numbers over numbers are data, and a note says so", () => {
    const { names, rows, notes, table } = read(iris);
    expect([names, rows]).toEqual([["column 1", "column 2", "column 3"], 3]);
    expect(notes).toEqual([
      'no header found: the first row contains numbers, like the rows below; columns are called "column 1" to "column 3"; --header reads it as column names',
    ]);
    expect(table.lines?.at(0)).toBe(1);
  });

  test.each([
    ["texts over numbers", "a,b\n1,2\n3,4\n"],
    ["texts over gaps and numbers", "a,b\n?,2\n3,\n"],
    ["an index column without a name", ",b\n0,2\n1,4\n"],
    ["texts over texts that repeat", `a,b\n${"x,y\n".repeat(6)}`],
    ["texts over amounts", 'price,kind\n"$1,234.50",x\n$3,y\n'],
  ])("%s are a header, and nothing is said", (_, text) => {
    const { names, notes } = read(text);
    expect(names).not.toContain("column 2");
    expect(notes.filter((note) => /header/.test(note))).toEqual([]);
  });

  test.each([
    [
      "counting names, as pandas writes them",
      "0,1,2\n0.5,0.25,7\n0.1,0.2,8\n",
      ["0", "1", "2"],
      "the first row (0 to 2) is read as column names",
    ],
    [
      "years as names",
      "country,2019,2020,2021\nA,5,6,7\nB,8,9,1\n",
      ["country", "2019", "2020", "2021"],
      "(2019 to 2021) is read as column names",
    ],
    ["texts only", "p,x\ne,y\np,z\ne,x\n", ["column 1", "column 2"], "also occur in the rows below"],
    ["texts only, each once", "name,word\nAda,x\nBob,y\n", ["name", "word"], "although all columns are text"],
    ["one row of numbers", "1,2,5\n", ["column 1", "column 2", "column 3"], "no header"],
    ["more names than numbers", "a,b,3\n1,2,3\n4,5,6\n", ["a", "b", "3"], "although some are numbers"],
    ["rows that all count up", "1,2,3\n4,5,6\n7,8,9\n", ["column 1", "column 2", "column 3"], "no header"],
  ])("%s: decided, and said", (_, text, names, note) => {
    const decided = read(text);
    expect(decided.names).toEqual(names);
    expect(decided.notes.join()).toContain(note);
  });

  test("options and expected names override the decision, silently", () => {
    expect(read(iris, { header: true }).names).toEqual(["5.1", "3.5", "setosa"]);
    expect(read("a,b\n1,2\n", { header: false })).toMatchObject({
      names: ["column 1", "column 2"],
      rows: 2,
      notes: [],
    });
    expect(read("2019,b\n1,x\n", { expected: ["b"] }).names).toEqual(["2019", "b"]);
    expect(read(iris, { rules: 1 }).names).toEqual(["5.1", "3.5", "setosa"]);
  });
});

test("words for missing values are counted, and --missing changes them", () => {
  const text = "a,b\n1,NA\n?,x\n-999,unknown\n";
  expect(read(text).notes).toEqual([
    'treated as missing: "?" (1 cell), "NA" (1 cell); --missing only keeps them as text',
  ]);
  const own = read(text, { missing: ["unknown", "-999"] });
  expect(own.notes.join()).toContain('treated as missing (--missing): "-999" (1 cell), "unknown" (1 cell)');
  expect(own.table.columns[0].cells).toEqual(Float64Array.of(1, Number.NaN, Number.NaN));
  expect(read(text, { missing: ["only"] }).notes.join()).not.toContain("missing only");
});

test("columns that stay text, and infinite numbers", () => {
  expect(
    read("zip\n01234\n99999\n", { types: [{ column: "zip", type: "text" }] }).table.columns[0].cells,
  ).toHaveProperty("codes");
  const { table, notes } = read("x\n1\n-inf\nInfinity\n");
  expect(table.columns[0].cells).toEqual(Float64Array.of(1, Number.NaN, Number.NaN));
  expect(notes).toEqual([
    "x: 2 infinite cells (rows 3, …) are treated as missing; --types x=number-clip reads them as the smallest and the largest finite number",
  ]);
  const clipped = read("x\n1\n-inf\n5\ninf\n", { types: [{ column: "x", type: "number-clip" }] });
  expect(clipped.table.columns[0].cells).toEqual(Float64Array.of(1, 1, 5, 5));
});

test("lists with quotes, and types", () => {
  expect(splitList('a, "b, c" ,"d ""e"""', "--drop")).toEqual(["a", "b, c", 'd "e"']);
  expect(() => splitList("a,,b", "--drop")).toThrow(SettingsError);
  expect(parseTypes('zip=text,"a,b=c"=date')).toEqual([
    { column: "zip", type: "text" },
    { column: "a,b=c", type: "date" },
  ]);
  expect(() => parseTypes("zip=string")).toThrow("--types: expected COLUMN=TYPE with one of number,");
});
