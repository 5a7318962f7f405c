import { fit, optimizers, prepareFit, RandomState, wasmKernels } from "handgrad";
import { expect, test } from "vitest";
import { datasetFor, pointsOf } from "../../../web/app/playground/data/parts.ts";
import { dataNames, dataSets, drawPoints } from "../../../web/app/playground/data/sets.ts";
import { optionsOf, usualValue } from "../../../web/app/playground/options.ts";
import { settingsOf } from "../../../web/app/playground/settings.ts";
import { defaultState, type PlaygroundState, withChange } from "../../../web/app/playground/state.ts";
import { Curve } from "../../../web/app/playground/training/curve.ts";
import { Session } from "../../../web/app/playground/training/session.ts";

const state = (change: Partial<PlaygroundState>): PlaygroundState => withChange(defaultState, change);

test.each(dataNames)("%s: positions lie between −6 and 6, and every class has points", (name) => {
  const points = drawPoints(name, { points: 200, noise: 50, random: new RandomState(3) });
  expect(points).toHaveLength(200);
  for (const [x, y] of points) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(6);
  const { classes } = dataSets[name];
  const found = new Set(points.map(([, , target]) => target));
  if (classes > 0) expect([...found].sort()).toEqual(Array.from({ length: classes }, (_, i) => i));
  else expect(found.size).toBeGreaterThan(100);
});

test("noise 0 keeps the shape: the circle's classes are within 2.3 and beyond 3.6, the rings at 0.9, 2.9 and 4.9", () => {
  const clean = { points: 300, noise: 0, random: new RandomState(1) };
  for (const [x, y, target] of drawPoints("circle", clean)) {
    const radius = Math.hypot(x, y);
    if (target === 1) expect(radius).toBeLessThan(2.301);
    else expect(radius).toBeGreaterThan(3.599);
  }
  for (const [x, y, target] of drawPoints("rings", clean)) expect(Math.hypot(x, y)).toBeCloseTo(0.9 + 2 * target, 2);
  for (const [x, y, target] of drawPoints("xor", clean)) expect(x * y > 0).toBe(target === 1);
  for (const [x, y, target] of drawPoints("plane", clean)) expect(target).toBeCloseTo((x + y) / 11, 2);
});

test("points are divided into parts without overlap", () => {
  const { train, validation } = pointsOf(state({ points: 100, train: 30 }));
  expect([train.length, validation.length]).toEqual([30, 70]);
  const all = [...train, ...validation].map(String).sort();
  const drawn = drawPoints("circle", { points: 100, noise: 10, random: new RandomState(1) });
  expect(all).toEqual(drawn.map(String).sort());
});

const cases: readonly Partial<PlaygroundState>[] = [
  {},
  { data: "spiral", inputs: ["x", "y", "xx", "yy", "xy", "sinx", "siny"], loss: "meanSquaredError" },
  { data: "rings", loss: "binaryCrossEntropy", optimizer: "sgd", options: { momentum: 0.9, nesterov: true } },
  { data: "bumps", optimizer: "nadam", schedule: "cosine", regularization: "l2", lambda: 0.001, decay: 0.01 },
  { data: "plane", loss: "huber", schedule: "plateau", rate: 3, span: 40 },
  {
    data: "spirals3",
    layers: [
      { units: 8, activation: "gelu", norm: "batch", dropout: 20 },
      { units: 5, activation: "selu", norm: "layer", dropout: 0 },
    ],
    smoothing: 0.1,
    clip: 1,
    initializer: "scaled",
  },
  { layers: [], batch: 1000, optimizer: "muon" },
];

test.each(cases)("the steps of a session are those of fit, to the bit: %j", async (change) => {
  const each = state({ span: 12, ...change });
  const session = new Session(each, wasmKernels());
  const { train, validation } = pointsOf(each);
  const data = { train: datasetFor(each, train, "train"), validation: datasetFor(each, validation, "validation") };
  const { history } = await fit(prepareFit(settingsOf(each, train.length), data, wasmKernels()));
  expect(history.loss.map(() => session.step())).toEqual(history.loss);
  expect(session.epoch).toBe(each.span);
});

test("all optimizers train the circle from their usual learning rate, and lower its loss", () => {
  for (const optimizer of Object.keys(optimizers) as PlaygroundState["optimizer"][]) {
    const session = new Session(state({ optimizer, rate: optimizers[optimizer].learningRate, points: 100 }));
    const before = session.training().loss;
    for (let i = 0; i < 20; i++) session.finishEpoch();
    expect(session.training().loss, optimizer).toBeLessThan(before);
  }
});

