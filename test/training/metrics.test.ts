import { describe, expect, test } from "vitest";
import { classificationMetrics, regressionMetrics, ShapeError, tensor } from "../../src/index.ts";
import oracle from "../fixtures/metrics.json" with { type: "json" };

describe("scikit-learn's figures", () => {
  const metrics = classificationMetrics(tensor(oracle.logits, "float64"), oracle.labels, { bins: 10 });
  const number = (value: number): number | null => (Number.isNaN(value) ? null : value);

  test("loss, top-1, top-5, calibration", () => {
    expect(metrics.rows).toBe(oracle.labels.length);
    expect(metrics.loss).toBeCloseTo(oracle.loss, 12);
    expect(metrics.top1).toBeCloseTo(oracle.top1, 14);
    expect(metrics.top5).toBeCloseTo(oracle.top5, 14);
    expect(metrics.calibrationError).toBeCloseTo(oracle.calibrationError10, 14);
    expect(metrics.bins.reduce((rows, bin) => rows + bin.rows, 0)).toBe(metrics.rows);
  });

  test.each(["precision", "recall", "f1", "rows"] as const)("%s of each class, one of which has no rows", (key) => {
    metrics.classes.forEach((each, i) => {
      const expected = oracle[key][i];
      if (expected === null) expect(number(each[key])).toBeNull();
      else expect(each[key]).toBeCloseTo(expected, 14);
    });
    expect(oracle.rows).toContain(0);
  });

  test("confusion", () => expect(metrics.confusion.map((line) => [...line])).toEqual(oracle.confusion));

  test("regression", () => {
    const { predictions, targets, ...expected } = oracle.regression;
    const got = regressionMetrics(predictions, targets);
    for (const [key, value] of Object.entries(expected)) expect(got[key as keyof typeof got]).toBeCloseTo(value, 13);
  });
});

test("a sure and right classifier is perfect and calibrated; huge logits do not overflow", () => {
  const metrics = classificationMetrics(
    tensor([
      [1e4, 0, 0],
      [0, 1e4, 0],
    ]),
    [0, 1],
    { labelNames: ["a", "b", "c"] },
  );
  expect(metrics).toMatchObject({ loss: 0, top1: 1, top5: 1, calibrationError: 0 });
  expect(metrics.macro).toEqual({ precision: 1, recall: 1, f1: 1, areaUnderRoc: 1 });
  expect(metrics.classes[2]).toEqual({
    label: "c",
    rows: 0,
    precision: Number.NaN,
    recall: Number.NaN,
    f1: Number.NaN,
    areaUnderRoc: Number.NaN,
    averagePrecision: Number.NaN,
  });
});

test("equal logits: the first classes count as more probable", () => {
  const logits = tensor([
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0],
  ]);
  expect(classificationMetrics(logits, [4, 5])).toMatchObject({ top1: 0, top5: 0.5 });
  expect(classificationMetrics(logits, [0, 0]).top1).toBe(1);
});

test("always the mean has R² 0; targets that never vary have none", () => {
  expect(regressionMetrics([2, 2, 2], [1, 2, 3])).toMatchObject({ rSquared: 0, meanAbsoluteError: 2 / 3 });
  expect(regressionMetrics([1, 2], [5, 5]).rSquared).toBeNaN();
});

test.each([
  () => classificationMetrics(tensor([[1, 2]]), [0, 1]),
  () => classificationMetrics(tensor([[1, 2]]), [2]),
  () => regressionMetrics([], []),
  () => regressionMetrics([1], [1, 2]),
])("what does not fit is refused", (run) => {
  expect(run).toThrow(ShapeError);
});
