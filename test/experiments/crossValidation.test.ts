import { expect, test } from "vitest";
import { divideFold } from "../../src/data/divideFold.ts";
import { meanAndDeviation, poolFolds, scoreFold } from "../../src/experiments/crossValidation.ts";
import { RandomState, SettingsError, tensor } from "../../src/index.ts";
import { crossValidationReport, crossValidationResults } from "../../src/report/crossValidationReport.ts";
import { reportHtml } from "../../src/report/html.ts";
import fc from "../properties.ts";

const options = (folds: number, fold: number) => ({ folds, fold, validation: 0.15, random: new RandomState(1) });

test("each row is tested in one fold, and no unit is in two parts of a fold", () => {
  const rows = fc.array(fc.tuple(fc.nat(2), fc.nat(40)), { minLength: 60, maxLength: 200 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 2, max: 5 }), fc.boolean(), (cells, folds, grouped) => {
      const strata = cells.map(([stratum]) => stratum);
      const units = [...new Set(cells.map(([, unit]) => unit))];
      const groups = grouped ? Int32Array.from(cells, ([, unit]) => units.indexOf(unit)) : undefined;
      const tested: number[] = [];
      for (let fold = 1; fold <= folds; fold++) {
        const { train, validation, test: held } = divideFold(strata, { groups }, options(folds, fold));
        tested.push(...held);
        expect([...train, ...validation, ...held].sort((a, b) => a - b)).toEqual(cells.map((_, row) => row));
        if (!groups) continue;
        const parts = [train, validation, held].map((part) => new Set(Array.from(part, (row) => groups[row])));
        expect(parts[0].size + parts[1].size + parts[2].size).toBe(units.length);
      }
      expect(tested.sort((a, b) => a - b)).toEqual(cells.map((_, row) => row));
    }),
    { numRuns: 40 },
  );
});

test("of rows with times each fold tests what follows its training rows; fold 0 trains on all", () => {
  const times = Float64Array.from({ length: 60 }, (_, row) => (row * 7) % 60);
  const strata = new Int32Array(60);
  for (let fold = 1; fold <= 3; fold++) {
    const { train, validation, test: held } = divideFold(strata, { times }, options(3, fold));
    const latest = (rows: Int32Array) => Math.max(...Array.from(rows, (row) => times[row]));
    const earliest = (rows: Int32Array) => Math.min(...Array.from(rows, (row) => times[row]));
    expect(latest(train)).toBeLessThan(earliest(validation));
    expect(latest(validation)).toBeLessThan(earliest(held));
  }
  const { train, validation, test: held } = divideFold(strata, {}, options(3, 0));
  expect([train.length, validation.length, held.length]).toEqual([51, 9, 0]);
  expect(() => divideFold([0, 0], {}, options(3, 1))).toThrow(SettingsError);
});

const classFolds = [
  {
    rows: Int32Array.of(0, 2),
    outputs: tensor([
      [2, 0],
      [3, 0],
    ]),
    truth: Int32Array.of(0, 1),
    always: 0,
  },
  {
    rows: Int32Array.of(1, 3),
    outputs: tensor([
      [0, 1],
      [0, 5],
    ]),
    truth: Int32Array.of(1, 1),
    always: 1,
  },
];

test("classes: the score of each fold, and of all rows as one test part", () => {
  const labels = { name: "d", labelNames: ["a", "b"] };
  expect(classFolds.map((fold, i) => scoreFold(i + 1, fold, labels).score)).toEqual([0.5, 1]);
  const { testResult } = poolFolds(classFolds, labels);
  expect(testResult).toMatchObject({ metric: "accuracy", score: 0.75, rows: 4 });
  expect(testResult.majority?.score).toBe(0.75); // always a: 1 of 2 in the first fold; always b: 2 of 2 in the second
  expect(testResult.linear).toBeUndefined();
});

test("numbers: R² over all rows is against their common mean, not those of the folds", () => {
  const fold = (rows: number[], truth: number[], predicted: number[], linear: number[]) => ({
    ...{ rows: Int32Array.from(rows), truth: Float64Array.from(truth), always: 5 },
    outputs: tensor(predicted.map((value) => [value])),
    linear: tensor(linear.map((value) => [value])),
  });
  const folds = [fold([0, 1], [0, 2], [1, 2], [0, 0]), fold([2, 3], [10, 12], [10, 11], [10, 12])];
  const { testResult } = poolFolds(folds, { name: "d", labelNames: ["y"] });
  // errors² 1, 0, 0, 1; deviations² from 6: 36, 16, 16, 36
  expect(testResult.score).toBeCloseTo(1 - 2 / 104, 12);
  expect(testResult.linear?.score).toBeCloseTo(1 - 4 / 104, 12);
  expect(testResult.majority?.score).toBeCloseTo(1 - (25 + 9 + 25 + 49) / 104, 12);
  expect(scoreFold(1, folds[0], { name: "d", labelNames: ["y"] }).score).toBeCloseTo(0.5, 12); // 1 − 1/2
});

test("mean and sample deviation", () => {
  expect(meanAndDeviation([1, 2, 3])).toEqual({ mean: 2, deviation: 1 });
  expect(meanAndDeviation([4])).toEqual({ mean: 4, deviation: 0 });
});

test("the report has every fold, and names as text", () => {
  const results = crossValidationResults(classFolds, { name: "<i>d", target: "<b>", labelNames: ["<u>", "b"] });
  expect(results.network.mean).toBe(0.75);
  expect(results.network.deviation).toBeCloseTo(Math.SQRT1_2 / 2, 12);
  const html = reportHtml(crossValidationReport(results, { finalModel: "none" }));
  expect(html).toContain("Cross-validation with 2 folds");
  expect(html).toContain("fold 2");
  expect(html).not.toMatch(/<i>d|<u>|<b>|NaN/);
});
