import { expect, test } from "vitest";
import { epochsWithin, parseSettings, type TrainSettingsInput } from "../../src/index.ts";
import { tinySource } from "../training/tinyRun.ts";

/** A clock that is 0.5 s later each time it is read. */
function clock(): () => number {
  let time = 0;
  return () => {
    time += 500;
    return time;
  };
}

const settings = (more: TrainSettingsInput = {}) => parseSettings({ layers: [48, 6, 3], batchSize: 10, ...more });

// 47 rows are 4 steps of 0.5 s. 20 validation rows take 0.5 s, so the scores on 47 and 20 rows take 1.675 s.
const secondsPerEpoch = 4 * 0.5 + (67 * 0.5) / 20;

test("as many epochs as fit with their scores, what was measured and the score on the test rows", async () => {
  const measured = await epochsWithin(tinySource, settings(), { minutes: 1, now: clock() });
  expect(measured.secondsPerStep).toBe(0.5);
  expect(measured.secondsPerEpoch).toBeCloseTo(secondsPerEpoch, 12);
  // The clock is read 20 times: at the start, around the 8 steps of 4 s and the scores, at the end
  expect(measured.epochs).toBe(Math.floor((60 - 0.5 - 19 * 0.5) / secondsPerEpoch));
});

test("views at the end take their time; there is always one epoch", async () => {
  const measured = await epochsWithin(tinySource, settings({ views: { flip: true, shift: 1 } }), {
    minutes: 1,
    now: clock(),
  });
  expect(measured.epochs).toBe(Math.floor((60 - 18 * 0.5 - 19 * 0.5) / secondsPerEpoch));
  expect((await epochsWithin(tinySource, settings(), { minutes: 0.01, now: clock() })).epochs).toBe(1);
});
