import { describe, expect, test } from "vitest";
import { fitDate } from "../../src/data/dateColumn.ts";
import { divideTable, rareClassNotes } from "../../src/data/divideTable.ts";
import { findDuplicateRows } from "../../src/data/duplicateRows.ts";
import { fitTable } from "../../src/data/fitTable.ts";
import { foldRows } from "../../src/data/foldRows.ts";
import { findLeaks } from "../../src/data/leakage.ts";
import { stratifiedSplit } from "../../src/data/split.ts";
import { tableOf } from "../../src/data/table.ts";
import { encodeFeatures, featureCount, inspectTarget } from "../../src/data/tablePreprocessing.ts";
import { type DataRequest, parseCsv, RandomState, SettingsError, tableSource } from "../../src/index.ts";
import fc from "../properties.ts";

const fractions = { validation: 0.15, test: 0.15 };
const random = () => new RandomState(1);

/** A table of `rows` rows with `values` different inputs, and a class for each. */
function repeating(rows: number, values: number) {
  const draw = new RandomState(2);
  const a = Array.from({ length: rows }, () => draw.randint(0, values));
  return tableOf("t", { a, b: a.map((value) => `b${value % 3}`), y: a.map((_, i) => (i % 3 ? "p" : "q")) });
}
const strataOf = (rows: number) => Int32Array.from({ length: rows }, (_, i) => (i % 3 ? 0 : 1));

test("rare classes count each row once, also where the training rows validate", () => {
  const [train, test] = [Int32Array.of(0, 1, 2, 3), Int32Array.of(4)];
  const [note] = rareClassNotes([0, 0, 1, 1, 0], ["p", "q"], { train, validation: train, test });
  expect(note).toContain("test has no row of q (2 rows)");
});

describe("rows with identical inputs", () => {
  test("units are those of a plain comparison, whatever the cells", () => {
    const cell = fc.constantFrom(0, -0, 1, 1.5, Number.NaN, 1e300);
    const row = fc.tuple(cell, fc.constantFrom("", "a", "b"), fc.constantFrom("p", "q"));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const [a, b, y] = [0, 1, 2].map((i) => rows.map((each) => each[i]));
        const table = tableOf("t", { a: a as number[], b: b as string[], y: y as string[] });
        const { units, count, repeated } = findDuplicateRows(table, ["y"]);
        const keys = rows.map(([x, text]) => `${x === 0 ? 0 : x} ${text}`);
        const distinct = [...new Set(keys)];
        expect([...units]).toEqual(keys.map((key) => distinct.indexOf(key)));
        expect([count, repeated]).toEqual([distinct.length, rows.length - distinct.length]);
      }),
    );
  });

  test("they are in one part, parts have their sizes, and a line says so", () => {
    const table = repeating(2000, 900);
    const { rows, groups, notes } = divideTable(table, strataOf(2000), { ...fractions, target: "y", random: random() });
    const partOf = new Map<number, string>();
    for (const [part, its] of Object.entries(rows))
      for (const row of its) {
        const unit = (groups as Int32Array)[row];
        expect(partOf.get(unit) ?? part).toBe(part);
        partOf.set(unit, part);
      }
    expect(Math.abs(rows.test.length - 300)).toBeLessThan(10);
    expect(Math.abs(rows.validation.length - 300)).toBeLessThan(10);
    expect([...rows.train, ...rows.validation, ...rows.test].toSorted((a, b) => a - b)).toEqual([
      ...Array(2000).keys(),
    ]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^1,\d+ of 2,000 rows repeat the inputs of another row; identical rows stay in the same part/,
    );
  });

  test("without any the split is the plain one; row numbers do not hide them", () => {
    const a = Array.from({ length: 100 }, (_, i) => i / 7);
    const plain = tableOf("t", { a, y: a.map((_, i) => (i % 3 ? "p" : "q")) });
    const divided = divideTable(plain, strataOf(100), { ...fractions, target: "y", random: random() });
    expect(divided).toEqual({ rows: stratifiedSplit(strataOf(100), { ...fractions, random: random() }), notes: [] });
    const numbered = tableOf("t", { id: a.map((_, i) => i), a: a.map((_, i) => i % 50), y: a.map(() => "p") });
    expect(findDuplicateRows(numbered, ["y"]).repeated).toBe(50);
  });

  test("columns of few values are not kept together, unless asked; old rules split row by row", () => {
    const table = repeating(600, 4);
    const options = { ...fractions, target: "y", random: random() };
    const { groups, notes } = divideTable(table, strataOf(600), options);
    expect(groups).toBeUndefined();
    expect(notes[0]).toContain("are split like all other rows; --duplicates together keeps them in one part");
    const together = divideTable(table, strataOf(600), { ...options, duplicates: "together" });
    expect(together.groups).toBeDefined();
    expect(divideTable(table, strataOf(600), { ...options, random: random(), rules: 1 })).toEqual({
      rows: stratifiedSplit(strataOf(600), { ...fractions, random: random() }),
      notes: [],
    });
  });
});

