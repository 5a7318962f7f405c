import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv.ts";
import { fitTable } from "../../src/data/fitTable.ts";
import { pickRows, stratifiedSplit, tenths } from "../../src/data/split.ts";
import { cellText, type Table, type TableColumn } from "../../src/data/table.ts";
import { pickTableRows } from "../../src/data/tableColumns.ts";
import { encodeFeatures, encodeTarget, featureCount, inspectTarget } from "../../src/data/tablePreprocessing.ts";
import { DataError, type Dataset, RandomState, SettingsError } from "../../src/index.ts";

const csv = (text: string) => parseCsv(text, { name: "t.csv" });
const textsOf = (column: TableColumn, { rows }: Table) =>
  Array.from({ length: rows }, (_, row) => cellText(column, row));

describe("parseCsv", () => {
  test("numbers, texts, gaps, quotes, a byte order mark and Windows line ends", () => {
    const table = csv('\ufeffage,"city, land",n\r\n1.5,"Köln ""am Rhein""",-2e3\r\n,NA,.5\r\n?, Bonn ,7\r\n\r\n');
    expect([table.name, table.rows, table.columns.map(({ name }) => name)]).toEqual([
      "t.csv",
      3,
      ["age", "city, land", "n"],
    ]);
    expect(table.columns[0].cells).toEqual(Float64Array.of(1.5, Number.NaN, Number.NaN));
    expect(textsOf(table.columns[1], table)).toEqual(['Köln "am Rhein"', "", "Bonn"]);
    expect(table.columns[2].cells).toEqual(Float64Array.of(-2000, 0.5, 7));
  });

  test("semicolons with decimal commas, tabs, one column", () => {
    expect(csv("a;b\n1,5;x\n2;y\n").columns[0].cells).toEqual(Float64Array.of(1.5, 2));
    expect(csv("a\tb\n1\t2\n").columns[1].cells).toEqual(Float64Array.of(2));
    expect(csv("a\n1\n2\n").columns[0].cells).toEqual(Float64Array.of(1, 2));
  });

  test("one cell that is no number makes a column text; 0x10 is no number, Infinity is one", () => {
    const { columns } = csv("a,b,c\n1,0x10,Infinity\nx,1,2\n");
    expect(columns.map(({ cells }) => cells instanceof Float64Array)).toEqual([false, false, true]);
  });

  test.each([
    ["a,b\n1,2\n3\n", "row 3: expected 2 cells like the header, found 1 cell"],
    ["a,b\n1,2,3\n", "row 2: expected 2 cells like the header, found 3 cells"],
    ["a,a\n1,2\n", "two columns are called a (columns 1 and 2); rename one of them"],
    ["a,b\n", "expected rows below the header, found none"],
    ["", "empty"],
    ['a,b\n"1,2\n', "row"],
    ["a\0b", "not a text file"],
  ])("%j is refused: %s", (text, message) => {
    expect(() => csv(text)).toThrow(DataError);
    expect(() => csv(text)).toThrow(message);
  });
});

const table = csv("id,x,kind,same,note,y\n1,1,a,k,q,no\n2,3,b,k,r,yes\n3,,a,k,s,no\n4,8,,k,t,yes\n");

