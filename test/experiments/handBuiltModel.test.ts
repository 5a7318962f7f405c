import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type Dataset,
  datasetOf,
  decodeCheckpoint,
  decodeModel,
  encodeCheckpoint,
  encodeModel,
  evaluate,
  exportModel,
  fit,
  importModel,
  Linear,
  type ModelFormat,
  makeNetwork,
  modelFormats,
  modelOf,
  parseSettings,
  predictOutputs,
  prepareFit,
  RandomState,
  restoreNetwork,
  Sequential,
  Tensor,
  type TrainSettingsInput,
} from "../../src/index.ts";
// What onnxruntime makes of our files: fixtures/handBuilt/make.py
import oracle from "../fixtures/handBuilt/onnxruntime.json" with { type: "json" };
import { networks as imageNetworks, inputsFor, tokenNetworks } from "../layers/randomNetworks.ts";
import { normalTensor } from "../normalTensor.ts";
import fc from "../properties.ts";
import { hashOf, tinyNormalization, tinySplits } from "../training/tinyRun.ts";
import { filled, handBuilt, inputsOf } from "./handBuiltNetworks.ts";

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const networks = Object.entries(handBuilt).map(([name, { inputShape }]) => [name, inputShape] as const);

describe.each(networks)("the hand-built network of %s as a model", (name, inputShape) => {
  const options = { inputShape, training: { by: "hand" } };

  test.each(["float32", "float64"] as const)("%s: encoded, decoded and restored, it gives the same bits", (dtype) => {
    const network = filled(name, dtype);
    const model = modelOf(network, options);
    const decoded = decodeModel(encodeModel(model), { name: "memory" });
    expect(decoded.network).toEqual(model.network);
    expect(decoded).toMatchObject({ answers: "classes", standIn: false, training: { by: "hand" } });
    const restored = restoreNetwork(decoded);
    expect(restored.parameterNames).toEqual(network.parameterNames);
    const x = inputsOf(name, 5, dtype);
    expect(restored.forward(x)).toEqual(network.forward(x));
    expect(modelOf(restored, options)).toEqual(model);
  });

  test.each(Object.keys(modelFormats) as ModelFormat[])("%s: exported and imported, to the bit", async (format) => {
    const network = filled(name);
    const bytes = exportModel(modelOf(network, options), format);
    const imported = await importModel(bytes, { name: `model.${format}` });
    const x = inputsOf(name, 5);
    expect(restoreNetwork(imported).forward(x)).toEqual(network.forward(x));
    expect(await importModel(exportModel(imported, format), { name: "again" })).toEqual(imported);
  });

  test("onnxruntime gives the same outputs, to 1e-5, from the file that is written today", async () => {
    const bytes = fixture(`handBuilt/${name}.onnx`);
    const stored = oracle[`${name}.onnx` as keyof typeof oracle];
    const x = new Tensor(stored.inputShape, Float32Array.from(stored.inputs));
    const ours = restoreNetwork(await importModel(bytes, { name })).forward(x);
    expect(ours.shape).toEqual(stored.outputShape);
    stored.outputs.forEach((value, i) => {
      expect(Math.abs(ours.data[i] - value)).toBeLessThan(1e-5);
    });
    const graph = (file: Buffer) => file.subarray(file.indexOf("\n\u0006images"), file.lastIndexOf("logits"));
    const today = Buffer.from(exportModel(modelOf(filled(name), { inputShape }), "onnx", { preprocessing: false }));
    expect(graph(today)).toEqual(graph(bytes));
  });
});

test("any network comes back from every format, with the same outputs to the bit", async () => {
  const property = fc.asyncProperty(fc.oneof(imageNetworks, tokenNetworks), async (description) => {
    const { inputShape, dtype = "float32" } = description;
    const network = makeNetwork(description, { random: new RandomState(1) });
    for (const { value } of network.buffers) new RandomState(2).fillUniform(value.data, 0.5, 2);
    const model = modelOf(network, { inputShape });
    const x = inputsFor(description, 3, 9);
    const outputs = network.forward(x);
    for (const format of Object.keys(modelFormats) as ModelFormat[]) {
      const imported = await importModel(exportModel(model, format), { name: format });
      expect(imported.network).toEqual(model.network);
      if (format === "onnx" && dtype === "float64") continue; // ONNX files hold float32
      expect(restoreNetwork(imported).forward(x)).toEqual(outputs);
    }
  });
  await fc.assert(property, { numRuns: 60 });
});