describe("groups and times", () => {
  const rows = 300;
  const table = tableOf("t", {
    patient: Array.from({ length: rows }, (_, i) => `p${i % 30}`),
    when: Array.from({ length: rows }, (_, i) => (i * 7) % rows),
    y: Array.from({ length: rows }, (_, i) => (i % 3 ? "p" : "q")),
  });
  const options = { ...fractions, target: "y" };

  test("a group is in one part, and no input", () => {
    const source = tableSource(table, { target: "y" }, { request: { group: "patient" } });
    const patients = Object.values<Int32Array>({ ...source.rows }).map(
      (its) => new Set(Array.from(its, (row) => row % 30)),
    );
    for (const [i, its] of patients.entries())
      for (const other of patients.slice(i + 1)) expect([...its].some((one) => other.has(one))).toBe(false);
    expect(source.preprocessing?.ignored).toEqual([
      { name: "patient", reason: "groups the rows (--types patient=text uses it)" },
    ]);
    expect(source.notes).toContain("rows with the same patient stay in the same part: 30 groups");
  });

  test("with three groups each part has one; with two it is refused", () => {
    const groupsOf = (count: number) =>
      tableOf("t", { g: Array.from({ length: 60 }, (_, i) => `g${i % count}`), y: Array(60).fill("p") as string[] });
    const { rows: parts } = divideTable(groupsOf(3), new Int32Array(60), { ...options, random: random(), group: "g" });
    expect(Object.values(parts).map((its) => its.length)).toEqual([20, 20, 20]);
    expect(() => divideTable(groupsOf(2), new Int32Array(60), { ...options, random: random(), group: "g" })).toThrow(
      SettingsError,
    );
    expect(() =>
      divideTable(table, strataOf(rows), { ...options, random: random(), group: "patient", time: "when" }),
    ).toThrow("expected one of them");
  });

  test("the oldest rows train, the latest test; equal times are in one part", () => {
    const { rows: parts } = divideTable(table, strataOf(rows), { ...options, random: random(), time: "when" });
    const times = Object.values<Int32Array>({ ...parts }).map((its) => Array.from(its, (row) => (row * 7) % rows));
    expect(times.map((each) => each.length)).toEqual([210, 45, 45]);
    expect(Math.max(...times[0])).toBeLessThan(Math.min(...times[1]));
    expect(Math.max(...times[1])).toBeLessThan(Math.min(...times[2]));
    const dates = parseCsv(
      `d,y\n${Array.from({ length: 60 }, (_, i) => `2012-01-${String(1 + (i % 10)).padStart(2, "0")},p`).join("\n")}\n`,
      { name: "t" },
    );
    const byDay = divideTable(dates, new Int32Array(60), { ...options, random: random(), time: "d" });
    expect(byDay.rows.test.every((row) => row % 10 >= 8)).toBe(true);
    expect(byDay.rows.test).toHaveLength(12);
    expect(() => divideTable(table, strataOf(rows), { ...options, random: random(), time: "patient" })).toThrow(
      "expected dates or numbers, found texts",
    );
  });
});

