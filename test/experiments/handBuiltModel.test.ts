import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ModelFormat } from "../../src/index.ts";
import {
  BatchNorm,
  type Dataset,
  datasetOf,
  decodeModel,
  encodeModel,
  exportModel,
  fit,
  Gelu,
  importModel,
  type LayerDescription,
  LayerNorm,
  Linear,
  makeNetwork,
  modelFormats,
  modelOf,
  prepareFit,
  RandomState,
  Residual,
  RunFolder,
  readCheckpoint,
  readSettings,
  restoreNetwork,
  runTraining,
  Sequential,
  Silu,
  scalarKernels,
  Tensor,
  tensor,
} from "../../src/node.ts";
import { tinyNormalization, tinySource } from "../training/tinyRun.ts";

const parent = mkdtempSync(join(tmpdir(), "handgrad-built-"));
afterAll(() => rmSync(parent, { recursive: true }));

function residualNetwork(random = new RandomState(5)): Sequential {
  return new Sequential([
    new Linear(4, 6, { random }),
    new BatchNorm(6),
    new Gelu(),
    new Residual([
      new Linear(6, 6, { random }),
      new LayerNorm(6),
      new Silu(),
      new Residual([new Linear(6, 6, { random })]),
    ]),
    new Linear(6, 3, { random, initializer: "xavier" }),
  ]);
}

/** Trained a little, so that the running statistics are not those of the start. */
async function trained(): Promise<Sequential> {
  const network = residualNetwork();
  const random = new RandomState(1);
  const inputs = Array.from({ length: 30 }, () => Array.from({ length: 4 }, () => random.uniform(-1, 1)));
  const data = datasetOf({ inputs, labels: inputs.map((_, i) => i % 3) });
  const optimizer = { kind: "adam", learningRate: 0.01 } as const;
  await fit({ network, optimizer, train: data, validation: data, batchSize: 10, epochs: 3, random });
  return network;
}

const inputs = tensor([
  [1, 2, 3, 4],
  [-1, 0, 0.5, 2],
]);

describe("a residual network made by hand", () => {
  test.each(Object.keys(modelFormats) as ModelFormat[])(
    "comes back from %s with the same outputs, to the bit",
    async (format) => {
      const network = await trained();
      const model = modelOf(network, { inputShape: [4], labelNames: ["a", "b", "c"] });
      const back = await importModel(exportModel(model, format), { name: `model.${format}` });
      expect(restoreNetwork(back).forward(inputs).data).toEqual(network.forward(inputs).data);
      expect(back.labelNames).toEqual(["a", "b", "c"]);
      expect(JSON.parse(JSON.stringify(back.network))).toEqual(JSON.parse(JSON.stringify(model.network)));
    },
  );

  test("labels that do not fit, and files that ask for more parameters than they have, are refused", async () => {
    const network = residualNetwork();
    expect(() => modelOf(network, { inputShape: [4], labelNames: ["a"] })).toThrow("3 outputs, but there are 1 labels");
    const bytes = encodeModel(modelOf(network, { inputShape: [4] }));
    const text = Buffer.from(bytes).toString("latin1").replace('\\"outputs\\":3', '\\"outputs\\":9');
    const model = decodeModel(Buffer.from(text, "latin1"), { name: "changed.safetensors" });
    expect(() => restoreNetwork(model)).toThrow(/layers\[4\]: expected at most \d+ parameters in all/);
  });
});

describe("layers of any rank agree with onnxruntime", () => {
  const folder = fileURLToPath(new URL("../fixtures/ranks/", import.meta.url));
  const oracle: Record<string, { inputs: number[]; shape: number[]; outputs: number[] }> = JSON.parse(
    readFileSync(join(folder, "ranks.json"), "utf8"),
  );

  test.each(Object.entries(oracle))("%s", async (name, { inputs: numbers, shape, outputs }) => {
    const bytes = readFileSync(join(folder, `${name}.onnx`));
    const model = await importModel(bytes, { name });
    const ours = restoreNetwork(model).forward(new Tensor(shape, Float32Array.from(numbers)));
    expect(ours.size).toBe(outputs.length);
    outputs.forEach((value, i) => {
      expect(Math.abs(ours.data[i] - value)).toBeLessThan(1e-5);
    });
    // what was checked there is what is written today
    expect(Buffer.from(exportModel(model, "onnx")).equals(bytes)).toBe(true);
  });
});

