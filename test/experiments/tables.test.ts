import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { withSettings } from "../../cli/trainSettings.ts";
import {
  activationNames,
  initializerNames,
  lossNames,
  makeOptimizer,
  makeSchedule,
  optimizerNames,
  RandomState,
  readSettings,
  scheduleNames,
  tinyNet,
} from "../../src/node.ts";

const choices = (flag: string) => withSettings(new Command()).options.find(({ long }) => long === flag)?.argChoices;

test("the command offers exactly what the tables have", () => {
  expect(choices("--activation")).toEqual([...activationNames]);
  expect(choices("--initializer")).toEqual([...initializerNames]);
  expect(choices("--loss")).toEqual([...lossNames]);
  expect(choices("--optimizer")).toEqual([...optimizerNames]);
  expect(choices("--schedule")).toEqual([...scheduleNames]);
});

describe("every name is a setting and can be made", () => {
  const network = tinyNet({ random: new RandomState(1) });
  test.each(optimizerNames)("optimizer %s", (optimizer) => {
    const { learningRate } = readSettings({ optimizer });
    expect(learningRate).toBeGreaterThan(0);
    expect(makeOptimizer({ kind: optimizer, learningRate }, network).kind).toBe(optimizer);
  });
  test.each(scheduleNames)("schedule %s", (kind) => {
    const { schedule } = readSettings({ schedule: { kind } });
    const made = makeSchedule(schedule, { learningRate: 0.1, epochs: 2, stepsPerEpoch: 10 });
    expect(made.learningRate(0)).toBeGreaterThan(0);
    expect(made.learningRate(0)).toBeLessThanOrEqual(0.1);
  });
  test.each([
    ...activationNames.map((activation) => ({ activation })),
    ...initializerNames.map((initializer) => ({ initializer })),
    ...lossNames.map((loss) => ({ loss })),
  ])("%j", (setting) => {
    expect(readSettings(setting)).toMatchObject(setting);
  });
});

describe("settings of version 0.1", () => {
  test("the decay of the learning rate becomes a schedule", () => {
    const old = { learningRateDecay: { factor: 0.5, every: 2 }, initScale: 0.002, initializer: "scaled" };
    expect(readSettings(old)).toMatchObject({ schedule: { kind: "step", factor: 0.5, every: 2 }, initScale: 0.002 });
    expect(readSettings({ learningRateDecay: { factor: 1, every: 1 } }).schedule).toEqual({ kind: "constant" });
    const both = { learningRateDecay: { factor: 0.5, every: 1 }, schedule: { kind: "cosine" } };
    expect(readSettings(both).schedule).toEqual({ kind: "cosine", minimum: 0 });
    expect(() => readSettings({ learningRateDecay: 3 })).toThrow("learningRateDecay: there is no such setting");
  });
});
