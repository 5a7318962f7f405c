import { describe, expect, test } from "vitest";
import { type CheckpointOptions, fit, TrainingError } from "../../src/index.ts";
import { tinyOptions } from "./tinyRun.ts";

/** The steps after which a run of 3 epochs of 4 steps was kept. */
async function keptSteps(
  options: Partial<CheckpointOptions>,
  { settings = {}, onStep }: { settings?: object; onStep?: () => void } = {},
): Promise<number[]> {
  const kept: number[] = [];
  const save = (state: { history: { loss: readonly number[] } }) => void kept.push(state.history.loss.length);
  await fit({ ...tinyOptions(settings), onStep, checkpoint: { save, ...options } });
  return kept;
}

describe("checkpoints are due", () => {
  test("every N steps, at each epoch and at the end", async () => {
    expect(await keptSteps({ steps: 3 })).toEqual([1, 4, 4, 7, 8, 11, 12]);
  });

  test("every N seconds and at each epoch, one a second at most", async () => {
    let time = 0;
    const now = () => time;
    const stepsOf = (milliseconds: number) => ({
      onStep: () => {
        time += milliseconds;
      },
    });
    expect(await keptSteps({ seconds: 2, now }, stepsOf(500))).toEqual([1, 4, 8, 10, 12]);
    expect(await keptSteps({ now }, stepsOf(1))).toEqual([1, 12]);
  });

  test("seldom where one holds training up for long, so that they cost 1 % at most", async () => {
    let time = 0;
    let saves = 0;
    const onStep = () => {
      time += 500;
    };
    const save = () => {
      saves++;
      time += 50;
    };
    await fit({ ...tinyOptions({ epochs: 10 }), onStep, checkpoint: { seconds: 1, now: () => time, save } });
    // 40 steps take 20 s, 100 times 50 ms are 5 s
    expect(saves).toBeGreaterThanOrEqual(4);
    expect(saves).toBeLessThanOrEqual(6);
  });

  test("also when the clock is set back: they are not put off until it has caught up", async () => {
    let time = 1e12;
    const onStep = () => {
      time += time > 1e12 + 3000 ? -9e11 : 1000;
    };
    const settings = { epochs: 1, batchSize: 2 };
    const kept = await keptSteps({ seconds: 2, now: () => time }, { settings, onStep });
    expect(kept.length).toBeGreaterThan(8);
  });
});

test("training continues while a checkpoint is written, and no two are written at once", async () => {
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
  await fit({
    ...tinyOptions({ epochs: 400 }),
    checkpoint: { seconds: 1, save, now: () => 1000 * steps },
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

test("a run that is stopped before its first step is saved too", async () => {
  const kept: number[] = [];
  const save = (state: { history: { loss: readonly number[] } }) => void kept.push(state.history.loss.length);
  const { stopped } = await fit({
    ...tinyOptions(),
    signal: AbortSignal.abort(new Error("at once")),
    checkpoint: { save },
  });
  expect(stopped).toBe(true);
  expect(kept).toEqual([0]);
});