describe("foldRows", () => {
  const strata = Int32Array.from({ length: 103 }, (_, i) => (i % 10 < 7 ? 0 : 1));

  test("each row is tested once, each class in every fold", () => {
    const folds = foldRows({ strata, folds: 5, random: random() });
    expect(folds.flatMap(({ test: its }) => [...its]).toSorted((a, b) => a - b)).toEqual([...strata.keys()]);
    for (const { train, test: its } of folds) {
      expect(train.length + its.length).toBe(103);
      expect([20, 21]).toContain(its.length);
      expect([6, 7]).toContain(its.filter((row) => strata[row] === 1).length);
    }
  });

  test("groups stay in one fold; times look ahead", () => {
    const groups = Int32Array.from(strata, (_, i) => Math.floor(i / 4));
    for (const { train, test: its } of foldRows({ strata, groups, folds: 4, random: random() })) {
      const tested = new Set(Array.from(its, (row) => groups[row]));
      expect(train.some((row) => tested.has(groups[row]))).toBe(false);
    }
    const times = Float64Array.from(strata, (_, i) => 1000 - i);
    for (const { train, test: its } of foldRows({ strata, times, folds: 4, random: random() })) {
      expect(Math.max(...Array.from(train, (row) => times[row]))).toBeLessThan(
        Math.min(...Array.from(its, (row) => times[row])),
      );
    }
    expect(() => foldRows({ strata, groups: new Int32Array(103), folds: 2, random: random() })).toThrow(SettingsError);
    expect(() => foldRows({ strata, times: new Float64Array(103), folds: 2, random: random() })).toThrow(SettingsError);
  });
});

describe("columns that may contain the answer", () => {
  const n = 200;
  const draw = new RandomState(5);
  const y = Array.from({ length: n }, () => draw.randn());
  const label = Int32Array.from(y, (value) => (value > 0 ? 1 : 0));
  const table = tableOf("t", {
    copy: y,
    scaled: y.map((value) => 3 - 2 * value + draw.randn() / 1000),
    noisy: y.map((value) => value + draw.randn() / 4),
    code: Array.from(label, (value) => 7 + value),
    word: Array.from(label, (value, i) => (value ? "yes" : i % 2 ? "no" : "never")),
    some: Array.from(label, (value, i) => (value && i % 9 ? "a" : "b")),
    name: y.map((_, i) => `n${i}`),
    y,
  });
  const all = Int32Array.from(y.keys());

  test("for numbers: copies and linear functions of the target", () => {
    const leaks = findLeaks(table, "y", { kind: "number", values: Float64Array.from(y) }, all);
    expect(leaks.map(({ column }) => column)).toEqual(["copy", "scaled"]);
  });

  test("for classes: values that each belong to one class, and separate ranges", () => {
    const leaks = findLeaks(table, "name", { kind: "category", labels: label, classes: 2 }, all);
    expect(leaks.map(({ column }) => column)).toEqual(["copy", "scaled", "code", "word", "y"]);
  });
});

