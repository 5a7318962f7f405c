import { describe, expect, test } from "vitest";
import {
  bootstrapInterval,
  classificationMetrics,
  precisionRecallCurve,
  RandomState,
  regressionMetrics,
  rocCurve,
  ShapeError,
  tensor,
  wilsonInterval,
} from "../../src/index.ts";
import { incompleteBeta, mcNemarTest, pairedTTest } from "../../src/training/significance.ts";
import oracle from "../fixtures/scores.json" with { type: "json" };
import fc from "../properties.ts";

const close = (found: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 13);
  });
};

describe("scikit-learn's values", () => {
  test.each(oracle.binary)("ROC and precision-recall curves, with ties and without", (wanted) => {
    const roc = rocCurve(wanted.scores, wanted.labels);
    close(roc.falsePositiveRate, wanted.fpr);
    close(roc.truePositiveRate, wanted.tpr);
    close(roc.thresholds.slice(1), wanted.thresholds);
    expect(roc.area).toBeCloseTo(wanted.area, 14);
    const { precision, recall, averagePrecision } = precisionRecallCurve(wanted.scores, wanted.labels);
    // scikit-learn ends where all positive rows are found; the rest has a recall of 1
    close(precision.slice(0, wanted.precision.length), wanted.precision);
    close(recall.slice(0, wanted.recall.length), wanted.recall);
    expect(recall.slice(wanted.recall.length).every((each) => each === 1)).toBe(true);
    expect(averagePrecision).toBeCloseTo(wanted.averagePrecision, 14);
  });

  test.each(oracle.multi)(
    "areas, average precision, balanced accuracy and macro F1 of $areas.length classes",
    (wanted) => {
      const metrics = classificationMetrics(tensor(wanted.logits, "float64"), wanted.labels);
      close(metrics.classes.map((each) => each.areaUnderRoc), wanted.areas); // biome-ignore format: one
      close(metrics.classes.map((each) => each.averagePrecision), wanted.averagePrecision); // biome-ignore format: one
      expect(metrics.macro.areaUnderRoc).toBeCloseTo(wanted.macroArea, 14);
      expect(metrics.macro.f1).toBeCloseTo(wanted.macroF1, 14);
      expect(metrics.balancedAccuracy).toBeCloseTo(wanted.balancedAccuracy, 14);
      expect(metrics.loss).toBeCloseTo(wanted.logLoss, 13);
      expect(metrics.top1).toBe(wanted.accuracy);
    },
  );

  test.each(oracle.regression)("errors of a regression", ({ targets, predictions, ...wanted }) => {
    const metrics = regressionMetrics(predictions, targets);
    for (const [name, value] of Object.entries(wanted)) {
      expect(metrics[name as keyof typeof metrics], name).toBeCloseTo(value, 13);
    }
  });
});

describe("SciPy's values", () => {
  test.each(oracle.wilson as [number, number, number, number][])("Wilson's interval of %i in %i", (k, n, low, high) => {
    close(wilsonInterval(k, n), [low, high]);
  });

  test.each(oracle.mcnemar as [number, number, number][])("McNemar's exact test, %i against %i", (ours, theirs, p) => {
    expect(mcNemarTest(ours, theirs)).toBeCloseTo(p, 11);
    expect(mcNemarTest(theirs, ours)).toBe(mcNemarTest(ours, theirs));
  });

  test.each(oracle.student)("Student's paired test, case %#", ({ ours, theirs, p }) => {
    expect(pairedTTest(ours.map((value, i) => value - theirs[i])).p).toBeCloseTo(p, 12);
  });
});

test("the incomplete beta function where it is elementary: I_x(a, 1) = xᵃ, I_x(1, b) = 1 − (1 − x)ᵇ", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 1000, noNaN: true }), (x, a) => {
      expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 11);
      expect(incompleteBeta(x, 1, a)).toBeCloseTo(1 - (1 - x) ** a, 11);
    }),
  );
});

test("the area under the ROC curve is the share of pairs in the right order, ties counted half", () => {
  const rows = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), own: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(rows, (each) => {
      const [own, other] = [each.filter((row) => row.own), each.filter((row) => !row.own)];
      const pairs = own.flatMap((a) => other.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
      const wanted = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
      const { area } = rocCurve(each.map((row) => row.score), each.map((row) => row.own)); // biome-ignore format: one
      if (pairs.length === 0) expect(area).toBeNaN();
      else expect(area).toBeCloseTo(wanted, 12);
    }),
  );
});

test("a perfect ranking has area and average precision 1, the reverse area 0", () => {
  expect(rocCurve([3, 2, 1], [1, 1, 0]).area).toBe(1);
  expect(precisionRecallCurve([3, 2, 1], [1, 1, 0]).averagePrecision).toBe(1);
  expect(rocCurve([1, 2, 3], [true, true, false]).area).toBe(0);
});

describe("the bootstrap", () => {
  const random = new RandomState(3);
  const values = Float64Array.from({ length: 400 }, () => 5 + 2 * random.randn());
  const mean = ([sum, rows]: readonly number[]) => sum / rows;
  const ones = (length: number) => new Float64Array(length).fill(1);

  test("of a mean is mean ± 1.96 standard errors, and the same for a seed", () => {
    const [low, high] = bootstrapInterval([values, ones(400)], mean);
    const middle = values.reduce((a, b) => a + b) / 400;
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0)) / 400;
    expect((low - middle) / error).toBeCloseTo(-1.96, 0);
    expect((high - middle) / error).toBeCloseTo(1.96, 0);
    expect(bootstrapInterval([values, ones(400)], mean)).toEqual([low, high]);
    expect(bootstrapInterval([values, ones(400)], mean, { seed: 2 })).not.toEqual([low, high]);
  });

  test("of one row says nothing", () => expect(bootstrapInterval([[1], [1]], mean)).toEqual([Number.NaN, Number.NaN]));

  test("of many rows draws groups, and is as wide", () => {
    const many = Float64Array.from({ length: 40_000 }, () => random.randn());
    const [low, high] = bootstrapInterval([many, ones(40_000)], mean);
    expect((high - low) / (2 * 1.96 * 0.005)).toBeGreaterThan(0.9);
    expect((high - low) / (2 * 1.96 * 0.005)).toBeLessThan(1.1);
  });
});

test.each([
  () => rocCurve([1], [1, 0]),
  () => precisionRecallCurve([1], []),
  () => wilsonInterval(2, 1),
  () => wilsonInterval(0, 0),
  () => bootstrapInterval([], () => 0),
  () => bootstrapInterval([[1], [1, 2]], () => 0),
  () => incompleteBeta(2, 1, 1),
])("what does not fit is refused", (run) => expect(run).toThrow(ShapeError));
