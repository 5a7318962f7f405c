import { expect, test } from "vitest";
import { type EpochEvent, fit } from "../../src/index.ts";
import { encodeRecord, parseRecord, type RunRecord } from "../../src/runs/runRecord.ts";
import { hashOf, throughFile, tinyOptions } from "./tinyRun.ts";

test("scores after every third epoch and the last are those of a run with all of them, and so is every step", async () => {
  const every = await fit(tinyOptions({ epochs: 5 }));
  const events: EpochEvent[] = [];
  const some = await fit({
    ...tinyOptions({ epochs: 5, evaluateEvery: 3 }),
    onEpoch: (event) => events.push(event),
  });
  expect(events.map(({ evaluated }) => evaluated)).toEqual([false, false, true, false, true]);
  for (const name of ["trainScore", "valScore", "trainLoss", "valLoss"] as const) {
    const all = every.history[name] as number[];
    expect(some.history[name]).toEqual([Number.NaN, Number.NaN, all[2], Number.NaN, all[4]]);
    expect(events.map((event) => event[name])).toEqual(some.history[name]);
  }
  expect(some.history.loss).toEqual(every.history.loss);
  expect([2, 4]).toContain(some.best?.epoch);
});

test("a run that is stopped before its first scores has no best epoch, and resumes to the same bits", async () => {
  const whole = tinyOptions({ epochs: 4, evaluateEvery: 2 });
  const states: string[] = [];
  await fit({ ...whole, checkpoint: { steps: 1000, save: (state) => void states.push(hashOf(state)) } });
  const controller = new AbortController();
  const first = await fit({
    ...tinyOptions({ epochs: 4, evaluateEvery: 2 }),
    signal: controller.signal,
    onEpoch: () => controller.abort(),
  });
  expect(first.best).toBeUndefined();
  expect(first.history.valScore).toEqual([Number.NaN]);
  if (!first.state) throw new Error("the run was not stopped");
  const resumed: string[] = [];
  await fit({
    ...tinyOptions({ epochs: 4, evaluateEvery: 2 }),
    resume: throughFile(first.state),
    checkpoint: { steps: 1000, save: (state) => void resumed.push(hashOf(state)) },
  });
  expect(resumed.at(-1)).toBe(states.at(-1));
});

test("history.json keeps epochs without scores", () => {
  const record = {
    ...{ metric: "accuracy", loss: [1, 1], trainScore: [Number.NaN, 0.5], valScore: [Number.NaN, 0.25] },
    ...{ trainLoss: [Number.NaN, 2], valLoss: [Number.NaN, 3], config: { evaluateEvery: 2, epochs: 2 } },
    ...{ seconds: 1, kernels: "scalar", standIn: false, stopped: false, bestEpoch: 1 },
  } as unknown as RunRecord;
  const { trainScore, valScore, trainLoss, valLoss } = parseRecord(encodeRecord(record), { name: "history.json" });
  expect({ trainScore, valScore, trainLoss, valLoss }).toEqual({
    trainScore: record.trainScore,
    valScore: record.valScore,
    trainLoss: record.trainLoss,
    valLoss: record.valLoss,
  });
});
