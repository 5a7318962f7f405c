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
const [training, scores] = [4 * 0.5, (67 * 0.5) / 20];
// A budget of a minute is measured for 1.5 s at least: three steps to warm up and one. The clock is read 14 times: before and after the
// preparation, around 4 steps and the scores, at the end. The run prepares again.
const [measuring, preparing] = [12 * 0.5, 0.5];
/** The time for training with its scores: a twentieth is reserved for what the measured steps do not show. */
const left = (more = 0) => 0.95 * (60 - 0.5 - measuring - preparing - more);

test("as many epochs as fit with their scores, what was measured and the score on the test rows", async () => {
  const measured = await epochsWithin(tinySource, settings({ evaluateEvery: 1 }), { minutes: 1, now: clock() });
  expect(measured.secondsPerStep).toBe(0.5);
  expect(measured.evaluateEvery).toBe(1);
  expect(measured.secondsPerEpoch).toBeCloseTo(training + scores, 12);
  expect(measured.epochs).toBe(Math.floor(left() / (training + scores)));
});

test("scores that take longer than 2 % of the time are measured four times; a patience needs all of them", async () => {
  const { epochs, evaluateEvery } = await epochsWithin(tinySource, settings(), { minutes: 1, now: clock() });
  expect(Math.ceil(epochs / evaluateEvery)).toBe(4);
  expect(epochs * training + 4 * scores).toBeLessThanOrEqual(left());
  expect((epochs + 1) * training + 4 * scores).toBeGreaterThan(left());
  const patient = await epochsWithin(tinySource, settings({ patience: 3 }), { minutes: 1, now: clock() });
  expect(patient.evaluateEvery).toBe(1);
});

test("views at the end and the time before take theirs; there is always one epoch", async () => {
  const asked = settings({ testTimeAugmentation: { flip: true, shift: 1 }, evaluateEvery: 1 });
  const measured = await epochsWithin(tinySource, asked, { minutes: 1, now: clock(), since: -9500 });
  expect(measured.epochs).toBe(Math.floor(left(17 * 0.5 + 10) / (training + scores)));
  expect((await epochsWithin(tinySource, settings(), { minutes: 0.01, now: clock() })).epochs).toBe(1);
});