describe("preprocessing", () => {
  const target = inspectTarget(table, { target: "y" });
  const fitted = fitTable(table, target);

  test("standardized numbers, one-hot categories, gaps as such", () => {
    expect(fitted.ignored).toEqual([
      { name: "id", reason: "is a row number" },
      { name: "same", reason: "always k" },
    ]);
    const deviation = Math.sqrt((9 + 1 + 16) / 3);
    expect(fitted.features.slice(0, 2)).toEqual([
      { kind: "number", name: "x", mean: 4, deviation, indicator: true, minimum: 1, maximum: 8 },
      { kind: "category", name: "kind", values: ["a", "b", ""] },
    ]);
    expect(featureCount(fitted)).toBe(2 + 3 + 4);
    const rows = encodeFeatures(fitted, table);
    const part = (row: number) => [...rows.subarray(9 * row, 9 * row + 5)];
    expect(part(0)).toEqual([Math.fround(-3 / deviation), 0, 1, 0, 0]);
    expect(part(2)).toEqual([0, 1, 1, 0, 0]);
    expect(part(3)).toEqual([Math.fround(4 / deviation), 0, 0, 0, 1]);
  });

  test("new rows: other columns may exist, in another order; unknown values are all 0", () => {
    const fresh = csv("note,kind,extra,x\nq,z,1,4\n");
    expect([...encodeFeatures(fitted, fresh)]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(() => encodeFeatures(fitted, csv("kind,note\na,q\n"))).toThrow("no column is called x");
    expect(() => encodeFeatures(fitted, csv("kind,note,x\na,q,much\n"))).toThrow(
      "row 2: x: expected a number, found much",
    );
  });

  test("it is plain data", () => expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted));

  test("targets: texts and few whole numbers are classes, other numbers are numbers, unless said", () => {
    const many = csv(`a,b,c\n${Array.from({ length: 60 }, (_, i) => `${i / 7},${i % 3},${i}`).join("\n")}\n`);
    expect(inspectTarget(many, { target: "b" })).toEqual({ kind: "category", name: "b", values: ["0", "1", "2"] });
    expect(inspectTarget(many, { target: "a" }).kind).toBe("number");
    expect(inspectTarget(many, { target: "c" })).toMatchObject({ kind: "number", mean: 29.5 });
    expect(inspectTarget(many, { target: "b", task: "regression" }).kind).toBe("number");
    const { labels, targets } = encodeTarget(inspectTarget(many, { target: "c" }), many);
    expect(new Set(labels)).toEqual(new Set([0]));
    const [sum, squares] = [...(targets?.values ?? [])].reduce(([s, q], y) => [s + y, q + y * y], [0, 0]);
    expect(sum / 60).toBeCloseTo(0, 6);
    expect(squares / 60).toBeCloseTo(1, 6);
    expect([...encodeTarget(target, table).labels]).toEqual([0, 1, 0, 1]);
  });

  test.each([
    ["a,y\n1,p\n2,p\n", "y", undefined, "only one class, p"],
    ["a,y\n1,p\n2,q\n3,r\n", "y", undefined, "3 classes in 3 rows"],
    ["a,y\n1,p\n2,q\n", "z", undefined, "no column is called z; there are a, y"],
    ["a,y\n1,\n2,\n", "y", undefined, "empty in every row"],
    ["a,y\n1,p\n2,q\n", "y", "regression", "row 2 is p"],
    ["a,y\n1,5.5\n2,5.5\n", "y", "regression", "nothing to learn"],
  ] as const)("%j with target %s (%s) is refused: %s", (text, of, task, message) => {
    expect(() => inspectTarget(csv(text), { target: of, task })).toThrow(DataError);
    expect(() => inspectTarget(csv(text), { target: of, task })).toThrow(message);
  });

  test("a table with nothing to predict from is refused", () => {
    const bare = csv("a,y\n1,p\n1,q\n1,p\n1,q\n");
    expect(() => fitTable(bare, inspectTarget(bare, { target: "y" }))).toThrow("no column is left");
  });

  test("pickTableRows", () => {
    const picked = pickTableRows(table, Int32Array.of(3, 0));
    expect(picked.columns[1].cells).toEqual(Float64Array.of(8, 1));
    expect(textsOf(picked.columns[2], picked)).toEqual(["", "a"]);
    expect(picked.lines).toEqual(Int32Array.of(5, 2));
  });
});

describe("stratifiedSplit", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));
  const split = (seed: number) =>
    stratifiedSplit(labels, { validation: 0.2, test: 0.1, random: new RandomState(seed) });

  test("every row in one part, every class with its share", () => {
    const { train, validation, test: held } = split(1);
    expect([...train, ...validation, ...held].toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
    for (const [part, share] of [
      [train, 0.7],
      [validation, 0.2],
      [held, 0.1],
    ] as const) {
      for (const [label, count] of [600, 300, 100].entries()) {
        expect(part.filter((row) => labels[row] === label)).toHaveLength(Math.round(share * count));
      }
    }
  });

  test("one seed, one split", () => {
    expect(split(1)).toEqual(split(1));
    expect(split(2).test).not.toEqual(split(1).test);
  });

  test("many small classes: each trains, and the parts have their size", () => {
    const small = Int32Array.from({ length: 90 }, (_, i) => Math.floor(i / 3));
    const {
      train,
      validation,
      test: held,
    } = stratifiedSplit(small, { validation: 0.2, test: 0.2, random: new RandomState(1) });
    expect(new Set(train.map((row) => small[row])).size).toBe(30);
    expect([validation.length, held.length]).toEqual([18, 18]);
  });

  test("fractions that leave nothing to train on are refused", () => {
    expect(() => stratifiedSplit(labels, { validation: 0.5, test: 0.5, random: new RandomState(1) })).toThrow(
      SettingsError,
    );
  });

  test("numbers in tenths; picked rows are copies", () => {
    expect([...tenths([5, 1, 9, 3, 7, 0, 2, 4, 6, 8])]).toEqual([5, 1, 9, 3, 7, 0, 2, 4, 6, 8]);
    const dataset: Dataset = {
      ...{ name: "d", inputs: Uint8Array.of(1, 2, 3, 4, 5, 6), inputShape: [2], labels: Int32Array.of(0, 1, 0) },
      ...{ labelNames: ["a", "b"], targets: { kind: "numbers", values: Float32Array.of(0.5, 1.5, 2.5), width: 1 } },
    };
    expect(pickRows(dataset, Int32Array.of(2, 0))).toMatchObject({
      ...{ inputs: Uint8Array.of(5, 6, 1, 2), labels: Int32Array.of(0, 0) },
      targets: { kind: "numbers", values: Float32Array.of(2.5, 0.5), width: 1 },
    });
  });
});
