import { expect, test } from "vitest";
import {
  datasetOf,
  decodeCheckpoint,
  encodeCheckpoint,
  fit,
  parseSettings,
  prepareFit,
  type TrainerState,
} from "../../src/index.ts";
import { outcomeOf } from "../../src/report/comparison.ts";
import { bestEpochOf } from "../../src/training/history.ts";
import { tinyNormalization, tinySplits } from "./tinyRun.ts";

test("the best score, of equal ones the least loss, then the first; a record's own epoch is believed", () => {
  expect(bestEpochOf({ valScore: [] })).toBeUndefined();
  expect(bestEpochOf({ valScore: [0.5, 0.9, 0.7, 0.9] })).toBe(1);
  expect(bestEpochOf({ valScore: [0.5, 0.9, 0.7, 0.9], valLoss: [4, 3, 2, 1] })).toBe(3);
  expect(bestEpochOf({ valScore: [0.9, 0.9], valLoss: [Number.NaN, 1] })).toBe(0);
  expect(bestEpochOf({ valScore: [0.5, 0.9, 0.7, 0.9], bestEpoch: 2 })).toBe(2);
  expect(outcomeOf({ trainScore: [1, 1], valScore: [0.5, 0.4], valLoss: [1, 2] })).toMatchObject({
    bestEpoch: 1,
    best: 0.5,
    validation: 0.4,
  });
});

test("epochs that were not evaluated are never the best, nor the newest scores", () => {
  const none = Number.NaN;
  expect(bestEpochOf({ valScore: [none, none], valLoss: [none, none] })).toBeUndefined();
  expect(bestEpochOf({ valScore: [none, 0.4, none, 0.6, none], valLoss: [none, 2, none, 1, none] })).toBe(3);
  // R² is not defined where the target never varies, but the loss is
  expect(bestEpochOf({ valScore: [none, none, none], valLoss: [none, 2, 1] })).toBe(2);
  const history = { trainScore: [none, 0.5, none], valScore: [none, 0.4, none], valLoss: [none, 2, none] };
  expect(outcomeOf(history)).toEqual({ epochs: 3, bestEpoch: 2, best: 0.4, validation: 0.4, training: 0.5 });
});

test("is the epoch whose parameters training keeps, where equal scores are decided by the loss", async () => {
  const settings = parseSettings({ layers: [48, 6, 3], epochs: 12, batchSize: 10, learningRate: 0.05 });
  const prepared = prepareFit(settings, { ...tinySplits, normalization: tinyNormalization });
  const { best, history } = await fit({ ...prepared, ties: "loss" });
  expect(new Set(history.valScore).size).toBeLessThan(history.valScore.length); // there are ties
  expect(bestEpochOf(history)).toBe(best?.epoch);
});

test("where the score is not defined, the loss decides; a checkpoint keeps it", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [i / 12]);
  const numbers = rows.map(([x]) => 2 * x - 1);
  const data = (targets: number[]) => datasetOf({ inputs: rows, targets });
  const [train, validation] = [data(numbers), data(rows.map(() => 0.25))];
  const settings = parseSettings({ layers: [1, 4, 1], epochs: 6, batchSize: 4, learningRate: 0.1 });
  const prepared = prepareFit(settings, { train, validation, normalization: { mean: [], deviation: [] } });
  const states: TrainerState[] = [];
  const save = (state: TrainerState) => void states.push(state);
  const { best, history } = await fit({ ...prepared, ties: "loss", checkpoint: { steps: 3, save } });
  expect(history.valScore.every(Number.isNaN)).toBe(true);
  expect(best?.loss).toBe(Math.min(...(history.valLoss ?? [])));
  expect(bestEpochOf(history)).toBe(best?.epoch);
  const read = decodeCheckpoint(encodeCheckpoint(states[states.length - 1], {}), { name: "checkpoint" });
  expect(read.state.best?.score).toBeNaN();
});
