import { wasmKernels } from "handgrad";
import { beforeEach, expect, test } from "vitest";
import { defaultState, type PlaygroundState, withChange } from "../../../web/app/playground/state.ts";
import type { Frame } from "../../../web/app/playground/training/protocol.ts";
import { Runner } from "../../../web/app/playground/training/runner.ts";
import { Session } from "../../../web/app/playground/training/session.ts";

const kernels = wasmKernels({ threads: 1, strict: true });
let time = 0;
let tasks: { readonly at: number; readonly run: () => void }[] = [];
let frames: Frame[] = [];
let runner: Runner;

/** A clock that moves 1 ms with each look at it, and tasks that wait for it. */
beforeEach(() => {
  [time, tasks, frames] = [0, [], []];
  runner = new Runner({
    kernels,
    now: () => ++time,
    soon: (run) => tasks.push({ at: time, run }),
    later: (run, ms) => tasks.push({ at: time + ms, run }),
  });
  runner.onFrame = (frame) => frames.push(frame);
});

function work(count = Infinity): void {
  for (let i = 0; i < count && tasks.length > 0; i++) {
    tasks.sort((a, b) => a.at - b.at);
    const [task] = tasks.splice(0, 1);
    time = Math.max(time, task.at);
    task.run();
  }
}

const state = (change: Partial<PlaygroundState>): PlaygroundState => withChange(defaultState, change);

test("an opened state sends one frame, and rests", () => {
  expect(runner.open({ state: state({}) })).toBe(1);
  work();
  expect(frames).toHaveLength(1);
  expect(frames[0]).toMatchObject({ opened: 1, running: false, steps: 0, stepsPerEpoch: 15, commands: 0 });
  expect(frames[0].surfaces.side).toBe(120);
});

test("a state with epochs trains them, and rests there with the values of a session", () => {
  runner.open({ state: { ...defaultState, epoch: 7 } });
  for (let i = 0; i < 100; i++) {
    work(20);
    runner.drawn();
  }
  work();
  const session = new Session(defaultState, kernels);
  while (session.epoch < 7) session.finishEpoch();
  const last = frames.at(-1) as Frame;
  expect(last).toMatchObject({ running: false, epoch: 7, steps: 105 });
  expect(last.values).toEqual(Float32Array.from(session.network.values));
});

test("frames wait until the one before is drawn, and come at most 20 times a second", () => {
  runner.open({ state: state({}) });
  work();
  runner.run(30);
  work(200);
  expect(frames).toHaveLength(1);
  const start = time;
  for (let i = 0; i < 300; i++) {
    runner.drawn();
    work(5);
  }
  expect(frames.length).toBeGreaterThan(3);
  expect(frames.length - 1).toBeLessThanOrEqual((time - start) / 50 + 1);
});

test("trains about as many epochs a second as it is asked for", () => {
  runner.open({ state: state({}) });
  runner.run(20);
  while (time < 5000) {
    work(1);
    runner.drawn();
  }
  const { epoch } = frames.at(-1) as Frame;
  expect(epoch).toBeGreaterThan(80);
  expect(epoch).toBeLessThanOrEqual(101);
});

test("steps and epochs are exact, and a pause ends at a whole epoch", () => {
  runner.open({ state: state({}) });
  const ask = (request: () => void): Frame => {
    request();
    runner.drawn();
    work();
    return frames.at(-1) as Frame;
  };
  expect(ask(() => runner.step())).toMatchObject({ steps: 1, epoch: 0 });
  expect(ask(() => runner.epoch())).toMatchObject({ steps: 15, epoch: 1 });
  expect(ask(() => runner.step()).steps).toBe(16);
  expect(ask(() => runner.pause())).toMatchObject({ steps: 30, epoch: 2, commands: 4 });
  expect(ask(() => runner.assign(0, 2.5)).values[0]).toBe(2.5);
});

test("training that diverges stops by itself and says why", () => {
  runner.open({ state: state({ data: "bumps", optimizer: "sgd", rate: 100, layers: [] }) });
  runner.run(Infinity);
  for (let i = 0; i < 200; i++) {
    work(3);
    runner.drawn();
  }
  const last = frames.at(-1) as Frame;
  expect(last.running).toBe(false);
  expect(last.problem).toMatch(/^Training stopped at step \d+: .* The learning rate of 100 is probably too large/);
});

test("opening a state that cannot be trained throws in words, and the next one works", () => {
  expect(() => runner.open({ state: state({ data: "own" }) })).toThrow("expected at least 2 points");
  expect(runner.open({ state: state({}) })).toBe(2);
  work();
  expect(frames.at(-1)?.opened).toBe(2);
});

test("steps that cannot be made stop training with a reason, and the worker continues", () => {
  const layers = [{ units: 4, activation: "tanh", norm: "batch", dropout: 0 }] as const;
  for (const start of [
    () => runner.open({ state: { ...state({ layers, batch: 1 }), epoch: 3 } }),
    () => runner.step(),
    () => runner.run(Infinity),
  ]) {
    start();
    work();
    runner.drawn();
    work();
    const last = frames.at(-1) as Frame;
    expect(last).toMatchObject({ running: false, steps: 0 });
    expect(last.problem).toContain("expected a training batch of at least 2 rows");
  }
  runner.open({ state: state({ layers, batch: 10 }) });
  runner.step();
  work();
  runner.drawn();
  work();
  expect(frames.at(-1)).toMatchObject({ steps: 1, problem: undefined });
});
