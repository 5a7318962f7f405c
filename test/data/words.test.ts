import { describe, expect, test } from "vitest";
import { fitTable } from "../../src/data/fitTable.ts";
import { exactTest, rankSumTest, relatedWords } from "../../src/data/relatedWords.ts";
import { encodeFeatures, featureCount, inspectTarget } from "../../src/data/tablePreprocessing.ts";
import { frequentWords } from "../../src/data/wordColumn.ts";
import { foldCharacter, wordsIn } from "../../src/data/words.ts";
import { patternOf } from "../../src/experiments/onnxWords.ts";
import { parseCsv, RandomState, type Table, tableOf, tableSource } from "../../src/index.ts";
import fc from "../properties.ts";

describe("the words of a text", () => {
  test.each([
    ["VW Golf-VW (1.6 l)", ["vw", "golf", "vw", "1", "6", "l"]],
    ["Mr. Owen O'Brien\n3rd", ["mr", "owen", "o", "brien", "3rd"]],
    ["ŠKODA Ärger straße", ["škoda", "ärger", "straße"]],
    ["ΟΔΟΣ οδός Οδος", ["οδοσ", "οδόσ", "οδοσ"]], // the final sigma is a sigma
    ["İstanbul ISTANBUL ısparta", ["istanbul", "istanbul", "isparta"]],
    ["Москва, 東京都 हिन्दी", ["москва", "東京都", "हिन्दी"]], // vowel signs are marks
    ["cafe\u0301 😀 K2", ["cafe\u0301", "k2"]], // the Kelvin sign is a K
    ["", []],
    [" -- !", []],
  ])("%j", (text, words) => {
    expect(wordsIn(text)).toEqual(words);
  });

  test("are found by the regular expressions of ONNX files, and no other word is", () => {
    // RE2 writes \pL, JavaScript \p{L}, and s as a flag
    const matches = (word: string, text: string): boolean =>
      new RegExp(
        `^${patternOf(word)
          .replace("(?s)", "")
          .replaceAll(/\\p([LMN])/g, "\\p{$1}")}$`,
        "su",
      ).test(text);
    const letters = fc.constantFrom(..."aAbßſsSkKKσςΣiIİı1ñ\u0301 -\n.漢😀");
    const texts = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, texts, (text, other) => {
        const words = wordsIn(text);
        for (const word of words) expect(matches(word, text)).toBe(true);
        for (const word of wordsIn(other)) expect(matches(word, text)).toBe(words.includes(word));
      }),
    );
  });

  test("folding twice changes nothing", () => {
    for (let code = 0; code <= 0x1ffff; code++) {
      const folded = foldCharacter(String.fromCodePoint(code));
      if (foldCharacter(folded) !== folded) expect.fail(`${code.toString(16)} becomes ${folded}`);
    }
  });
});

describe("which words are related to the target", () => {
  test("Fisher's exact test: twice the smaller tail", () => {
    // The lady tasting tea: 4 of 8 cups, all right, have the probability 1/70; 3 of 4 or better 17/70
    const cups = exactTest({ kind: "category", labels: [0, 0, 0, 0, 1, 1, 1, 1], classes: 2 });
    expect(cups([0, 1, 2, 3])).toBeCloseTo(2 / 70, 12);
    expect(cups([4, 5, 6, 7])).toBeCloseTo(2 / 70, 12);
    expect(cups([0, 1, 2, 4])).toBeCloseTo(34 / 70, 12);
    expect(cups([0, 1, 4, 5])).toBe(1);
    // Each of three classes is tested: 3 rows of the 3 in the last class have 1/C(9, 3) = 1/84, times 2 tails and 3 classes
    const three = exactTest({ kind: "category", labels: [0, 0, 0, 1, 1, 1, 2, 2, 2], classes: 3 });
    expect(three([6, 7, 8])).toBeCloseTo(6 / 84, 12);
  });

  test("the rank-sum test: ties share their ranks", () => {
    // Ranks 1, 2.5, 2.5, 4 about their mean 2.5: −1.5, 0, 0, 1.5, variance 1.125; the mean of the two last is 0.75 with
    // variance 1.125/2·(4 − 2)/(4 − 1) = 0.375: z = 1.2247, 2·Φ(−z) = 0.22067
    const test = rankSumTest({ kind: "number", values: [1, 5, 5, 1e9] });
    expect(test([2, 3])).toBeCloseTo(0.2206714, 6);
    expect(test([0, 3])).toBe(1);
    expect(rankSumTest({ kind: "number", values: [7, 7, 7] })([0, 1])).toBe(1);
  });

  test("the most significant first, and none by chance alone", () => {
    const labels = Array.from({ length: 200 }, (_, row) => (row < 100 ? 0 : 1));
    const rows = (from: number, count: number, step = 1) => Array.from({ length: count }, (_, i) => from + i * step);
    const rowsOf = new Map([
      ["half", rows(0, 100, 2)], // 50 of each class
      ["some", rows(0, 10)],
      ["many", rows(100, 60)],
    ]);
    expect(relatedWords(rowsOf, { kind: "category", labels, classes: 2 })).toEqual(["many", "some"]);
    const random = new RandomState(3);
    const noise = new Map(rows(0, 300).map((i) => [`w${i}`, rows(0, 200).filter(() => random.randomSample() < 0.05)]));
    const target = { kind: "number", values: rows(0, 200).map(() => random.randomSample()) } as const;
    expect(relatedWords(noise, target)).toEqual([]);
  });
});

