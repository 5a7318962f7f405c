import { expect, test } from "vitest";
import { makeSchedule } from "../../src/index.ts";
import { scheduleNames } from "../../src/optimizers/schedules.ts";

const context = { learningRate: 0.5, epochs: 1, stepsPerEpoch: 1 };

test.each(scheduleNames)("%s has a learning rate for a training of one step", (kind) => {
  const rate = makeSchedule({ kind }, context).learningRate(0);
  expect(rate).toBeGreaterThan(0);
  expect(rate).toBeLessThanOrEqual(0.5);
});

// As torch.optim.lr_scheduler.OneCycleLR with total_steps=1: the last step has the last rate
test("the only step of oneCycle has its last rate", () => {
  expect(makeSchedule({ kind: "oneCycle" }, context).learningRate(0)).toBeCloseTo(0.5 / 25 / 1e4, 15);
});
