import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRunFolder, fit, listRuns, readCheckpoint, readRecord } from "../../../src/node.ts";
import { tinyOptions } from "../../training/tinyRun.ts";
import { hashIn, resumeTiny, startTiny, tinyHash } from "./tinyFolder.ts";

let parent = "";
let path = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "handgrad-"));
  path = join(parent, "run");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(parent, { recursive: true, force: true });
});

const day = 86_400_000;
const clocks: [string, (call: number) => number][] = [
  ["runs backwards", (call) => 1e9 - 1000 * call],
  ["is set back by a day", (call) => (call < 20 ? 2 * day : day) + call],
  ["jumps ahead by a day", (call) => (call < 20 ? 0 : day) + call],
  ["does not move", () => 5000],
  ["jumps to and fro", (call) => (call % 2) * day],
];

test.each(clocks)("a monotonic clock that %s changes no result, and no duration is negative", async (_, clock) => {
  let calls = 0;
  vi.spyOn(performance, "now").mockImplementation(() => clock(calls++));
  const options = { checkpointEvery: { seconds: 1 } };
  await startTiny(path, { ...options, stopAfter: 6 });
  expect(readRecord(path).seconds).toBeGreaterThanOrEqual(0);
  expect(await resumeTiny(path, options)).toEqual([]);
  expect(readRecord(path).seconds).toBeGreaterThanOrEqual(0);
  expect(hashIn(path)).toBe(await tinyHash());
});

test("a clock that jumps by a day while a checkpoint is made does not put off all further ones", async () => {
  let time = 0;
  const kept: number[] = [];
  const save = ({ history }: { history: { loss: readonly number[] } }) => {
    kept.push(history.loss.length);
    if (kept.length === 1) time += day;
  };
  const onStep = () => {
    time += 60_000;
  };
  await fit({ ...tinyOptions({ epochs: 8 }), onStep, checkpoint: { seconds: 60, now: () => time, save } });
  // 32 steps of a minute each; the limit between two checkpoints is ten minutes.
  expect(kept.length).toBeGreaterThanOrEqual(4);
});

test("the date goes back between two processes: names are free, the newest checkpoint is the one with more steps", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-01-01T00:00:00Z") });
  await startTiny(path, { stopAfter: 6 });
  vi.setSystemTime(new Date("1999-12-31T23:59:59Z"));
  // The file of the newest checkpoint looks older than that of the previous one.
  utimesSync(join(path, "checkpoint.safetensors"), 0, 0);
  expect(readCheckpoint(path).state.history.loss.length).toBe(6);
  await resumeTiny(path);
  expect(hashIn(path)).toBe(await tinyHash());
});

test("folders made at the same second, or again after the date went back, never share a name", () => {
  const dates = ["2030-01-01T00:00:00Z", "2029-01-01T00:00:00Z", "2030-01-01T00:00:00.999Z", "2029-01-01T00:00:00Z"];
  const made = dates.map((date) => createRunFolder(parent, "train", new Date(date)));
  expect(made.map((folder) => folder.slice(parent.length + 1))).toEqual([
    "train-2030-01-01-000000",
    "train-2029-01-01-000000",
    "train-2030-01-01-000000-2",
    "train-2029-01-01-000000-2",
  ]);
  expect(readdirSync(parent).length).toBe(4);
  expect(listRuns(parent).length).toBe(4);
});
