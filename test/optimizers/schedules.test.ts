import { expect, test } from "vitest";
import { makeSchedule } from "../../src/index.ts";
import { scheduleNames } from "../../src/optimizers/schedules.ts";

const context = { learningRate: 0.5, epochs: 1, stepsPerEpoch: 1 };

test.each(scheduleNames)("%s has a learning rate for a training of one step", (kind) => {
  const rate = makeSchedule({ kind }, context).learningRate(0);
  expect(rate).toBeGreaterThan(0);
  expect(rate).toBeLessThanOrEqual(0.5);
});

test("triangle: straight up, then straight down", () => {
  const schedule = makeSchedule(
    { kind: "triangle", rise: 0.25, start: 0.2, end: 0.04 },
    { learningRate: 0.5, epochs: 4, stepsPerEpoch: 5 },
  );
  const expected: readonly (readonly [number, number])[] = [
    [0, 0.1],
    [2, 0.1 + (0.4 * 2) / 5],
    [5, 0.5],
    [10, 0.02 + (0.48 * 2) / 3],
    [20, 0.02],
  ];
  for (const [step, rate] of expected) expect(schedule.learningRate(step)).toBeCloseTo(rate, 14);
});

// As torch.optim.lr_scheduler.OneCycleLR with total_steps=1: the last step has the last rate
test("the only step of oneCycle has its last rate", () => {
  expect(makeSchedule({ kind: "oneCycle" }, context).learningRate(0)).toBeCloseTo(0.5 / 25 / 1e4, 15);
});