test("usual values of options change nothing: they are what the library uses without them", () => {
  for (const optimizer of Object.keys(optimizers) as PlaygroundState["optimizer"][]) {
    const usual = Object.fromEntries(optionsOf(optimizer).map((option) => [option, usualValue(optimizer, option)]));
    const losses = [{}, usual].map((options) => {
      const session = new Session(state({ optimizer, options, points: 40, train: 50 }));
      return Array.from({ length: 20 }, () => session.step());
    });
    expect(losses[1], optimizer).toEqual(losses[0]);
  }
});

test("a spiral is learned, and the confusion matrix counts the validation points", () => {
  const session = new Session(
    state({
      data: "spiral",
      noise: 0,
      inputs: ["x", "y", "sinx", "siny"],
      layers: [
        { units: 8, activation: "tanh", norm: "none", dropout: 0 },
        { units: 8, activation: "tanh", norm: "none", dropout: 0 },
      ],
      rate: 0.03,
    }),
  );
  for (let i = 0; i < 200; i++) session.finishEpoch();
  expect(session.training().score).toBeGreaterThan(0.95);
  const confusion = session.confusion() as Int32Array;
  expect(confusion.reduce((sum, count) => sum + count)).toBe(150);
  expect((confusion[0] + confusion[3]) / 150).toBe(session.validation()?.score);
});

test("a regression's score is R²: 1 for the plane, which a linear network repeats", () => {
  const session = new Session(state({ data: "plane", noise: 0, layers: [], rate: 0.03 }));
  for (let i = 0; i < 100; i++) session.finishEpoch();
  expect(session.validation()?.score).toBeGreaterThan(0.999);
  expect(session.confusion()).toBeUndefined();
});

test("surfaces: the output of a linear network for y is highest at the top and the same along each row", () => {
  const session = new Session(state({ data: "plane", inputs: ["y"], layers: [] }));
  const parameters = session.network.save();
  parameters.fc1_w.data[0] = 0.1;
  session.network.load(parameters);
  const { units, output } = session.surfaces(4);
  expect(units).toHaveLength(16);
  const rows = [0, 4, 8, 12].map((start) => [...output.levels.subarray(start, start + 4)]);
  for (const row of rows) expect(new Set(row).size).toBe(1);
  expect(rows[0][0]).toBeGreaterThan(rows[1][0]);
  expect(rows[1][0] - 127).toBe(127 - rows[2][0]);
});

test("three classes: each cell has an answer and how sure it is", () => {
  const session = new Session(state({ data: "rings" }));
  const { units, output } = session.surfaces(10);
  expect(units).toHaveLength((4 + 2 + 3) * 100);
  expect(output.classes).toHaveLength(100);
  expect(Math.min(...output.levels)).toBeGreaterThanOrEqual(127);
});

test("a learning rate that is too large is noticed", () => {
  const session = new Session(
    state({
      data: "bumps",
      optimizer: "sgd",
      rate: 100,
      layers: [{ units: 4, activation: "relu", norm: "none", dropout: 0 }],
    }),
  );
  for (let i = 0; i < 500 && session.isFinite; i++) session.step();
  expect(session.isFinite).toBe(false);
});

test("fewer than two points are refused in words", () => {
  expect(() => new Session(state({ data: "own" }))).toThrow(
    "data: expected at least 2 points to train with, found 0; draw some, or choose a data set",
  );
});

test("a curve keeps epochs that are multiples of one number, and at most 600 of them", () => {
  const curve = new Curve();
  for (let epoch = 0; epoch <= 5000; epoch++) {
    if (curve.isDue(epoch)) curve.add({ epoch, trainLoss: 1, validationLoss: 1, trainScore: 1, validationScore: 1 });
  }
  const epochs = curve.all().map(({ epoch }) => epoch);
  expect(epochs.length).toBeLessThanOrEqual(600);
  expect(epochs.every((epoch, i) => epoch === i * curve.every)).toBe(true);
  expect(epochs.at(-1)).toBeGreaterThan(4900);
  expect([...curve.columns().epoch]).toEqual(epochs);
  expect([...curve.columns().validationScore]).toEqual(epochs.map(() => 1));
});

test("datasets have the targets that losses take", () => {
  const points = [[0, 0, 1]] as const;
  expect([...datasetFor(state({}), points, "d").labels]).toEqual([1]);
  expect(datasetFor(state({ loss: "huber" }), points, "d").targets).toMatchObject({ kind: "numbers", width: 2 });
  expect(datasetFor(state({ loss: "binaryCrossEntropy" }), points, "d").targets?.kind).toBe("labels");
});
