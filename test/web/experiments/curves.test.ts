import { expect, test } from "vitest";
import { alignCurves } from "../../../web/app/experiments/alignCurves.ts";
import { extendCurves } from "../../../web/app/training/extendCurves.ts";
import { LossPoints, lossCurve, stepsPerPoint } from "../../../web/app/training/lossCurve.ts";
import type { RunCurves } from "../../../web/app/training/protocol.ts";

test("a curve has at most 600 points, each the mean of as many steps", () => {
  expect(stepsPerPoint(600)).toBe(1);
  expect(stepsPerPoint(601)).toBe(2);
  expect(stepsPerPoint(0)).toBe(1);
  expect(lossCurve([1, 3, 5, 7, 9], 2)).toEqual({ steps: [2, 4], loss: [2, 6] });
});

test("a curve that continues after an interruption has its points where the whole one has them", () => {
  const losses = Array.from({ length: 25 }, (_, i) => (i * 7) % 11);
  const whole = lossCurve(losses, 4);
  const points = new LossPoints(4, losses.slice(0, 10));
  const first = points.take();
  for (const loss of losses.slice(10)) points.add(loss);
  const second = points.take();
  expect([...first.steps, ...second.steps]).toEqual(whole.steps);
  expect([...first.loss, ...second.loss]).toEqual(whole.loss);
  expect(points.take()).toEqual({ steps: [], loss: [] });
});

test("news of a run go behind its curves", () => {
  const before: RunCurves = {
    metric: "accuracy",
    stepsPerEpoch: 2,
    loss: { steps: [1], loss: [4] },
    trainScore: [],
    valScore: [],
  };
  const event = { kind: "progress", name: "r", step: 2, steps: 4, stepsPerSecond: 1, loss: 3 } as const;
  const epoch = { trainScore: 0.5, valScore: 0.4, trainLoss: 1, valLoss: 2 };
  const after = extendCurves(before, { ...event, points: { steps: [2], loss: [3] }, epochs: [epoch] });
  expect(after).toEqual({
    ...{ metric: "accuracy", stepsPerEpoch: 2, loss: { steps: [1, 2], loss: [4, 3] } },
    ...{ trainScore: [0.5], valScore: [0.4], trainLoss: [1], valLoss: [2] },
  });
  expect(before.loss.steps).toEqual([1]);
});

test("curves with different steps share one x axis, where values may be missing; numbers that are not finite are missing too", () => {
  const { x, values } = alignCurves([
    { x: [2, 4], y: [20, 40] },
    { x: [1, 2, 3], y: [1, Number.NaN, 3] },
  ]);
  expect(x).toEqual([1, 2, 3, 4]);
  expect(values).toEqual([
    [null, 20, null, 40],
    [1, null, 3, null],
  ]);
});
