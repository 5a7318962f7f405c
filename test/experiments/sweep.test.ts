import { describe, expect, test } from "vitest";
import { parallelCoordinatesSvg, planSweep, rankCombinations, SettingsError, trialsOfRung } from "../../src/node.ts";

const grid = {
  vary: { learningRate: [0.1, 0.01], "schedule.kind": ["constant", "cosine"] },
  strategy: { kind: "grid" },
  seeds: [1, 2],
};

test("a grid has every combination with every seed, settings within settings included", () => {
  const { trials, rungs } = planSweep({
    ...grid,
    base: { epochs: 4, schedule: { kind: "step", every: 2 } },
    vary: { learningRate: [0.1, 0.01] },
  });
  expect(trials.map(({ id }) => id)).toEqual(["001-seed1", "001-seed2", "002-seed1", "002-seed2"]);
  expect(trials[3].settings).toMatchObject({
    learningRate: 0.01,
    seed: 2,
    epochs: 4,
    schedule: { kind: "step", every: 2 },
  });
  expect(rungs).toEqual([4]);
  const kinds = planSweep(grid).trials.map(({ settings }) => [settings.learningRate, settings.schedule.kind]);
  expect(kinds.filter((_, i) => i % 2 === 0)).toEqual([
    [0.1, "constant"],
    [0.1, "cosine"],
    [0.01, "constant"],
    [0.01, "cosine"],
  ]);
});

describe("random and halving", () => {
  const vary = {
    learningRate: { from: 1e-4, to: 1e-1, scale: "log" },
    batchSize: { from: 10, to: 20, whole: true },
    activation: ["relu", "gelu"],
  };

  test("draws are in their ranges, logarithms evenly, the same for the same seed", () => {
    const sweep = planSweep({ vary, strategy: { kind: "random", trials: 400 } });
    const rates = sweep.trials.map(({ settings }) => settings.learningRate);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1);
    const low = rates.filter((rate) => rate < 10 ** -2.5).length; // 200 ± 10
    expect(Math.abs(low - 200)).toBeLessThan(40);
    expect(new Set(sweep.trials.map(({ settings }) => settings.batchSize)).size).toBe(11);
    expect(planSweep({ vary, strategy: { kind: "random", trials: 400 } })).toEqual(sweep);
    expect(planSweep({ vary, strategy: { kind: "random", trials: 400 }, seed: 2 })).not.toEqual(sweep);
  });

  test("halving: 1, 3, 9, then all epochs; the best third continues, chosen by the scores of that time", () => {
    const sweep = planSweep({ base: { epochs: 20 }, vary, strategy: { kind: "halving", trials: 9 }, seeds: [1, 2] });
    expect(sweep.rungs).toEqual([1, 3, 9, 20]);
    expect(trialsOfRung(sweep, 3, 0, new Map())).toHaveLength(18);
    expect(trialsOfRung(sweep, 3, 1, new Map([["001-seed1", [0.5]]]))).toBeUndefined();
    // Combination c has accuracy c/10, the two seeds 0.01 apart; the later epochs of the 2nd would win, but do not count yet
    const progress = new Map(
      sweep.trials.map(({ id, combination, seed }) => [id, [combination / 10 + seed / 100, combination === 1 ? 1 : 0]]),
    );
    expect(trialsOfRung(sweep, 3, 1, progress)?.map(({ id }) => id)).toEqual([
      "007-seed1",
      "007-seed2",
      "008-seed1",
      "008-seed2",
      "009-seed1",
      "009-seed2",
    ]);
    expect(trialsOfRung(sweep, 3, 2, progress)?.map(({ id }) => id)).toEqual(["009-seed1", "009-seed2"]);
    expect(rankCombinations(sweep.trials, progress)[0]).toMatchObject({
      combination: 1,
      mean: 1,
      low: 1,
      high: 1,
      epochs: 2,
    });
    const [first] = rankCombinations(sweep.trials, progress, 1);
    expect(first.mean).toBeCloseTo(0.815, 14);
    expect([first.combination, first.low, first.high]).toEqual([8, 0.81, 0.8200000000000001]);
  });
});

test.each([
  [{ ...grid, vary: { learningRat: [1] } }, "learningRat"],
  [{ ...grid, vary: { learningRate: [-1] } }, "trial 001-seed1 (learning rate -1)"],
  [{ ...grid, vary: { learningRate: { from: 0.1, to: 0.2 } } }, "a grid needs its values"],
  [{ ...grid, vary: { learningRate: { from: 0, to: 0.2, scale: "log" } } }, "vary.learningRate"],
  [{ ...grid, strategy: { kind: "random" } }, "strategy.trials"],
  [{ ...grid, seeds: [] }, "seeds"],
])("%j is refused: %s", (input, message) => {
  expect(() => planSweep(input)).toThrow(SettingsError);
  expect(() => planSweep(input)).toThrow(message);
});

test("the parallel-coordinates figure: a line for each row, the best last, names escaped", () => {
  const rows = [
    { values: { rate: 0.1, "a<b": "x" }, score: 30 },
    { values: { rate: 0.0001, "a<b": "y" }, score: 20 },
  ];
  const svg = parallelCoordinatesSvg(rows, { title: "T & U", scoreName: "score" });
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.indexOf("score 20")).toBeLessThan(svg.indexOf("score 30"));
  expect(svg).toContain("a&lt;b");
  expect(svg).toContain("T &amp; U");
  expect(svg).not.toContain("NaN");
  expect(parallelCoordinatesSvg([rows[0]], { title: "", scoreName: "s" })).not.toContain("NaN");
});

test.each([
  [{ learningRate: { from: 0.1, to: 0.2 } }, { kind: "random", trials: 1e9 }, 1e9],
  [Object.fromEntries([..."abcdefgh"].map((name) => [name, Array(10).fill(1)])), { kind: "grid" }, 1e8],
])("more trials than can be planned are refused before one is made", (vary, strategy, count) => {
  expect(() => planSweep({ vary, strategy })).toThrow(`sweep: expected at most 100000 trials, found ${count}`);
});

test("of equal scores the least validation loss in the best epochs comes first, where it is known", () => {
  const { trials } = planSweep({ vary: { learningRate: [1, 2, 3] }, strategy: { kind: "grid" } });
  const progress = new Map(trials.map(({ id }) => [id, [0.5, 1, 1]]));
  const losses = new Map([
    ["001-seed1", [0.1, 0.9, 0.8]],
    ["002-seed1", [9, 0.7, 2]],
    ["003-seed1", [9, 9, 0.75]],
  ]);
  const order = (known?: typeof losses) =>
    rankCombinations(trials, progress, Infinity, known).map(({ combination }) => combination);
  expect(order()).toEqual([0, 1, 2]);
  expect(order(losses)).toEqual([1, 2, 0]);
});
