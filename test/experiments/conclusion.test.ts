import { describe, expect, test } from "vitest";
import { testResultLines } from "../../cli/testResultLines.ts";
import {
  type Comparison,
  classificationMetrics,
  conclusionOf,
  hasRareClass,
  type Metric,
  type TestResult,
  tensor,
} from "../../src/index.ts";

const better: Comparison = { outcome: "better", p: 0.001 };
const worse: Comparison = { outcome: "worse", p: 0.001 };
const alike: Comparison = { outcome: "about as good", p: 0.6 };
const few: Comparison = { outcome: "too few rows", p: 0.12, rowsNeeded: 62 };

function testResult(majority: Comparison, linear?: Comparison, metric: Metric = "accuracy"): TestResult {
  const beside = (comparison: Comparison) => ({ score: 0.33, interval: [0.2, 0.5] as const, comparison });
  return {
    ...{ metric, score: 0.59, rows: 27, interval: [0.4, 0.75] },
    majority: { label: "Adelie", ...beside(majority) },
    ...(linear && { linear: beside(linear) }),
  };
}

describe("the conclusion", () => {
  test("of too few rows claims nothing, and says how many would be needed", () => {
    expect(conclusionOf(testResult(few, few))).toEqual({
      kind: "unknown",
      text: 'too few rows to tell whether the network is better than always answering "Adelie": 27 test rows, about 62 would be needed for a difference of this size (2.3 times as much data).',
    });
    const same = { ...few, rowsNeeded: undefined };
    expect(conclusionOf(testResult(same))?.text).toMatch(/: both score the same on the 27 test rows\.$/);
  });

  test.each<[Comparison, Comparison | undefined, string, RegExp]>([
    [better, undefined, "good", /^useful: better than always answering "Adelie"\.$/],
    [better, better, "good", /^useful: better than a linear model\.$/],
    [better, alike, "good", /^useful, but a linear model is about as good/],
    [
      better,
      few,
      "good",
      /^useful: .*Too few rows to tell whether it is better than a linear model: 27 test rows, about 62/,
    ],
    [better, worse, "bad", /^use a linear model/],
    [few, worse, "bad", /^use a linear model/],
    [alike, better, "bad", /^not useful: no better than always answering "Adelie"/],
    [worse, better, "bad", /^not useful: worse than/],
  ])("%j compared with a constant answer, %j compared with a linear model", (majority, linear, kind, text) => {
    const inWords = conclusionOf(testResult(majority, linear));
    expect(inWords?.kind).toBe(kind);
    expect(inWords?.text).toMatch(text);
  });

  test("names the mean of a regression, and nothing where nothing was compared", () => {
    expect(conclusionOf(testResult(better, undefined, "rSquared"))?.text).toContain(
      "always answering Adelie, the mean",
    );
    expect(conclusionOf({ metric: "accuracy", score: 1, rows: 3 })).toBeUndefined();
  });
});

/** Rows of each class; some are taken for the next class. */
function metricsOf(...classes: readonly [rows: number, missed: number][]) {
  const labels = classes.flatMap(([rows], label) => Array<number>(rows).fill(label));
  const given = classes.flatMap(([rows, missed], label) =>
    Array.from({ length: rows }, (_, i) => (i < missed ? (label + 1) % classes.length : label)),
  );
  const logits = given.map((one) => classes.map((_, i) => (i === one ? 2 : 0)));
  return classificationMetrics(tensor(logits), labels, { labelNames: classes.map((_, i) => `kind ${i}`) });
}

describe("the lines of a classification", () => {
  const lines = (...classes: readonly [number, number][]) => {
    const metrics = { kind: "classification", ...metricsOf(...classes) } as const;
    return testResultLines({ ...testResult(better, few), metrics }).join("\n");
  };

  test("name a class as missed only if one of its rows is", () => {
    expect(lines([23, 0], [20, 0])).toContain("no row is missed");
    expect(lines([23, 0], [20, 0])).not.toContain("most often missed");
    expect(lines([23, 0], [20, 1])).toContain("most often missed: kind 1, 19 of 20 found");
  });

  test("have scores that show a rare class, if there is one", () => {
    expect(lines([20, 1], [23, 3])).not.toContain("balanced");
    const rare = lines([5, 4], [45, 0]);
    expect(rare).toContain("few rows are kind 0 (5 of 50)");
    expect(rare).toMatch(/balanced accuracy 60\.00 %, macro F1 0\.645, AUC 0\.600, average precision of kind 0 0\.280/);
    expect(rare).toMatch(/kind 0 +5 +1\.000 +0\.200 +0\.333 +0\.600/);
  });
});

test("a class is rare from a ratio of more than 3, or with less than a fifth of the rows", () => {
  expect(hasRareClass(metricsOf([30, 0], [90, 0]))).toBe(false);
  expect(hasRareClass(metricsOf([30, 0], [91, 0]))).toBe(true);
  expect(hasRareClass(metricsOf([19, 0], [41, 0], [40, 0]))).toBe(true);
  expect(hasRareClass(metricsOf(...Array.from({ length: 10 }, () => [20, 0] as [number, number])))).toBe(false);
  expect(hasRareClass(metricsOf([50, 0], [0, 0]))).toBe(false);
});
