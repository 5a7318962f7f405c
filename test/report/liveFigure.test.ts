import { expect, test } from "vitest";
import { liveFigure } from "../../src/report/liveFigure.ts";

test("curves over the epochs: training and validation together, steps at their place, few points of long runs", () => {
  const trace = { every: 2, gradientNorm: [4, 2], learningRate: [0.1, 0.05] };
  const history = {
    metric: "accuracy" as const,
    loss: [3, 2, 1, 0.5],
    trainScore: [0.5],
    valScore: [0.25],
    trainLoss: [1.5],
    valLoss: [Number.NaN],
    trace,
  };
  const { panels } = liveFigure(history, 4, 10);
  expect(panels.map(({ y, series }) => [y.title, series.map(({ name }) => name)])).toEqual([
    ["loss", ["single batches", "training"]],
    ["accuracy (%)", ["training", "validation"]],
    ["learning rate", ["learning rate"]],
    ["norm of the gradients", ["norm of the gradients"]],
  ]);
  expect(panels[1].series.map(({ points }) => points)).toEqual([[[1, 50]], [[1, 25]]]);
  expect(panels[3].series[0].points).toEqual([
    [0.25, 4],
    [0.75, 2],
  ]);
  const scores = Array.from({ length: 5000 }, (_, i) => i / 5000);
  const [, long] = liveFigure({ ...history, trainScore: scores, valScore: scores }, 4, 5000).panels;
  expect(long.series[0].points.length).toBeLessThan(310);
  expect(long.series[0].points.at(-1)?.[0]).toBe(5000);
  expect(
    liveFigure(
      { ...history, loss: [], trainScore: [], valScore: [], trainLoss: [], valLoss: [], trace: undefined },
      4,
      10,
    ).panels,
  ).toEqual([]);
});
