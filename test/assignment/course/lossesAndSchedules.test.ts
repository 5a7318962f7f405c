import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { globalNorm } from "../../../assignment/course/exercises/clippingMistakes.ts";
import { spreadOf } from "../../../assignment/course/exercises/initializationMistakes.ts";
import { mseGradient, mseOf } from "../../../assignment/course/exercises/mse.ts";
import { rateAt } from "../../../assignment/course/exercises/scheduleMistakes.ts";
import { quantity } from "../../../assignment/course/quantities.ts";
import { makeSchedule } from "../../../src/optimizers/schedules.ts";
import { RandomState } from "../../../src/random/randomState.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface LossVectors {
  readonly name: string;
  readonly x: Numbers;
  readonly y: Numbers;
  readonly loss: number;
  readonly dx: Numbers;
}
const { cases } = JSON.parse(readFileSync(new URL("../../../reference/vectors.json", import.meta.url), "utf8")) as {
  cases: LossVectors[];
};

test("the mean squared error is that of PyTorch", () => {
  const found = cases.filter(({ name }) => name === "mse");
  expect(found.length).toBeGreaterThan(0);
  for (const { x, y, loss, dx } of found) {
    const one = { outputs: quantity(x.shape, x.data), targets: quantity(y.shape, y.data) };
    expect(mseOf(one).data[0]).toBeCloseTo(loss, 12);
    mseGradient(one).data.forEach((value, i) => {
      expect(value).toBeCloseTo(dx.data[i], 12);
    });
  }
});

test("the schedule is Handgrad's cosine after a warm-up of (s + 1)/w", () => {
  const settings = { learningRate: 0.3, warmUpSteps: 4, totalSteps: 14, minimum: 0.02 };
  const cosine = makeSchedule({ kind: "cosine", minimum: 0.02 }, { learningRate: 0.3, epochs: 1, stepsPerEpoch: 10 });
  for (let step = 0; step < 4; step++) expect(rateAt(step, settings)).toBeCloseTo((0.3 * (step + 1)) / 4, 14);
  for (let step = 4; step < 20; step++) expect(rateAt(step, settings)).toBeCloseTo(cosine.learningRate(step - 4), 14);
});

test("the global norm is that of all numbers together", () => {
  expect(globalNorm([quantity([2], [3, 0]), quantity([1, 1], [-4])])).toBe(5);
});

test("normal and uniform numbers are told apart by the share within one deviation", () => {
  const random = new RandomState(1);
  const normal = quantity(
    [40_000],
    Array.from({ length: 40_000 }, () => 3 + 0.2 * random.randn()),
  );
  const uniform = quantity(
    [40_000],
    Array.from({ length: 40_000 }, () => random.uniform()),
  );
  expect(spreadOf(normal).moments[0]).toBeCloseTo(3, 2);
  expect(spreadOf(normal).moments[1]).toBeCloseTo(0.2, 2);
  expect(spreadOf(normal).inner).toBeCloseTo(0.683, 1.5);
  expect(spreadOf(uniform).inner).toBeCloseTo(1 / Math.sqrt(3), 1.5);
});
