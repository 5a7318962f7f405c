import { describe, expect, test } from "vitest";
import { type CheckpointOptions, fit, TrainingError } from "../../src/index.ts";
import { tinyOptions } from "./tinyRun.ts";

/** The steps after which a run of 3 epochs of 4 steps was kept. */
async function keptSteps(options: Partial<CheckpointOptions>, settings: object = {}): Promise<number[]> {
  const kept: number[] = [];
  const save = (state: { history: { loss: readonly number[] } }) => void kept.push(state.history.loss.length);
  await fit({ ...tinyOptions(settings), checkpoint: { save, ...options } });
  return kept;
}

describe("checkpoints are due", () => {
  test("every so many steps, at each epoch and at the end", async () => {
    expect(await keptSteps({ steps: 3 })).toEqual([1, 4, 4, 7, 8, 11, 12]);
  });

  test("every so many seconds and at each epoch, one a second at most", async () => {
    let now = 0;
    const tick = (milliseconds: number) => () => (now += milliseconds);
    expect(await keptSteps({ seconds: 2, now: tick(500) })).toEqual([1, 4, 8, 9, 12]);
    now = 0;
    expect(await keptSteps({ now: tick(1) })).toEqual([1, 12]);
  });

  test("also when the clock is set back: they are not put off until it has caught up", async () => {
    let now = 1e12;
    const clock = () => (now += now > 1e11 && now > 1e12 + 3000 ? -9e11 : 1000);
    const kept = await keptSteps({ seconds: 2, now: clock }, { epochs: 1, batchSize: 2 });
    expect(kept.length).toBeGreaterThan(8);
  });
});

test("training goes on while a checkpoint is written, and no two are written at once", async () => {
  let writing = 0;
  let most = 0;
  let steps = 0;
  let during = 0;
  const save = async () => {
    most = Math.max(most, ++writing);
    const before = steps;
    await new Promise((resolve) => setTimeout(resolve, 30));
    during = Math.max(during, steps - before);
    writing--;
  };
  let now = 0;
  await fit({
    ...tinyOptions({ epochs: 400 }),
    checkpoint: { seconds: 1, save, now: () => (now += 1000) },
    onStep: () => steps++,
  });
  expect(most).toBe(1);
  expect(during).toBeGreaterThan(0);
});

test("a checkpoint that cannot be kept ends the run with all that was done", async () => {
  const cause = new Error("disk full");
  const save = () => Promise.reject(cause);
  const error = await fit({ ...tinyOptions(), checkpoint: { steps: 2, save } }).catch((error) => error);
  expect(error).toBeInstanceOf(TrainingError);
  expect(error.cause).toBe(cause);
  const rest = await fit({ ...tinyOptions(), resume: error.result.state });
  expect(rest).toEqual(await fit(tinyOptions()));
});
