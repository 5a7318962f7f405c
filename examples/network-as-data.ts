// A network as plain data: made, summarized, trained, saved as one file, loaded again, exported to ONNX.
import {
  datasetOf,
  decodeModel,
  encodeModel,
  evaluate,
  exportModel,
  fit,
  makeNetwork,
  modelOf,
  type NetworkDescription,
  RandomState,
  restoreNetwork,
} from "handgrad";

// Each layer is its kind and its options; the number of inputs of a layer follows from the layer before it.
const description: NetworkDescription = {
  inputShape: [2],
  layers: [
    { kind: "linear", outputs: 32 },
    { kind: "gelu" },
    { kind: "residual", layers: [{ kind: "linear", outputs: 32 }, { kind: "layerNorm" }, { kind: "gelu" }] },
    { kind: "linear", outputs: 2 },
  ],
};
const random = new RandomState(4);
const network = makeNetwork(description, { random });
console.log(network.summary(description.inputShape));

// Inside or outside of a ring
function points(rows: number) {
  const inputs = Array.from({ length: rows }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
  const labels = inputs.map(([x, y]) => (Math.abs(Math.hypot(x, y) - 0.6) < 0.2 ? 1 : 0));
  return datasetOf({ inputs, labels });
}
const [train, validation] = [points(800), points(200)];
const optimizer = { kind: "adam", learningRate: 0.005 } as const;
await fit({ network, train, validation, random, optimizer, schedule: { kind: "cosine" }, batchSize: 20, epochs: 15 });
const { score } = await evaluate(network, validation);
console.log(`validation accuracy ${score.toFixed(2)}`);

const model = modelOf(network, { inputShape: [2], labelNames: ["outside", "inside"] });
const file = encodeModel(model); // writeFileAtomic of handgrad/node writes it to a path
const loaded = restoreNetwork(decodeModel(file, { name: "ring.safetensors" }));
console.log(`loaded again, the same accuracy: ${(await evaluate(loaded, validation)).score === score}`);
console.log(`ONNX: ${exportModel(model, "onnx").length} bytes`);
