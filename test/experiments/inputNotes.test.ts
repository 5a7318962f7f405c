import { describe, expect, test } from "vitest";
import { fitTable } from "../../src/data/fitTable.ts";
import { editDistance, nameHint, nearestName } from "../../src/data/nearestName.ts";
import { tableOf } from "../../src/data/table.ts";
import { inspectTarget } from "../../src/data/tablePreprocessing.ts";
import { checkInputColumns, inputWarnings, unusedColumnNotes } from "../../src/experiments/inputNotes.ts";
import { DataError } from "../../src/index.ts";
import fc from "../properties.ts";

const training = tableOf("training", {
  size: [0, 2, 4, 10],
  gaps: [1, Number.NaN, 3, 5],
  colour: ["red", "blue", "red", "blue"],
  kind: ["a", "", "b", "a"],
  y: ["p", "q", "p", "q"],
});
const preprocessing = fitTable(training, inspectTarget(training, { target: "y" }));
const table = (columns: Parameters<typeof tableOf>[1]) => tableOf("new", { ...same, ...columns });
const same = { size: [1, 2], gaps: [1, 2], colour: ["red", "red"], kind: ["a", "b"] };

describe("what training did not have", () => {
  test("the training rows give no warning", () => expect(inputWarnings(preprocessing, training)).toEqual([]));

  test.each<[string, Parameters<typeof tableOf>[1], string[]]>([
    [
      "a number beyond half the range",
      { size: [15.1, -5.1] },
      ["size: 2 rows have a number far outside the training range, 0 to 10, such as 15.1 in row 2"],
    ],
    ["a number near the range", { size: [15, -5] }, []],
    [
      "an infinite number",
      { size: [1, Infinity] },
      ["size: 1 row has a number far outside the training range, 0 to 10, such as Infinity in row 3"],
    ],
    [
      "a number that is missing",
      { size: [1, Number.NaN] },
      ["size: missing in 1 row, but never missing in training; the mean is used (first in row 3)"],
    ],
    ["one that was missing in training too", { gaps: [Number.NaN, 2] }, []],
    [
      "a category",
      { colour: ["pink", "red"] },
      ["colour: 1 row has a category that training did not have, such as pink in row 2"],
    ],
    [
      "a category in another case",
      { colour: ["Red", "red"] },
      ["colour: 1 row has a category that training did not have, such as Red in row 2"],
    ],
    [
      "a category that is missing",
      { colour: ["", "red"] },
      ["colour: missing in 1 row, but never missing in training; no category is set (first in row 2)"],
    ],
    ["one that was missing in training too", { kind: ["", "a"] }, []],
    [
      "numbers where training had texts",
      { colour: [1, 1] },
      ["colour: 2 rows have a category that training did not have, such as 1 in row 2"],
    ],
  ])("%s", (_, columns, warnings) => expect(inputWarnings(preprocessing, table(columns))).toEqual(warnings));

  test("a model of version 0.1 does not know the range", () => {
    const features = preprocessing.features.map((feature) =>
      feature.kind === "number" ? { ...feature, minimum: undefined, maximum: undefined } : feature,
    );
    expect(inputWarnings({ ...preprocessing, features }, table({ size: [1e9, 0] }))).toEqual([]);
  });
});

describe("words", () => {
  const texts = (each: (i: number) => string, rows = 120) => Array.from({ length: rows }, (_, i) => each(i));
  const make = ["Ford", "Fiat", "Saab"];
  // 12 of the 120 texts have no word that repeats
  const name = texts((i) => (i % 10 === 0 ? `x${i}` : `${make[i % 3]} ${i}`));
  const y = texts((i) => ["us", "it", "se"][i % 3]);
  const words = fitTable(tableOf("cars", { name, y }), inspectTarget(tableOf("cars", { name, y }), { target: "y" }));
  const warnings = (given: string[]) => inputWarnings(words, tableOf("new", { name: given }));

  test("that are unknown are no reason to warn, next to a known one or in as many rows as in training", () => {
    expect(warnings(name)).toEqual([]);
    expect(warnings(["new ford", "Fiat 500", "SAAB-Scania"])).toEqual([]);
    // 10 % of 100 are 10, with a deviation of 3
    expect(warnings(texts((i) => (i < 16 ? "opel" : "ford"), 100))).toEqual([]);
  });

  test("texts without a known word in any row, in one line", () => {
    expect(warnings(["ford", "Citroën 2CV", "opel"])).toEqual([
      "name: 2 rows of 3 have no word that the model knows (10 % in training), such as Citroën 2CV in row 3",
    ]);
    expect(warnings(texts((i) => (i < 17 ? "opel" : "ford"), 100))).toHaveLength(1);
  });

  test("of a missing text", () => {
    expect(warnings(["ford", ""])).toEqual([
      "name: missing in 1 row, but never missing in training; no word is set (first in row 3)",
    ]);
  });
});

describe("columns", () => {
  test("that are missing are all named, with what was probably meant", () => {
    const { size, gaps, ...rest } = same;
    const found = tableOf("new", { ...rest, Size: size, "g a p s": gaps, note: ["x", "y"] });
    expect(() => checkInputColumns(preprocessing, found)).toThrow(
      new DataError(
        'new: expected the columns size ("Size" differs only in case or spaces), gaps ("g a p s" differs only in case or spaces), which the model was trained on; found colour, kind, Size, g a p s, note',
      ),
    );
    expect(() => checkInputColumns(preprocessing, table({}))).not.toThrow();
  });

  test("that are no inputs are named, but for the target", () => {
    expect(unusedColumnNotes(preprocessing, table({ y: ["p", "q"] }))).toEqual([]);
    expect(unusedColumnNotes(preprocessing, table({ id: [1, 2], note: ["x", "y"] }))).toEqual([
      "new: 2 columns are not used, because the model has no such input: id, note",
    ]);
  });
});

describe("names that were probably meant", () => {
  test.each([
    ["body mass", ["Body Mass", "body_mass"], '"Body Mass" differs only in case or spaces'],
    ["body mass", ["x", "body_mass"], '"body_mass" differs only in punctuation'],
    ["species", ["sepcies", "island"], 'did you mean "sepcies"?'],
    ["age", ["height", "weight"], ""],
    ["ÄRGER", ["ärger"], '"ärger" differs only in case or spaces'],
    ["", ["a"], ""],
    ["t", ["a", "when"], ""],
    ["x", [], ""],
  ])("%s among %j", (wanted, names, hint) => expect(nameHint(wanted, names)).toBe(hint));

  test("the distance is a metric, and a name itself is nearest", () => {
    const name = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(nearestName("cat", ["bat", "cat"])?.name).toBe("cat");
  });
});
