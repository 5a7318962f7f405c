import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  describeNetwork,
  encodeNpz,
  encodeSafetensors,
  exportPytorch,
  importModel,
  importWeights,
  type LayerDescription,
  makeNetwork,
  modelOf,
  predictTable,
  RandomState,
  readWeights,
  restoreNetwork,
  type Shape,
  Tensor,
  tableOf,
  weightsTarget,
} from "../../src/index.ts";
// What PyTorch makes of the weights: fixtures/torch/make.py
import torch from "../fixtures/torch/torch.json" with { type: "json" };

const fixture = (name: string) => readFileSync(new URL(`../fixtures/torch/${name}`, import.meta.url));

const networks: Record<keyof typeof torch, { inputShape: Shape; layers: LayerDescription[] }> = {
  rows: {
    inputShape: [6],
    layers: [
      { kind: "linear", outputs: 8 },
      { kind: "batchNorm" },
      { kind: "relu" },
      { kind: "linear", outputs: 8 },
      { kind: "layerNorm" },
      { kind: "tanh" },
      { kind: "linear", outputs: 3 },
    ],
  },
  deep: {
    inputShape: [4],
    layers: Array.from({ length: 13 }, (_, i) => (i % 2 ? { kind: "gelu" } : { kind: "linear", outputs: 4 })),
  },
  pixels: {
    inputShape: [4, 5, 3],
    layers: [{ kind: "flatten" }, { kind: "linear", outputs: 7 }, { kind: "silu" }, { kind: "linear", outputs: 2 }],
  },
  images: {
    inputShape: [7, 6, 3],
    layers: [
      { kind: "conv2d", outputs: 4, kernel: 3, padding: "same", bias: false },
      { kind: "batchNorm" },
      { kind: "geluExact" },
      { kind: "maxPool2d", size: 2 },
      { kind: "conv2d", outputs: 6, kernel: [3, 2], stride: [2, 1], padding: 1, groups: 2 },
      { kind: "relu" },
      { kind: "averagePool2d", size: 2, stride: 1 },
      { kind: "flatten" },
      { kind: "linear", outputs: 5 },
    ],
  },
  half: {
    inputShape: [3],
    layers: [{ kind: "linear", outputs: 4 }, { kind: "relu" }, { kind: "linear", outputs: 2 }],
  },
  bfloat: {
    inputShape: [3],
    layers: [{ kind: "linear", outputs: 4 }, { kind: "relu" }, { kind: "linear", outputs: 2 }],
  },
};
const names = Object.keys(networks) as (keyof typeof networks)[];
const targetOf = (name: keyof typeof networks) => weightsTarget(networks[name], {});

/** Images as PyTorch has them, (batch, channels, height, width), in our order. */
function channelsLast(values: readonly number[], [height, width, channels]: Shape): Float32Array {
  const size = height * width * channels;
  return Float32Array.from(values, (_, i) => {
    const [image, pixel, channel] = [Math.floor(i / size), Math.floor((i % size) / channels), i % channels];
    return values[image * size + channel * height * width + pixel];
  });
}

async function imported(file: string, name: keyof typeof networks, bytes: Uint8Array = fixture(file)) {
  const { tensors, ordered } = await readWeights(bytes, { name: file });
  return importWeights(tensors, targetOf(name), { name: file, ordered });
}

describe.each([...names.map((name) => `${name}.safetensors`), "rows.npz", "deep.npz", "pixels.npz", "images.npz"])(
  "%s",
  (file) => {
    test("the network gives the outputs of PyTorch, to 1e-6", async () => {
      const name = file.split(".")[0] as keyof typeof networks;
      const { inputs, outputs, shape } = torch[name];
      const { inputShape } = networks[name];
      const { model } = await imported(file, name);
      const x = inputShape.length === 3 ? channelsLast(inputs, inputShape) : Float32Array.from(inputs);
      const y = restoreNetwork(model).forward(new Tensor([shape[0], ...inputShape], x));
      expect(y.shape).toEqual(shape);
      outputs.forEach((value, i) => {
        expect(Math.abs(y.data[i] - value)).toBeLessThan(1e-6);
      });
    });
  },
);

test.each(names)("%s: exported for PyTorch, the file holds the tensors that PyTorch wrote", async (name) => {
  const { model } = await imported(`${name}.safetensors`, name);
  const { bytes, code } = exportPytorch(model, { file: "w.safetensors" });
  const theirs = (await readWeights(fixture(`${name}.safetensors`), { name })).tensors;
  const ours = (await readWeights(bytes, { name })).tensors;
  const counted = Object.keys(theirs).filter((key) => !key.endsWith("num_batches_tracked"));
  expect(Object.keys(ours).sort()).toEqual(counted.sort());
  for (const key of counted) expect(ours[key]).toEqual(theirs[key]);
  expect(code).toContain('model.load_state_dict(load_file("w.safetensors"))');
});