describe("trained from settings whose layers are described one by one", () => {
  const layers: LayerDescription[] = [
    { kind: "flatten" },
    { kind: "linear", outputs: 6 },
    { kind: "batchNorm" },
    { kind: "residual", layers: [{ kind: "linear", outputs: 6 }, { kind: "gelu" }] },
    { kind: "dropout", keepProb: 0.8 },
    { kind: "linear", outputs: 3 },
  ];
  const settings = readSettings({
    layers,
    epochs: 3,
    batchSize: 10,
    optimizer: "adam",
    normalization: tinyNormalization,
  });

  const train = async (path: string, resume: boolean, stopAfter = Infinity) => {
    const folder = resume ? RunFolder.resume(path) : RunFolder.create(path);
    const controller = new AbortController();
    try {
      return await runTraining({
        ...{ folder, settings, source: tinySource, kernels: scalarKernels, signal: controller.signal },
        kernelRecord: { name: "scalar", choice: "scalar", strict: false },
        saved: resume ? folder.saved() : undefined,
        checkpointEvery: { steps: 1 },
        onStep: ({ step }) => void (step === stopAfter && controller.abort()),
      });
    } finally {
      folder.close();
    }
  };

  test("a run stopped in the middle and resumed ends with the same bits as one that was not", async () => {
    const { model } = await train(join(parent, "whole"), false);
    await train(join(parent, "stopped"), false, 5);
    expect(readCheckpoint(join(parent, "stopped")).state.history.loss).toHaveLength(6);
    const resumed = await train(join(parent, "stopped"), true);
    expect(resumed.model?.parameters).toEqual(model?.parameters);
    expect(readFileSync(join(parent, "stopped/model.safetensors"))).toEqual(
      readFileSync(join(parent, "whole/model.safetensors")),
    );
    expect(model?.network.layers).toEqual(layers);
  });

  test("the number of outputs must fit the classes", () => {
    const wrong = readSettings({ layers: [...layers.slice(0, -1), { kind: "linear", outputs: 7 }], batchSize: 10 });
    expect(() => prepareFit(wrong, { ...tinySource, normalization: tinyNormalization })).toThrow(
      "layers: expected 3 outputs, one for each class of tiny 1, found (7)",
    );
  });
});

test("whole numbers and inputs of any rank reach the network as they are", async () => {
  const data: Dataset = {
    ...{ name: "words", inputs: Int32Array.from({ length: 24 }, (_, i) => 1000 * i), inputShape: [2, 3] },
    ...{ labels: Int32Array.of(0, 1, 0, 1), labelNames: ["no", "yes"] },
  };
  const layers: LayerDescription[] = [{ kind: "layerNorm" }, { kind: "flatten" }, { kind: "linear", outputs: 2 }];
  const network = makeNetwork({ inputShape: [2, 3], layers }, { random: new RandomState(1) });
  const seen: number[][] = [];
  const forward = network.forward.bind(network);
  network.forward = (x, pass) => {
    seen.push([...x.shape], [...x.data]);
    return forward(x, pass);
  };
  const optimizer = { kind: "sgd", learningRate: 0.01 } as const;
  await fit({ network, optimizer, train: data, validation: data, batchSize: 4, epochs: 1, random: new RandomState(1) });
  expect(seen[0]).toEqual([4, 2, 3]);
  expect(seen[1]).toEqual(Array.from({ length: 24 }, (_, i) => 1000 * i));
});