test("a model is a copy: training on does not change it; labels must be as many as outputs", () => {
  const network = filled("rows");
  const model = modelOf(network, { inputShape: [6] });
  const before = model.parameters.fc1_w.clone();
  network.values.fill(0);
  expect(model.parameters.fc1_w).toEqual(before);
  expect(model.labelNames).toEqual(["class 0", "class 1", "class 2"]);
  expect(() => modelOf(network, { inputShape: [6], labelNames: ["a"] })).toThrow(
    "model: the network has 3 outputs, but there are 1 labels",
  );
  expect(() => modelOf(network, { inputShape: [5] })).toThrow("expected input of shape (batch, …, 6), got (1, 5)");
});

describe("trained from settings whose layers are descriptions", () => {
  const settings = {
    layers: [
      { kind: "linear", outputs: 4 },
      { kind: "batchNorm" },
      { kind: "flatten" },
      { kind: "linear", outputs: 6 },
      { kind: "residual", layers: [{ kind: "layerNorm" }, { kind: "linear", outputs: 6 }, { kind: "gelu" }] },
      { kind: "dropout", keepProb: 0.8 },
      { kind: "linear", outputs: 3, name: "last" },
    ],
    ...{ optimizer: "adam", learningRate: 0.01, epochs: 4, batchSize: 10, emaDecay: 0.9 },
    ...{ schedule: { kind: "cosine" }, augmentation: { flip: true } },
  } satisfies TrainSettingsInput;
  const prepared = (over: TrainSettingsInput = {}) =>
    prepareFit(parseSettings({ ...settings, ...over }), { ...tinySplits, normalization: tinyNormalization });

  test.each([1, 6, 8])("stopped after step %d and resumed from the file: the same bits", async (stopAt) => {
    const whole = prepared();
    const { history, best } = await fit(whole);
    const controller = new AbortController();
    const onStep = ({ step }: { step: number }) => step + 1 === stopAt && controller.abort();
    const stopped = await fit({ ...prepared(), signal: controller.signal, onStep });
    expect(stopped.history.loss).toHaveLength(stopAt);
    if (!stopped.state) throw new Error("the run was not stopped");
    const file = encodeCheckpoint(stopped.state, null);
    const { state } = decodeCheckpoint(file, { name: "checkpoint" });
    expect(hashOf(state)).toBe(hashOf(stopped.state));
    const again = prepared({ seed: 5 }); // whatever it starts from is replaced
    const resumed = await fit({ ...again, resume: state });
    expect(resumed.history).toEqual(history);
    expect(resumed.best).toEqual(best);
    expect(again.network.values).toEqual(whole.network.values);
    expect(again.network.save()).toEqual(whole.network.save());
  });

  test("another number of outputs than the data has, or outputs that are no list, are refused", () => {
    const outputs = (count: number) => [{ kind: "flatten" as const }, { kind: "linear" as const, outputs: count }];
    expect(() => prepared({ layers: outputs(4) })).toThrow(
      /^layers: expected 3 outputs, one for each class of tiny 1, found \(4\)$/,
    );
    const data = datasetOf({ inputs: [[[1], [2], [3]]], labels: [2] });
    const run = () =>
      prepareFit(parseSettings({ layers: [{ kind: "linear", outputs: 1 }] }), { train: data, validation: data });
    expect(run).toThrow(/^layers: expected 3 outputs, one for each class of data, found \(3, 1\)$/);
  });
});