test("slopes of PReLU, among all activations, go to PyTorch's names and come back", async () => {
  const inputShape = [6];
  const layers: LayerDescription[] = [
    { kind: "linear", outputs: 5 },
    { kind: "pRelu", perChannel: true },
    { kind: "softplus", beta: 2 },
    { kind: "linear", outputs: 4 },
    { kind: "pRelu" },
    { kind: "elu", alpha: 0.5 },
    { kind: "selu" },
    { kind: "hardSwish" },
  ];
  const network = makeNetwork({ inputShape, layers }, { random: new RandomState(1) });
  for (const { value } of network.parameters) new RandomState(2).fillRandn(value.data);
  const model = modelOf(network, { inputShape });
  const { bytes, code } = exportPytorch(model, { file: "weights.safetensors" });
  expect(code).toContain("nn.PReLU(5)");
  expect(code).toContain("nn.Softplus(beta=2, threshold=20)");
  const { tensors, ordered } = await readWeights(bytes, { name: "weights.safetensors" });
  const like = modelOf(makeNetwork({ inputShape, layers }, { random: new RandomState(3) }), { inputShape });
  const { model: imported, mapping } = importWeights(tensors, like, { name: "weights.safetensors", ordered });
  expect(mapping).toContain("1.weight (5) → prelu1_w (5)");
  expect({ ...imported.parameters }).toEqual({ ...model.parameters });
});

test("layers that PyTorch's Sequential has not are refused", () => {
  const network = makeNetwork(
    { inputShape: [2], layers: [{ kind: "residual", layers: [{ kind: "linear", outputs: 2 }] }] },
    { random: new RandomState(1) },
  );
  const model = modelOf(network, { inputShape: [2] });
  expect(() => exportPytorch(model, { file: "w" })).toThrow("found res1 (residual); export as onnx instead");
});

test("kernels of Keras, as (height, width, in, out), and of depthwise convolutions as (height, width, channels, 1)", () => {
  const network = makeNetwork(
    {
      inputShape: [4, 4, 3],
      layers: [
        { kind: "conv2d", outputs: 3, kernel: [3, 2], groups: 3 },
        { kind: "conv2d", outputs: 2, kernel: 1, bias: false },
        { kind: "flatten" },
        { kind: "linear", outputs: 2 },
      ],
    },
    { random: new RandomState(1) },
  );
  const own = network.save();
  const keras = {
    "depthwise/kernel:0": own.conv1_w.reshape([3, 2, 3, 1]),
    "depthwise/bias:0": own.conv1_b,
    "pointwise/kernel:0": own.conv2_w,
    "dense/kernel:0": own.fc1_w,
    "dense/bias:0": own.fc1_b,
  };
  const target = weightsTarget({ inputShape: [4, 4, 3], layers: describeNetwork(network, [4, 4, 3]).layers }, {});
  const { model } = importWeights(keras, target, { name: "w.h5", ordered: true });
  expect(model.parameters).toEqual(own);
});

test("a convolution that PyTorch pads on one side alone gets a layer for that", () => {
  const network = makeNetwork(
    {
      inputShape: [4, 5, 1],
      layers: [{ kind: "conv2d", outputs: 2, kernel: 2, stride: [2, 1], padding: "same" }, { kind: "relu" }],
    },
    { random: new RandomState(1) },
  );
  const { code } = exportPytorch(modelOf(network, { inputShape: [4, 5, 1] }), { file: "w" });
  expect(code).toContain(
    "nn.ZeroPad2d((0, 1, 0, 0)),\n    nn.Conv2d(1, 2, 2, stride=(2, 1), padding=0, dilation=1, groups=1, bias=True),",
  );
});

test("says what became what, and what was not needed", async () => {
  const { mapping, notes } = await imported("rows.safetensors", "rows");
  expect(mapping.slice(0, 2)).toEqual(["0.weight (8, 6) → fc1_w (6, 8), transposed", "0.bias (8) → fc1_b (8)"]);
  expect(mapping).toContain("1.running_var (8) → bn1_variance (8)");
  expect(notes).toEqual(["not needed: 1.num_batches_tracked"]);
  const images = await imported("pixels.safetensors", "pixels");
  expect(images.notes.join()).toMatch(/taken as \(channels, height, width\)/);
});