const n = 240;
const make = ["Toyota", "Ford", "Fiat"];
const rowsOf = (value: (i: number) => string | number) => Array.from({ length: n }, (_, i) => value(i));
const cars = (more: Record<string, string[]> = {}): Table =>
  tableOf("cars", {
    name: rowsOf((i) => `${make[i % 3]} no. ${i * 7}`) as string[],
    origin: rowsOf((i) => ["Japan", "USA", "Italy"][i % 3]) as string[],
    power: rowsOf((i) => (i * 37) % 101) as number[],
    ...more,
  });
const origin = inspectTarget(cars(), { target: "origin" });
const featureOf = (table: Table, name: string) => fitTable(table, origin).features.find((each) => each.name === name);
const reasonOf = (table: Table, name: string) =>
  fitTable(table, origin).ignored.find((each) => each.name === name)?.reason;
const used = (table: Table, name: string, use: "words" | "category" | "text"): Table => ({
  ...table,
  columns: table.columns.map((column) => (column.name === name ? { ...column, use } : column)),
});

describe("a column of texts", () => {
  test("becomes a number for each word that is related to the target", () => {
    const fitted = fitTable(cars(), origin);
    // "no" is in all rows, the numbers are in one row each
    const encoding = { words: ["fiat", "ford", "toyota"], without: 0, indicator: false };
    expect(fitted.features[0]).toEqual({ kind: "words", name: "name", width: 3, encoding });
    const rows = tableOf("new", { name: ["FORD-Fiat", "tesla", "toyota"], power: [1, 2, 3] });
    const encoded = encodeFeatures(fitted, rows);
    expect([0, 1, 2].map((row) => [...encoded.subarray(4 * row, 4 * row + 3)])).toEqual([
      [1, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
  });

  test("with missing texts has a number that says so", () => {
    const gaps = rowsOf((i) => (i % 10 === 3 ? "" : `${make[i % 3]} ${i * 7}`)) as string[];
    const fitted = fitTable(cars({ name: gaps }), origin);
    expect(fitted.features[0]).toMatchObject({ width: 4, encoding: { indicator: true, without: 0 } });
    expect([...encodeFeatures(fitted, tableOf("new", { name: ["", "x"], power: [0, 0] }))].map(Math.abs)).toMatchObject(
      [...[0, 0, 0, 1], expect.any(Number), ...[0, 0, 0, 0], expect.any(Number)],
    );
  });

  test("of IDs, of words by chance and of empty words is left out, with the reason", () => {
    const ids = rowsOf((i) => ((i + 7) * 2654435761).toString(36)) as string[];
    expect(reasonOf(cars({ ids }), "ids")).toBe("240 different texts whose words do not repeat");
    const random = new RandomState(5);
    const people = rowsOf((i) => `first${Math.floor(random.randomSample() * 20)} ${i}`) as string[];
    expect(reasonOf(cars({ people }), "people")).toBe("240 different texts whose words are not related to the target");
    const signs = rowsOf((i) => "-+*".repeat(i + 1)) as string[];
    expect(reasonOf(cars({ signs }), "signs")).toBe("240 different texts whose words do not repeat");
  });

  test("is used as a user says", () => {
    expect(reasonOf(used(cars(), "name", "text"), "name")).toBe("240 different texts");
    expect(featureOf(used(cars(), "name", "category"), "name")).toMatchObject({ kind: "category" });
    const people = rowsOf((i) => `${i % 3 ? "Ann" : "Bo"} ${i % 40 === 0 ? "Zoë" : ""} ${i}`) as string[];
    // by frequency, although none is related to the target; "zoë" is in 6 rows
    expect(featureOf(used(cars({ people }), "people", "words"), "people")).toMatchObject({
      encoding: { words: ["ann", "bo", "zoë"] },
    });
    const few = rowsOf((i) => ["red car", "blue car", "red bus"][i % 3]) as string[];
    expect(featureOf(cars({ few }), "few")).toMatchObject({ kind: "category" });
    expect(featureOf(used(cars({ few }), "few", "words"), "few")).toMatchObject({
      encoding: { words: ["car", "red", "blue", "bus"] },
    });
  });

  test("of more than 1,000 categories is no category, whatever a user says", () => {
    const ids = Array.from({ length: 1200 }, (_, i) => `n${i}`);
    const table = used(
      tableOf("t", { ids, y: ids.map((_, i) => (i % 2 ? "a" : "b")), x: ids.map((_, i) => i % 7) }),
      "ids",
      "category",
    );
    const fitted = fitTable(table, inspectTarget(table, { target: "y" }));
    expect(fitted.ignored).toEqual([{ name: "ids", reason: "1200 different texts" }]);
  });

  test("is looked at in the training rows alone", () => {
    const rows = Int32Array.from({ length: 198 }, (_, i) => i);
    const other = rowsOf((i) => (i < 198 ? `${make[i % 3]} ${i}` : `test${i % 3} ${i}`)) as string[];
    const { features } = fitTable(cars({ name: other }), origin, { rows });
    expect(features[0]).toMatchObject({ encoding: { words: ["fiat", "ford", "toyota"] } });
    const source = tableSource(cars(), { target: "origin" }, { folds: true });
    expect(source.notes.find((note) => note.startsWith("name:"))).toBe(
      "name: too varied for categories, but 3 words are related to origin and become inputs (fiat, ford, toyota); --types name=text leaves the column out, --types name=words takes the most frequent words",
    );
    expect(source.train.inputShape).toEqual([4]);
  });

  test("is left out by the rules of earlier versions", () => {
    const source = tableSource(cars(), { target: "origin" }, { request: { rules: 2 } });
    expect(source.preprocessing?.ignored).toEqual([{ name: "name", reason: "168 different texts" }]);
  });

  test("makes rows different that are equal otherwise, unless it has no words", () => {
    const two = (names: string[]) =>
      tableOf("two", { names, x: rowsOf(() => 1) as number[], y: rowsOf((i) => ["a", "b"][i % 2]) as string[] });
    const repeats = (names: string[]) =>
      tableSource(two(names), { target: "y" }, { folds: true }).notes.some((note) =>
        note.includes("repeat the inputs"),
      );
    expect(repeats(rowsOf((i) => `${i % 2 ? "good" : "bad"} ${i}`) as string[])).toBe(false);
    expect(() => repeats(rowsOf((i) => `${(i + 9) * 2654435761}x`) as string[])).toThrow("no column is left");
  });

  test("has at most 100 words, 300 in a table, and counts words of some rows only once", () => {
    const texts = Array.from({ length: 2000 }, (_, i) => `w${i % 150} w${i % 150} x${i} ${i % 2 ? "odd" : "even"}`);
    const names = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`t${i}`, texts]));
    const table = tableOf("t", { ...names, y: texts.map((_, i) => (i % 150 < 75 ? "a" : "b")) });
    const target = inspectTarget(table, { target: "y" });
    expect(fitTable(table, target).features.map((each) => "width" in each && each.width)).toEqual([60, 60, 60, 60, 60]);
    const one = { ...table, columns: [table.columns[0], table.columns[5]] };
    expect(featureCount(fitTable(one, target))).toBe(100);
    expect(frequentWords(table.columns[0]).slice(0, 2)).toEqual(["even", "odd"]);
    expect(frequentWords(table.columns[0])).toHaveLength(152);
  });

  test("any texts: numbers are 0 or 1, as many as the feature says, by the words alone", () => {
    const texts = fc.array(
      fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("Ford A", "ford", "FIAT ford", "")),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    const fitted = fitTable(used(cars(), "name", "words"), origin);
    fc.assert(
      fc.property(texts, (name) => {
        const encoded = encodeFeatures(fitted, tableOf("any", { name, power: name.map(() => 0) }));
        expect(encoded).toHaveLength(name.length * featureCount(fitted));
        const [feature] = fitted.features;
        if (feature.kind !== "words") throw new Error("expected words");
        const { words } = feature.encoding as { words: string[] };
        name.forEach((text, row) => {
          const own = [...encoded.subarray(row * featureCount(fitted), row * featureCount(fitted) + feature.width)];
          expect(own).toEqual(words.map((word) => (wordsIn(text).includes(word) ? 1 : 0)));
        });
      }),
    );
  });

  test("read from a file keeps what was said about it, and numbers may be texts", () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${1000 + i},${i % 2 ? "a" : "b"}`);
    const types = [{ column: "code", type: "words" as const }];
    const table = parseCsv(["code,y", ...lines].join("\n"), { name: "codes.csv", types });
    expect(table.columns[0]).toMatchObject({ use: "words" });
    expect(table.columns[0].cells).not.toBeInstanceOf(Float64Array);
  });
});

test("a damaged description of words is an error that names the column", () => {
  const fitted = fitTable(cars(), origin);
  const [feature, ...rest] = fitted.features;
  if (feature.kind !== "words") throw new Error("expected words");
  const encode = (encoding: Record<string, unknown>) => () =>
    encodeFeatures({ ...fitted, features: [{ ...feature, encoding }, ...rest] }, cars());
  expect(encode({ ...feature.encoding, words: ["a"] })).toThrow(
    "name: the model's description of words is damaged: width: expected 1, found 3",
  );
  expect(encode({ ...feature.encoding, words: 7 })).toThrow("name: the model's description of words is damaged");
  // Words become parts of regular expressions in ONNX files
  for (const word of ["", "a b", "A", ".*", "a)"])
    expect(encode({ ...feature.encoding, words: ["a", "b", word] })).toThrow("words[2]: expected a word in lower case");
});