describe("models of version 1", () => {
  const logits: Record<string, readonly number[]> = JSON.parse(String(fixture("formats/onnxruntime.json"))).logits;
  const inputs: readonly number[] = JSON.parse(String(fixture("formats/onnxruntime.json"))).inputs;

  test.each(["safetensors", "npz", "json", "onnx"])("batch.%s is read, and written as version 2", async (format) => {
    const model = await importModel(fixture(`formats/batch.${format}`), { name: "old" });
    const kinds = model.network.layers.map(({ kind }) => kind);
    const hidden = ["linear", "batchNorm", "gelu", "dropout"];
    expect(kinds).toEqual(["flatten", ...hidden, ...hidden, "linear"]);
    const x = new Tensor([4, 2, 2, 3], Float32Array.from(inputs));
    const bytes = encodeModel(model);
    expect(String.fromCharCode(...bytes.subarray(0, 200))).toContain('\\"version\\":2');
    for (const each of [model, decodeModel(bytes, { name: "new" })]) {
      const { data } = restoreNetwork(each).forward(x);
      logits.batch.forEach((value, i) => {
        expect(Math.abs(data[i] - value)).toBeLessThan(1e-5);
      });
      expect(each).toMatchObject({ answers: "classes", normalization: { mean: [0.5, 0.4, 0.3] } });
    }
  });
});

describe("inputs", () => {
  test("integers reach the network as whole numbers", async () => {
    const network = new Sequential([new Linear(2, 2, { initializer: "zeros" })]);
    network.assign("fc1_w", new Tensor([2, 2], Float32Array.of(1, 0, 0, 1))); // the identity
    const inputs = Int32Array.of(-3, 0, 255, 256, 70_000, -(2 ** 24), 1, 2);
    const data: Dataset = {
      ...{ name: "integers", inputs, inputShape: [2], labelNames: ["a", "b"] },
      labels: Int32Array.of(1, 1, 0, 1),
    };
    expect([...(await predictOutputs(network, data)).data]).toEqual([...inputs]);
    expect((await evaluate(network, data, { batchSize: 3 })).score).toBe(1);
    // The first loss by hand, from what the network makes of the numbers before it is trained
    const small = { ...data, inputs: Int32Array.of(-3, 0, 2, 5, 7, -1, 1, 2) };
    const settings = parseSettings({ layers: [2, 2], batchSize: 4, epochs: 1 });
    const run = prepareFit(settings, { train: small, validation: small });
    const { data: logits } = run.network.forward(new Tensor([4, 2], Float32Array.from(small.inputs)));
    const losses = [...small.labels].map((label, row) => {
      return Math.log1p(Math.exp(logits[2 * row + 1 - label] - logits[2 * row + label])); // −log softmax of two logits
    });
    const { history } = await fit(run);
    expect(history.loss[0]).toBeCloseTo(
      losses.reduce((sum, loss) => sum + loss / 4, 0),
      5,
    );
  });

  test.each([
    [[4], [{ kind: "linear", outputs: 2 }]],
    [
      [3, 4],
      [{ kind: "linear", outputs: 5 }, { kind: "batchNorm" }, { kind: "flatten" }, { kind: "linear", outputs: 2 }],
    ],
    [
      [2, 3, 4],
      [{ kind: "layerNorm" }, { kind: "flatten" }, { kind: "linear", outputs: 2 }],
    ],
    [
      [2, 1, 3, 4],
      [{ kind: "linear", outputs: 1 }, { kind: "flatten" }, { kind: "linear", outputs: 2 }],
    ],
  ] satisfies [number[], TrainSettingsInput["layers"]][])("of shape %j are trained on", async (shape, layers) => {
    const rows = 24;
    const inputs = normalTensor([rows, ...shape], 9, "float32");
    const size = inputs.size / rows;
    const labels = Array.from({ length: rows }, (_, row) => Number(inputs.data[row * size] > 0));
    const data = datasetOf({ inputs, labels });
    const settings = parseSettings({ layers, epochs: 60, batchSize: 8, optimizer: "adam", learningRate: 0.02 });
    const { network, ...prepared } = prepareFit(settings, { train: data, validation: data });
    const { history } = await fit({ network, ...prepared });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 2);
    expect(network.outputShape([7, ...shape])).toEqual([7, 2]);
    const model = modelOf(network, { inputShape: shape });
    expect((await predictOutputs(restoreNetwork(model), data)).data).toEqual(
      (await predictOutputs(network, data)).data,
    );
  });
});
