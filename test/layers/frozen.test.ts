import { expect, test } from "vitest";
import {
  CrossEntropyLoss,
  describeNetwork,
  l2,
  makeNetwork,
  type NetworkDescription,
  RandomState,
  Sgd,
  Tensor,
} from "../../src/index.ts";
import { trainStep } from "../../src/training/trainStep.ts";

const description: NetworkDescription = {
  inputShape: [6, 6, 3],
  layers: [
    { kind: "conv2d", outputs: 4, kernel: 2, frozen: true },
    { kind: "gelu" },
    { kind: "conv2d", outputs: 5, kernel: 3 },
    { kind: "flatten" },
    { kind: "linear", outputs: 8, frozen: true },
    { kind: "linear", outputs: 3 },
  ],
};

const layersWith = (frozen: boolean) =>
  description.layers.map((layer) => ("frozen" in layer ? { ...layer, frozen } : layer));

const inputs = Tensor.zeros([4, 6, 6, 3], "float32");
new RandomState(2).fillRandn(inputs.data);
const labels = Int32Array.of(0, 1, 2, 1);

test("frozen layers are drawn and saved like others, and no step changes them", () => {
  const network = makeNetwork(description, { random: new RandomState(1) });
  const free = makeNetwork({ ...description, layers: layersWith(false) }, { random: new RandomState(1) });
  expect(network.save()).toEqual(free.save());
  expect(network.parameterNames).toEqual(["conv2_w", "conv2_b", "fc2_w", "fc2_b"]);
  const before = network.save();
  const training = {
    network,
    loss: new CrossEntropyLoss(),
    optimizer: new Sgd(network, { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 }),
    regularizer: l2(0.1),
  };
  for (let step = 0; step < 3; step++) trainStep(training, () => ({ inputs, labels }), new RandomState(3));
  for (const [name, { data }] of Object.entries(network.save())) {
    const same = data.every((value, i) => value === before[name].data[i]);
    expect(same, name).toBe(/^(conv1|fc1)_/.test(name));
  }
});

test("the gradients of the other layers are those of a network without frozen layers", () => {
  const gradients = [true, false].map((frozen) => {
    const network = makeNetwork({ ...description, layers: layersWith(frozen) }, { random: new RandomState(1) });
    const loss = new CrossEntropyLoss();
    loss.forward(network.forward(inputs, { mode: "train", random: new RandomState(3) }), labels);
    network.backwardParameters(loss.backward());
    return ["conv2_w", "conv2_b", "fc2_w", "fc2_b"].map((name) => network.getGradient(name));
  });
  expect(gradients[0]).toEqual(gradients[1]);
});

test("the layers before the first one that is trained have no backward pass", () => {
  const network = makeNetwork(description, { random: new RandomState(1) });
  const loss = new CrossEntropyLoss();
  loss.forward(network.forward(inputs, { mode: "train", random: new RandomState(3) }), labels);
  for (const layer of network.layers.slice(0, 2)) {
    layer.backward = layer.backwardParameters = () => {
      throw new Error(`${layer.describe()} was asked for gradients`);
    };
  }
  network.layers[2].backward = () => {
    throw new Error("the first trained layer was asked for the gradient of its input");
  };
  expect(() => network.backwardParameters(loss.backward())).not.toThrow();
});

test("frozen is a part of the description", () => {
  const network = makeNetwork(description, { random: new RandomState(1) });
  expect(describeNetwork(network, description.inputShape).layers).toEqual(description.layers);
  const loaded = makeNetwork(description, { parameters: network.save() });
  expect(describeNetwork(loaded, description.inputShape).layers).toEqual(description.layers);
  expect(loaded.save()).toEqual(network.save());
});
