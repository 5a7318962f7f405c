import { describe, expect, test } from "vitest";
import { parseReference, type ReferenceRun, reproduce } from "../../assignment/index.ts";
import { settingsOf } from "../../assignment/reference.ts";
import { type Dataset, firstRows, fit, optimizers, prepareFit, RandomState, readSettings } from "../../src/index.ts";
// An independent NumPy float64 run: fixtures/assignment/learningRateDecay.py
import oracle from "../fixtures/assignment/learningRateDecay.json" with { type: "json" };

const { trainRows } = oracle;
const all: Dataset = {
  name: "bytes",
  inputs: Uint8Array.from(oracle.images),
  inputShape: [2, 2, 3],
  labels: Int32Array.from(oracle.labels),
  labelNames: ["a", "b", "c"],
};
const data = {
  train: firstRows(all, trainRows),
  validation: { ...all, inputs: all.inputs.subarray(trainRows * 12), labels: all.labels.subarray(trainRows) },
};
const runs = parseReference(JSON.stringify(oracle.runs), { name: "runs.json" });
const [first] = Object.values(runs);

/** A file with one run, "mine": the first of the oracle's with other settings. */
const read = (config: object): ReferenceRun =>
  parseReference(JSON.stringify({ mine: { ...first, config: { ...first.config, ...config } } }), { name: "my.json" })
    .mine;

describe("runs of an independent NumPy program, whose learning rate decays", () => {
  test.each(Object.entries(runs))("%s: every loss to 1e-12, every accuracy the same", async (_, run) => {
    const result = await reproduce(run, { data });
    expect(result.lossesCompared).toBe(16);
    expect(result.lossDifference).toBeLessThan(1e-12);
    expect(result.normDifference).toBeLessThan(1e-12);
    for (const { ours, reference } of result.rows) expect(ours).toEqual(reference);
    expect(result.rows).toHaveLength(4);
  });

  test.each(Object.entries(runs))("%s: the learning rates of all steps", async (name, run) => {
    const prepared = prepareFit(settingsOf(run), { ...data, normalization: settingsOf(run).normalization });
    const rates: number[] = [];
    await fit({ ...prepared, onStep: () => rates.push(prepared.optimizer.learningRate) });
    expect(rates).toEqual(oracle.rates[name as keyof typeof oracle.rates]);
  });

  test("another decay gives other losses: the comparison can fail", async () => {
    const { lossDifference } = await reproduce(read({ lr_decay: 0.4 }), { data });
    expect(lossDifference).toBeGreaterThan(1e-4);
    expect((await reproduce(read({ lr_decay_every: 3 }), { data })).lossDifference).toBeGreaterThan(1e-4);
    expect((await reproduce(read({ momentum: 0.1 }), { data })).lossDifference).toBeGreaterThan(1e-4);
  });
});

describe("settings of a reference run", () => {
  test.each([
    [{ clip_gradient: 1 }, "config.clip_gradient: there is no such setting"],
    [{ keep_prob: 1.5 }, "settings: keepProb: expected a number of at most 1, found 1.5"],
    [
      { optimizer: "adam", momentum: 0.9 },
      "settings: momentum: expected an optimizer that has it (sgd, muon), found adam",
    ],
  ])("%j is refused in one line, by file, run and name", (config, problem) => {
    expect(() => read(config)).toThrow(`my.json: mine: ${problem}`);
    expect(() => read(config)).toThrow(/^my\.json: mine: [^\n]+$/);
  });

  test("dropout, momentum, weight decay and a network of any depth reach training", () => {
    const settings = settingsOf(read({ layers: [12, 9, 8, 7, 3], keep_prob: 0.5, momentum: 0.9, weight_decay: 0.001 }));
    const { network, optimizer } = prepareFit(settings, { ...data, normalization: settings.normalization });
    expect(network.layers.map(({ kind }) => kind).join()).toBe(
      "flatten,linear,gelu,dropout,linear,gelu,dropout,linear,gelu,dropout,linear",
    );
    expect(network.layers[3]).toMatchObject({ keepProb: 0.5 });
    expect(optimizer).toMatchObject({ kind: "sgd", momentum: 0.9, weightDecay: 0.001, learningRate: 0.5 });
    expect(network.dtype).toBe("float64");
  });

  test.each(Object.keys(optimizers))("the optimizer %s trains as in a run of Handgrad", async (optimizer) => {
    const config = { layers: [12, 6, 5, 3], optimizer, learning_rate: 0.01, momentum: optimizer === "sgd" ? 0.9 : 0 };
    const { layers, momentum } = config;
    const settings = readSettings({
      ...{ layers, optimizer, momentum, learningRate: 0.01, epochs: 4, batchSize: 10, seed: 7, dtype: "float64" },
      ...{ initializer: "scaled", initScale: 0.5, schedule: { kind: "step", factor: 0.5, every: 2 } },
    });
    const { mean, std: deviation } = first.config.normalization;
    const { history } = await fit(prepareFit(settings, { ...data, normalization: { mean, deviation } }));
    const run = { ...read(config), loss_first: history.loss, final_parameter_norms: Array(6).fill(1) };
    expect((await reproduce(run, { data })).lossDifference).toBe(0);
  });

  test("another number of training images than the run's is refused", async () => {
    await expect(reproduce(read({ train_images: 41 }), { data })).rejects.toThrow(
      "the reference: expected at least 41 training images, found 40",
    );
  });
});

test("the weights come first, then the shuffles, from one stream", () => {
  const random = new RandomState(7);
  const weights = new Float64Array(12 * 8 + 8 * 3);
  random.fillRandn(weights, 0.5);
  const settings = settingsOf(first);
  const prepared = prepareFit(settings, { ...data, normalization: settings.normalization });
  expect(prepared.network.getParameter("fc2_w").data).toEqual(weights.subarray(96));
  expect(prepared.random.state).toEqual(random.state);
});
