import { expect, test } from "vitest";
import { scalarKernels } from "../../src/index.ts";
import { lbfgs } from "../../src/training/lbfgs.ts";
import { fitLinear, type LinearData, linearLoss } from "../../src/training/linearFit.ts";

// Rows, and what scikit-learn 1.9.1 finds with tol 1e-12: LogisticRegression(C=1) and Ridge(alpha=1)
const x = [
  [1.79, 0.44, 0.1, -1.86, -0.28, -0.35, -0.08, -0.63, -0.04, -0.48, -1.31, 0.88, 0.88, 1.71],
  [0.05, -0.4, -0.55, -1.55, 0.98, -1.1, -1.19, -0.21, 1.49, 0.24, -1.02, -0.71, 0.63, -0.16],
].flat();
const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1];
const numbers = [2.61, 1.33, 0.2, 0.89, 0.23, -2.23, 0.6, 0.09, 0.07, 2.12, -1.16, 2.39, -1.2, 1.45];
const logistic = [
  [0.3722161221289263, -0.13666606451969324, -0.235550057609233],
  [0.17259806799647032, -0.31769767045900427, 0.14509960246253398],
  [0.07015287137033795, -0.011690922594441742, -0.05846194877589623],
].flat();
const ridge = [1.353454723865091, -0.43018147202071483, 0.2592380069535022];

const data = (classes: boolean): LinearData => ({
  x: Float64Array.from(x),
  y: classes
    ? Float64Array.from({ length: 42 }, (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 1 : 0))
    : Float64Array.from(numbers),
  ...{ rows: 14, inputs: 2, outputs: classes ? 3 : 1, classes },
});

test.each([
  ["LogisticRegression", true, logistic],
  ["Ridge", false, ridge],
] as const)("penalty 1 gives the solution of scikit-learn's %s", (_, classes, wanted) => {
  const weights = fitLinear(data(classes), 1, scalarKernels);
  weights.forEach((weight, i) => {
    expect(weight).toBeCloseTo(wanted[i], 5);
  });
});

test("the loss without the penalty is lower with a smaller penalty", () => {
  const losses = [100, 10, 1, 0.1].map((penalty) => {
    return linearLoss(data(true), fitLinear(data(true), penalty, scalarKernels), scalarKernels);
  });
  expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  expect(losses[0]).toBeLessThan(Math.log(3));
});

test("a quadratic function of four numbers with curvatures 1 … 1000 is minimized", () => {
  const [curvature, minimum] = [
    [1, 10, 100, 1000],
    [3, -2, 0.5, 7],
  ];
  const at = new Float64Array(4);
  lbfgs(
    (point, gradient) => {
      point.forEach((value, i) => {
        gradient[i] = curvature[i] * (value - minimum[i]);
      });
      return point.reduce((sum, value, i) => sum + 0.5 * curvature[i] * (value - minimum[i]) ** 2, 0);
    },
    at,
    { tolerance: 1e-12 },
  );
  at.forEach((value, i) => {
    expect(value).toBeCloseTo(minimum[i], 6);
  });
});
