import { expect, test } from "vitest";
import {
  datasetOf,
  type FitOptions,
  fit,
  Gelu,
  Linear,
  RandomState,
  Sequential,
  testLearningRates,
} from "../../src/index.ts";
import { reportHtml } from "../../src/report/html.ts";
import { learningRateReport } from "../../src/report/learningRateReport.ts";
import { suggest } from "../../src/training/learningRateTest.ts";

/** Two classes that a line divides. */
function options(): FitOptions {
  const random = new RandomState(1);
  const inputs = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const train = datasetOf({ inputs, labels: inputs.map(([a, b]) => (a + b > 0 ? 1 : 0)) });
  const network = new Sequential([new Linear(2, 8, { random }), new Gelu(), new Linear(8, 2, { random })]);
  return {
    ...{ network, train, validation: train, random, batchSize: 8, epochs: 3, dropoutRandom: new RandomState(2) },
    optimizer: { kind: "sgd", learningRate: 0.1, momentum: 0.9 },
  };
}

test("the learning rate grows by the same factor in each step, and the loss is that of training with it", async () => {
  const { rates, loss, smoothed } = await testLearningRates(options(), { from: 1e-4, to: 1e-1, steps: 31 });
  expect(rates).toHaveLength(31);
  expect(rates[0]).toBeCloseTo(1e-4, 15);
  expect(rates[10]).toBeCloseTo(1e-3, 14);
  expect(rates[30]).toBeCloseTo(1e-1, 13);
  const { history } = await fit({ ...options(), epochs: 1, schedule: { learningRate: (step) => rates[step] } });
  expect(history.loss).toEqual(loss.slice(0, history.loss.length));
  // An average that is corrected for its start is the mean of what it has seen, the latest weighing most
  expect(smoothed[0]).toBeCloseTo(loss[0], 12);
  expect(smoothed[1]).toBeCloseTo((0.95 * loss[0] + loss[1]) / 1.95, 12);
});

test("training after the test is training without it, to the bit", async () => {
  const [plain, tested] = [options(), options()];
  const test = await testLearningRates(tested, { to: 1e4, steps: 100 });
  expect(test.diverged).toBe(true);
  expect(test.rates.length).toBeLessThan(100);
  expect((await fit(tested)).history).toEqual((await fit(plain)).history);
  expect(tested.network.save()).toEqual(plain.network.save());
});

test("an abort ends it with its reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(testLearningRates({ ...options(), signal })).rejects.toThrow("enough");
});

test("a curve with its least loss at 0.1 and its steepest place at 0.01", () => {
  const rates = Array.from({ length: 601 }, (_, i) => 10 ** (-6 + i / 100));
  const falling = (x: number) => 2 - 1 / (1 + Math.exp(-4 * (x + 2))); // steepest at log₁₀ η = −2
  const loss = rates.map(
    (rate) => falling(Math.log10(rate)) + Math.max(0, Math.log10(rate) + 1) ** 2 + (rate > 0.1 ? 1 : 0),
  );
  const { steepest = 0, tenthOfMinimum = 0, suggestion } = suggest(rates, loss);
  expect(Math.log10(steepest)).toBeCloseTo(-2, 1);
  expect(Math.log10(tenthOfMinimum)).toBeCloseTo(-2, 1);
  expect(suggestion).toBe(tenthOfMinimum);
});

test("a loss that only rises has no suggestion, and the report says so", () => {
  const rates = Array.from({ length: 50 }, (_, i) => 10 ** (-3 + i / 10));
  const smoothed = rates.map((_, i) => 1 + i);
  const found = { rates, smoothed, loss: smoothed, diverged: true, ...suggest(rates, smoothed) };
  expect(found.suggestion).toBeUndefined();
  const html = reportHtml(learningRateReport(found, { data: "<b>", next: "" }));
  expect(html).toContain("there is no suggestion");
  expect(html).not.toMatch(/NaN|<b>/);
});
