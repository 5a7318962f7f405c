import { describe, expect, test } from "vitest";
import { Ensemble, evaluation, Linear, PiecewiseLinear, RandomState, Sequential, tensor } from "../../src/index.ts";
import { mixOfNumbers, mixOfProbabilities } from "../../src/training/ensembleMix.ts";

const float64 = { dtype: "float64" } as const;

function threeCopies(answers: "probabilities" | "numbers" = "probabilities"): Ensemble {
  const random = new RandomState(3);
  const copy = () => [new Linear(2, 3, { random, ...float64 }), new Linear(2, 3, { random, ...float64 })];
  return new Ensemble([copy(), copy(), copy()], { answers });
}

const x = tensor(
  [
    [0.5, -1],
    [2, 0.25],
    [-0.75, 1.5],
    [1, 1],
    [0, -2],
  ],
  "float64",
);
test("without folds the answer is the mix of the means of all copies", () => {
  const ensemble = threeCopies("numbers");
  ensemble.mix.data.set([0.4, 0.6]);
  const members = ensemble.members.map((member) => member.forward(x));
  const y = ensemble.forward(x, evaluation);
  y.data.forEach((value, i) => {
    const mean = (first: number) =>
      (members[first].data[i] + members[first + 1].data[i] + members[first + 2].data[i]) / 3;
    expect(value).toBeCloseTo(0.4 * mean(0) + 0.6 * mean(3), 12);
  });
});

test("an ensemble in a network names its parameters by kind and copy", () => {
  const network = new Sequential([threeCopies()]);
  expect(network.parameterNames.slice(0, 4)).toEqual([
    "ens1_m1f1_fc1_w",
    "ens1_m1f1_fc1_b",
    "ens1_m1f2_fc1_w",
    "ens1_m1f2_fc1_b",
  ]);
  expect(Object.keys(network.save())).toContain("ens1_mix");
});

test("piecewise-linear parts turn on one after the other, and stop at the outer edges", () => {
  const layer = new PiecewiseLinear([[0, 1, 3], []]);
  const y = layer.forward(
    tensor(
      [
        [-5, 7],
        [0.5, -2],
        [2.5, 0],
        [99, 1],
      ],
      "float64",
    ),
  );
  expect([...y.data]).toEqual([-1, -1, 7, 0, -1, -2, 1, 0.5, 0, 1, 1, 1]);
});

describe("the mix", () => {
  test("of probabilities: the maximum of the likelihood with 4 rows and 1 of prior, and 0.5 % of the rows each, on a grid", () => {
    const p = [Float64Array.of(0.9, 0.8, 0.3, 0.6, 0.9), Float64Array.of(0.5, 0.4, 0.9, 0.7, 0.2)];
    const objective = (w: number) =>
      [0, 1, 2, 3, 4].reduce(
        (sum, i) => sum + Math.log(w * p[0][i] + (1 - w) * p[1][i]),
        4.025 * Math.log(w) + 1.025 * Math.log(1 - w),
      );
    const grid = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const best = grid.reduce((a, b) => (objective(b) > objective(a) ? b : a));
    expect(mixOfProbabilities(p)[0]).toBeCloseTo(best, 2);
  });

  test("of numbers: errors of two kinds that cancel count half each, a kind with large errors little", () => {
    const a = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i));
    const [first] = mixOfNumbers([a, a.map((e) => -e)]);
    expect(first).toBeCloseTo(0.5, 2);
    const b = Float64Array.from({ length: 200 }, (_, i) => 5 * Math.cos(3 * i));
    // the least variance: 25/26
    expect(mixOfNumbers([a, b])[0]).toBeGreaterThan(0.85);
  });
});