describe("dates as inputs", () => {
  const csv = (text: string) => parseCsv(text, { name: "t.csv" });

  test("years alone are one number", () => {
    const table = csv(
      `Year,y\n${Array.from({ length: 12 }, (_, i) => `${1970 + i}-01-01,${i % 2 ? "p" : "q"}`).join("\n")}\n`,
    );
    const fitted = fitTable(table, inspectTarget(table, { target: "y" }));
    const deviation = Math.sqrt((12 ** 2 - 1) / 12); // of 12 numbers in a row
    expect(fitted.features).toMatchObject([
      { kind: "date", encoding: { format: "ymd", cycles: [], time: { mean: 1975.5 } } },
    ]);
    expect(featureCount(fitted)).toBe(1);
    expect([...encodeFeatures(fitted, table)][0]).toBeCloseTo(-5.5 / deviation, 6);
  });

  test("month, weekday, day and hour are points on circles; missing dates are marked", () => {
    const table = csv("d,y\n2012-01-01 06:00,p\n2013-04-16 12:00,q\n2013-07-07 18:00,p\n,q\n");
    const fitted = fitTable(table, inspectTarget(table, { target: "y" }));
    expect(fitted.features).toMatchObject([
      { encoding: { cycles: ["month", "weekday", "day", "hour"], indicator: true } },
    ]);
    const width = featureCount(fitted);
    expect(width).toBe(1 + 8 + 1);
    const rows = encodeFeatures(fitted, table);
    const row = (i: number) => [...rows.subarray(i * width, (i + 1) * width)];
    const circle = (turns: number) => [Math.sin(2 * Math.PI * turns), Math.cos(2 * Math.PI * turns)];
    const times = [2012, 2013 + 3 / 12 + 15 / 372, 2013 + 6 / 12 + 6 / 372];
    const mean = (times[0] + times[1] + times[2]) / 3;
    const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / 3);
    for (const [i, time] of times.entries()) expect(row(i)[0]).toBeCloseTo((time - mean) / deviation, 6);
    const wanted = [...circle(3 / 12), ...circle(1 / 7), ...circle(15 / 31), ...circle(12 / 24), 0];
    for (const [i, value] of row(1).slice(1).entries()) expect(value).toBeCloseTo(wanted[i], 6);
    expect(row(3)).toEqual([...Array<number>(9).fill(0), 1]);
    expect(() => encodeFeatures(fitted, csv("d\n2012-01-01\nnever\n2012-01-01\n"))).toThrow("row 3: d must be a date");
  });

  test("the year alone by the rules of earlier versions, and if the rows are in the order of their time", () => {
    const table = csv(
      `d,y\n${Array.from({ length: 24 }, (_, i) => `${2012 + (i % 3)}-0${1 + (i % 4)}-15,${i % 2 ? "p" : "q"}`).join("\n")}\n`,
    );
    const numbersOf = (request: DataRequest) => {
      const { train } = tableSource(table, { target: "y" }, { request });
      return new Set(train.inputs.filter((_, i) => i % train.inputShape[0] === 0)).size;
    };
    expect(numbersOf({ rules: 3 })).toBe(3);
    expect(numbersOf({ time: "d" })).toBe(2); // the oldest 16 of 24 rows: the first two years
    expect(numbersOf({})).toBeGreaterThan(3);
  });

  test("parts that are not related to the target are left out, unless there are few rows or a user says that these are dates", () => {
    // 300 days in a row from a Sunday on: the target is whether it is a weekend, and for numbers the month
    const days = Array.from({ length: 300 }, (_, i) => new Date(Date.UTC(2012, 0, 1 + i)));
    const lines = days.map((day) => {
      return `${day.toISOString().slice(0, 10)},${day.getUTCDay() % 6 === 0 ? "yes" : "no"},${day.getUTCMonth() + 0.5}`;
    });
    const cyclesOf = (target: string, rows = 300, options: Omit<Parameters<typeof parseCsv>[1], "name"> = {}) => {
      const table = parseCsv(["d,free,month", ...lines.slice(0, rows)].join("\n"), { name: "t.csv", ...options });
      const fitted = fitTable(table, inspectTarget(table, { target }));
      return fitted.features.find(({ kind }) => kind === "date");
    };
    expect(cyclesOf("free")).toMatchObject({ encoding: { cycles: ["weekday"] } });
    expect(cyclesOf("month")).toMatchObject({ encoding: { cycles: ["month"] } });
    expect(cyclesOf("free", 90)).toMatchObject({ encoding: { cycles: ["month", "weekday", "day"] } });
    const types = [{ column: "d", type: "date" as const }];
    expect(cyclesOf("free", 300, { types })).toMatchObject({ encoding: { cycles: ["month", "weekday", "day"] } });
  });

  test("what never varies is left out, and the weekday of the first of a month", () => {
    const months = csv(
      `d\n${Array.from({ length: 12 }, (_, i) => `2012-${String(i + 1).padStart(2, "0")}-01`).join("\n")}\n`,
    );
    expect(fitDate(months.columns[0], 12)).toMatchObject({ encoding: { cycles: ["month"] } });
    const clock = csv("d\n10:00\n12:30\n");
    expect(fitDate(clock.columns[0], 2)).toMatchObject({ encoding: { cycles: ["hour"] } });
  });
});
