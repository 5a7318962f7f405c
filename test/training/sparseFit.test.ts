import { expect, test } from "vitest";
import { RandomState, scalarKernels } from "../../src/index.ts";
import { fitFolds } from "../../src/training/fitFolds.ts";
import { fitLinear, type LinearData, linearGradient } from "../../src/training/linearFit.ts";
import { inRowSpace } from "../../src/training/rowSpace.ts";
import { fitSparse, largestPenalty } from "../../src/training/sparseFit.ts";

// Rows, and what scikit-learn 1.9.1 finds: Lasso(alpha=3/14) and LogisticRegression(l1_ratio=1, C=1/1.5, solver="saga")
const x = [
  [1.79, 0.44, 0.1, -1.86, -0.28, -0.35, -0.08, -0.63, -0.04, -0.48, -1.31, 0.88, 0.88, 1.71],
  [0.05, -0.4, -0.55, -1.55, 0.98, -1.1, -1.19, -0.21, 1.49, 0.24, -1.02, -0.71, 0.63, -0.16],
].flat();
const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1];
const numbers = [2.61, 1.33, 0.2, 0.89, 0.23, -2.23, 0.6, 0.09, 0.07, 2.12, -1.16, 2.39, -1.2, 1.45];
const lasso = [1.1582852641118928, -0.15787483572082148, 0.3607549681231945];
const logistic = [
  [0.19101676835021514, 0, 0],
  [0, -0.02031482539131134, 0],
  [0.060241811218341726, 0.07826203094965135, -0.1385038421679938],
].flat();

const data = (classes: boolean): LinearData => ({
  x: Float64Array.from(x),
  y: classes
    ? Float64Array.from({ length: 42 }, (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 1 : 0))
    : Float64Array.from(numbers),
  ...{ rows: 14, inputs: 2, outputs: classes ? 3 : 1, classes },
});

/** Normal inputs; the target is the difference of the first two and a little noise, or its sign. */
function wide(classes: boolean, { rows = 60, inputs = 200 } = {}): LinearData {
  const [values, noise] = [new Float64Array(rows * inputs), new Float64Array(rows)];
  const random = new RandomState(4);
  random.fillRandn(values);
  random.fillRandn(noise);
  const sums = noise.map((each, i) => values[i * inputs] - values[i * inputs + 1] + 0.2 * each);
  const y = classes ? Float64Array.from(sums).map((sum) => (sum > 0 ? 1 : 0)) : sums;
  const both = Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? y[i / 2] : 1 - y[(i - 1) / 2]));
  return { x: values, y: classes ? both : y, rows, inputs, outputs: classes ? 2 : 1, classes };
}

test.each([
  ["LogisticRegression with L1", true, 1.5, logistic],
  ["Lasso", false, 3, lasso],
] as const)("the solution is that of scikit-learn's %s", (_, classes, penalty, wanted) => {
  const weights = fitSparse(data(classes), penalty, scalarKernels, undefined, 1e-7);
  weights.forEach((weight, i) => {
    expect(weight, `weight ${i}`).toBeCloseTo(wanted[i], 4);
  });
  expect([...weights].map((weight) => weight === 0)).toEqual(wanted.map((weight) => weight === 0));
});

test.each([true, false])(
  "where no weight can improve: |∂loss/∂w| ≤ penalty, and −penalty·sign(w) of weights (%s)",
  (classes) => {
    const table = wide(classes);
    const penalty = 0.3 * largestPenalty(table, scalarKernels);
    const weights = fitSparse(table, penalty, scalarKernels, undefined, 1e-5);
    const { derivatives } = linearGradient(table, scalarKernels)(weights);
    const size = table.inputs * table.outputs;
    const used = Array.from({ length: size }, (_, i) => i).filter((i) => weights[i] !== 0);
    expect(used.length).toBeGreaterThan(1);
    expect(used.length).toBeLessThan(table.rows);
    for (const i of used) expect(derivatives[i] / penalty).toBeCloseTo(-Math.sign(weights[i]), 3);
    for (let i = 0; i < size; i++) expect(Math.abs(derivatives[i])).toBeLessThanOrEqual(1.001 * penalty);
    for (let j = size; j < derivatives.length; j++) expect(derivatives[j]).toBeCloseTo(0, 3);
  },
);

test("with the largest penalty no input has a weight, with a little less one has", () => {
  const largest = largestPenalty(wide(false), scalarKernels);
  const used = (penalty: number) =>
    fitSparse(wide(false), penalty, scalarKernels)
      .slice(0, 200)
      .filter((w) => w !== 0);
  expect(used(1.001 * largest)).toHaveLength(0);
  expect(used(0.98 * largest)).toHaveLength(1);
});

test.each([true, false])(
  "one input for each row gives the solution of all inputs, also where rows repeat (%s)",
  (classes) => {
    const table = wide(classes, { rows: 20, inputs: 30 });
    table.x.copyWithin(7 * 30, 3 * 30, 4 * 30);
    const { data, weights } = inRowSpace(table, scalarKernels);
    expect(data.inputs).toBe(20);
    const found = weights(fitLinear(data, 2, scalarKernels));
    fitLinear(table, 2, scalarKernels).forEach((weight, i) => {
      expect(found[i]).toBeCloseTo(weight, 4);
    });
  },
);

test.each([true, false])("of many inputs for few rows those are found that the target depends on (%s)", (classes) => {
  const table = wide(classes, { rows: 60, inputs: 120 });
  const split = Int32Array.from({ length: table.rows }, (_, row) => row % 6);
  const { perFold, whole } = fitFolds(table, split, 6, scalarKernels);
  for (const weights of [whole, ...perFold]) {
    const strength = Array.from({ length: table.inputs }, (_, i) => Math.abs(weights[i * table.outputs]));
    const strongest = [...strength.keys()].sort((a, b) => strength[b] - strength[a]);
    expect(strongest.slice(0, 2).sort()).toEqual([0, 1]);
    expect(strength.filter((each) => each === 0).length).toBeGreaterThan(60);
  }
});

test("with many rows for each input all inputs have a weight", () => {
  const table = wide(false, { rows: 60, inputs: 10 });
  const split = Int32Array.from({ length: 60 }, (_, row) => row % 6);
  const { whole } = fitFolds(table, split, 6, scalarKernels);
  expect(whole.filter((weight) => weight === 0)).toHaveLength(0);
});