const tensors = (shapes: Readonly<Record<string, Shape>>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, Tensor.zeros(shape)]));
const small = weightsTarget(networks.half, {});
const into = (shapes: Readonly<Record<string, Shape>>, ordered = false) =>
  importWeights(tensors(shapes), small, { name: "w.file", ordered });

test("names of Keras, names of Handgrad, and arrays without names, as (in, out)", () => {
  const expected = ["fc1_w", "fc1_b", "fc2_w", "fc2_b"];
  const keras = into({ "d/kernel:0": [3, 4], "d/bias:0": [4], "e/kernel:0": [4, 2], "e/bias:0": [2] }, true);
  const positions = into({ arr_0: [3, 4], arr_1: [4], arr_2: [4, 2], arr_3: [2] });
  const own = into({ fc1_w: [3, 4], fc1_b: [4], fc2_w: [4, 2], fc2_b: [2] });
  for (const { model } of [keras, positions, own]) expect(Object.keys(model.parameters)).toEqual(expected);
  expect(into({ "b.weight": [4, 3], "a.weight": [2, 4] }).notes).toEqual([
    "the layers are matched by their shapes: b, a",
    "b: no bias; fc1_b is 0",
    "a: no bias; fc2_b is 0",
  ]);
});

test.each([
  [
    "another size",
    { "0.weight": [5, 3], "0.bias": [5], "2.weight": [2, 5], "2.bias": [2] },
    "w.file: the weights do not fit the network:\n  fc1: expected weight (4, 3), bias (4), found 0.weight (5, 3), 0.bias (5)\n  fc2: expected weight (2, 4), bias (2), found 2.weight (2, 5), 2.bias (2)",
  ],
  ["a layer too few", { "0.weight": [4, 3], "0.bias": [4] }, "fc2: expected weight (2, 4), bias (2), found nothing"],
  [
    "a layer too many",
    { "0.weight": [4, 3], "0.bias": [4], "2.weight": [2, 4], "2.bias": [2], "4.weight": [2, 2] },
    "expected no more layers, found 4.weight (2, 2)",
  ],
  ["a convolution", { "0.weight": [8, 3, 3, 3] }, "fc1: expected weight (4, 3), bias (4), found 0.weight (8, 3, 3, 3)"],
  ["three dimensions", { "0.weight": [8, 3, 3] }, '"0.weight" (8, 3, 3): expected vectors, matrices and kernels'],
  ["a name without a role", { embedding: [4, 3] }, '"embedding" (4, 3): expected names that end in weight, bias'],
  ["nothing", {}, "w.file: it contains no tensors"],
] as [string, Record<string, Shape>, string][])("%s is refused, tensor by tensor", (_, shapes, message) => {
  expect(() => into(shapes)).toThrow(message);
});

test("NaN is refused; files of other kinds are named", async () => {
  const given = tensors({ "0.weight": [4, 3], "0.bias": [4], "2.weight": [2, 4], "2.bias": [2] });
  given["0.bias"].data[2] = Number.NaN;
  expect(() => importWeights(given, small, { name: "w", ordered: false })).toThrow(
    "expected finite numbers, found NaN",
  );
  await expect(readWeights(Uint8Array.of(0x80, 2, 0, 0), { name: "w.pth" })).rejects.toThrow("w.pth: a Python pickle");
});

test("float64, columns by name, and a regression in one line", async () => {
  const weights = {
    "0.weight": new Tensor([1, 2], Float64Array.of(2, 3)),
    "0.bias": new Tensor([1], Float64Array.of(1)),
  };
  const network = { inputShape: [2], layers: [{ kind: "linear", outputs: 1 }], dtype: "float64" } as const;
  const target = weightsTarget(network, { columns: ["a", "b"], labels: ["price"], task: "regression" });
  for (const bytes of [encodeSafetensors(weights), encodeNpz(weights)]) {
    const read = await readWeights(bytes, { name: "w" });
    const { model } = importWeights(read.tensors, target, { name: "w", ordered: read.ordered });
    expect(predictTable(model, tableOf("t", { b: [10, 0], a: [1, 0] }))).toEqual({
      kind: "number",
      values: Float64Array.of(33, 1),
    });
  }
});

test("a model that cannot be imported without a network says how", async () => {
  await expect(importModel(fixture("rows.safetensors"), { name: "rows.safetensors" })).rejects.toThrow(
    /rows\.safetensors: .*--like RUN or --layers SIZES/,
  );
  await expect(importModel(fixture("rows.npz"), { name: "rows.npz" })).rejects.toThrow(/--like RUN or --layers SIZES/);
});
