// Predictions of a convolutional network in one thread, images per second, best of short slices:
//   node bench/peers/inference.mjs handgrad-wasm|handgrad-native|onnxruntime-node|onnxruntime-web|tfjs [BATCH] [SECONDS]
// The network is ../smallNetwork.ts with relu, which all libraries have. The last numbers are the first outputs.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { exportModel, makeNetwork, modelOf, nativeKernels, RandomState, Tensor, wasmKernels } from "../../src/node.ts";
import { smallNetwork } from "../smallNetwork.ts";

const [library, size = "8", seconds = "10"] = process.argv.slice(2);
const batch = Number(size);
const inputShape = [32, 32, 3];
const kernels = (library === "handgrad-native" ? nativeKernels : wasmKernels)({ threads: 1 });
const random = new RandomState(0);
const network = makeNetwork(smallNetwork("relu"), { random, kernels });
const images = new Float32Array(batch * 3072);
random.fillUniform(images);

async function handgrad() {
  const x = kernels.allocate("float32", images.length);
  x.set(images);
  const input = new Tensor([batch, ...inputShape], x);
  return () => network.workspace.step(() => network.forward(input, { mode: "evaluate" }).data.slice(0, 3));
}

async function onnxruntime(name) {
  const ort = await import(name);
  if (name === "onnxruntime-web") ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(exportModel(modelOf(network, { inputShape }), "onnx"), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: "all",
    executionProviders: [name === "onnxruntime-web" ? "wasm" : "cpu"],
  });
  const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", images, [batch, ...inputShape]) };
  return async () => (await session.run(feeds))[session.outputNames[0]].data.slice(0, 3);
}

async function tensorflow() {
  const tf = await import("@tensorflow/tfjs-core");
  const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${join(dirname(main), "/")}`);
  setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  const weights = network.parameters.filter(({ value }) => value.shape.length > 1);
  const [first, ...rest] = weights.map(({ value }) => tf.tensor(Array.from(value.data), [...value.shape]));
  const head = rest.pop();
  const x = tf.tensor4d(images, [batch, ...inputShape]);
  const normalize = (y) => {
    const [zeros, ones] = [tf.zeros([y.shape[3]]), tf.ones([y.shape[3]])];
    return tf.relu(tf.batchNorm(y, zeros, ones, zeros, ones, 1e-5));
  };
  return () =>
    tf.tidy(() => {
      let y = tf.relu(tf.conv2d(x, first, 1, "valid"));
      for (const [i, w] of rest.entries()) {
        y = tf.conv2d(y, w, 1, "same");
        if (i % 2 === 0) y = tf.maxPool(y, 2, 2, "valid");
        y = normalize(y);
      }
      return tf
        .matMul(tf.reshape(tf.maxPool(y, 3, 3, "valid"), [batch, -1]), head)
        .dataSync()
        .slice(0, 3);
    });
}

const make = library?.startsWith("handgrad-") ? handgrad : library === "tfjs" ? tensorflow : () => onnxruntime(library);
const run = await make();
let outputs = [];
for (let i = 0; i < 3; i++) outputs = await run();
let least = Number.POSITIVE_INFINITY;
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  const start = performance.now();
  await run();
  least = Math.min(least, performance.now() - start);
}
const rate = ((1000 * batch) / least).toFixed(0);
console.log(
  `${library}, batch ${batch}: ${rate} images/s (${Array.from(outputs, (value) => value.toFixed(4)).join(", ")})`,
);
process.exit(0);
