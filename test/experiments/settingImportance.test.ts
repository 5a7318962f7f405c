import { expect, test } from "vitest";
import { leastCombinations, robustLow, settingImportance } from "../../src/experiments/settingImportance.ts";
import { RandomState } from "../../src/index.ts";

const random = new RandomState(3);
const draws = Array.from({ length: 120 }, () => ({
  rate: 10 ** (-4 + 3 * random.randomSample()),
  kind: ["x", "y", "z"][random.randint(0, 3)],
  unused: random.randomSample(),
}));
const shares = (score: (values: (typeof draws)[number]) => number) => {
  const found = settingImportance(draws.map((values) => ({ values, score: score(values) }))) ?? [];
  return Object.fromEntries(found.map(({ name, share }) => [name, share]));
};

test("a score that depends on one setting alone is explained by it", () => {
  const { rate, kind, unused } = shares((values) => Math.log10(values.rate));
  expect(rate).toBeGreaterThan(0.9);
  expect(kind).toBeLessThan(0.05);
  expect(unused).toBeLessThan(0.05);
});

test("two additive settings: shares are those of their variances", () => {
  // log₁₀ rate is even on a length of 3: variance 9/12; three equally frequent values −1, 0, 1: variance 2/3
  const { rate, kind } = shares((values) => Math.log10(values.rate) + ["x", "y", "z"].indexOf(values.kind));
  expect(rate / kind).toBeGreaterThan(0.7 * (9 / 12 / (2 / 3)));
  expect(rate / kind).toBeLessThan(1.5 * (9 / 12 / (2 / 3)));
  expect(rate + kind).toBeGreaterThan(0.85);
});

test("what only the combination of two settings decides is neither's main effect", () => {
  const { kind, unused } = shares(({ kind: name, unused: u }) => ((name === "x") === u > 0.5 ? 1 : 0));
  expect(kind).toBeLessThan(0.35);
  expect(unused).toBeLessThan(0.35);
});

test("the most important is first, the same each time; one combination that is far off does not decide", () => {
  const scored = draws.map((values, i) => ({ values, score: i === 0 ? -1e9 : Math.log10(values.rate) }));
  const found = settingImportance(scored);
  expect(found?.[0].name).toBe("rate");
  expect(found?.[0].share).toBeGreaterThan(0.8);
  expect(settingImportance(scored)).toEqual(found);
  expect(robustLow([1, 2, 3, 4, 5, 6, 7, 8])).toBe(3 - 1.5 * 4);
});

test("too few combinations, or equal scores, say nothing", () => {
  const few = draws.slice(0, leastCombinations - 1).map((values, i) => ({ values, score: i }));
  expect(settingImportance(few)).toBeUndefined();
  expect(settingImportance([])).toBeUndefined();
  expect(settingImportance(draws.map((values) => ({ values, score: 1 })))).toBeUndefined();
});
