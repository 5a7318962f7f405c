import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bar, histogram, tableInfo } from "../../cli/dataInfo.ts";
import { inspectTable, printable, tableOf } from "../../src/node.ts";
import fc from "../properties.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

const folder = temporaryFolder("handgrad-info-");

test("counts as blocks and bars", () => {
  expect(histogram([0, 1, 4, 7, 0, 2], 6)).toBe(" ▂▅█ ▃");
  expect(histogram([1, 1, 3, 3], 2)).toBe("▃█");
  // Heights compare: a block never covers more counts than another
  expect(histogram([3, 0, 0, 0, 0, 3], 5)).toBe("█ █");
  expect([bar(8, 8, 3), bar(4, 8, 3), bar(1, 1000, 3)]).toEqual(["███", "█▌", "▏"]);
});

const n = 200;
const row = (value: (i: number) => number | string) => Array.from({ length: n }, (_, i) => value(i));
const table = tableOf("plants.csv", {
  id: row((i) => i) as number[],
  height: row((i) => (i % 50 === 7 ? Number.NaN : (i * 37) % 101)) as number[],
  kind: row((i) => ["fern", "ivy", "oak"][i % 3]) as string[],
  name: row((i) => `plant ${i}`) as string[],
  same: row(() => "x") as string[],
  code: row((i) => (i % 10 === 0 ? 7 : 3)) as number[],
  label: row((i) => (i % 10 === 0 ? "rare" : "usual")) as string[],
});

test("values that are equally frequent have bars of one height", () => {
  const two = tableOf("two.csv", { a: row((i) => 1.5 + (i % 2)) as number[] });
  const lines = tableInfo({ kind: "table", format: "CSV", table: two }, inspectTable(two), 100);
  expect(lines.join("\n")).toMatch(/1\.5 █ {22}█ 2\.5/);
});

test("a target that cannot be learned is not called a number", () => {
  const one = tableOf("one.csv", { a: row((i) => i * 1.5) as number[], y: row(() => "x") as string[] });
  const lines = tableInfo({ kind: "table", format: "CSV", table: one }, inspectTable(one, { target: "y" }), 100);
  expect(lines).toContain("target y: cannot be predicted (see the likely problems)");
});

describe("what data info says", () => {
  const found = inspectTable(table);

  test("types, missing values, distinct values, range and most frequent values", () => {
    expect(found.columns.map(({ type }) => type)).toEqual([
      ...["id", "number", "category", "text", "constant", "number", "category"],
    ]);
    const [, height, kind] = found.columns;
    const known = row((i) => (i % 50 === 7 ? Number.NaN : (i * 37) % 101)).filter((x) => !Number.isNaN(x)) as number[];
    const sorted = known.toSorted((a, b) => a - b);
    expect(height).toMatchObject({ missing: 4, distinct: new Set(known).size, minimum: 0, maximum: 100 });
    expect(height.median).toBe((sorted[97] + sorted[98]) / 2);
    expect(height.histogram?.reduce((a, b) => a + b)).toBe(196);
    expect(kind.mostFrequent?.map(({ rows }) => rows)).toEqual([67, 67, 66]);
  });

  test("a likely target, its classes, and problems", () => {
    expect(found.target).toMatchObject({ name: "label", given: false, classes: [{ value: "usual", rows: 180 }, {}] });
    expect(found.problems).toEqual([
      "id is a row number, so it is not used",
      "name has 200 different texts, too many to be categories, so it is not used",
      "same has one value, so it is not used",
      "1 of 200 rows repeats the inputs of another row", // 7 and 157, both without a height
      expect.stringContaining("code may contain the answer"),
    ]);
    expect(inspectTable(table, { target: "height" }).target).toMatchObject({ kind: "number", given: true });
    expect(() => inspectTable(table, { target: "no" })).toThrow("no column is called no");
  });

  test("lines fit the terminal for all names and values", { timeout: 20_000 }, () => {
    const hostile = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const cellsOf = fc.array(fc.oneof(hostile, fc.constantFrom("a", "b")), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(hostile, cellsOf, fc.boolean(), fc.constantFrom(60, 80, 160), (name, cells, numbers, width) => {
        const column = numbers ? cells.map((_, i) => i * 1.5e7 + 0.1) : cells;
        const odd = tableOf("t.csv", { [name]: column, x: cells.map((_, i) => i * 1e7) });
        const lines = tableInfo({ kind: "table", format: "CSV", table: odd }, inspectTable(odd), width);
        for (const line of lines.slice(2)) {
          expect(printable(line)).toBe(line);
          expect([...line].length).toBeLessThanOrEqual(width);
        }
      }),
      { numRuns: 100, examples: [["y", ["\0", "\0"], false, 80]] },
    );
    for (const line of tableInfo({ kind: "table", format: "CSV", table }, found, 80))
      expect(line.length).toBeLessThanOrEqual(80);
  });
});

test("the command, as a table and as JSON", { timeout: 30_000 }, async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i % 5 === 1 ? -999 : 20 + (i % 7)},${2000 + (i % 9)}-01-01,${i % 2 ? "a" : "b"}`,
  );
  writeFileSync(join(folder, "t.csv"), `temp,when,label\n${rows.join("\n")}\n`);
  const { output, code } = await handgradIn(folder, ["data", "info", "t.csv"]);
  expect(code).toBe(0);
  expect(output).toMatch(/temp +number +8 \(20\.0 %\) +7 /);
  expect(output).toMatch(/when +date +9 .*2000-01-01 .* 2008-01-01/);
  expect(output).toContain("likely target label: 2 classes");
  expect(output).toContain("temp: -999 in 8 rows is far from all other numbers and is treated as missing");
  const json = JSON.parse((await handgradIn(folder, ["data", "info", "t.csv", "--json", "--missing", "none"])).output);
  expect(json).toMatchObject({ format: "CSV", rows: 40, target: { name: "label" } });
  expect(json.columns[0]).toMatchObject({ name: "temp", type: "number", missing: 0, minimum: -999 });
});
