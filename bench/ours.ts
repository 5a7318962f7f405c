// Our own training step as one contestant of training.bench.ts: node ours.ts KERNELS DTYPE THREADS
import { createInterface } from "node:readline";
import { BatchReader } from "../src/data/batches.ts";
import {
  CrossEntropyLoss,
  type Dataset,
  type DType,
  type KernelChoice,
  multilayerPerceptron,
  openKernels,
  RandomState,
  Sgd,
  trainStep,
} from "../src/node.ts";

const [choice, dtype, threads] = process.argv.slice(2) as [KernelChoice, DType, string];
const rows = 4000;
const batchSize = 100;
const kernels = openKernels({ kernels: choice, threads: Number(threads) });
const random = new RandomState(0);

function makeStep(layers: number[]): (indices: Int32Array) => void {
  const inputs = kernels.allocateBytes(rows * layers[0]);
  for (let i = 0; i < inputs.length; i++) inputs[i] = random.randint(0, 256);
  const classes = layers[layers.length - 1];
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, classes));
  const labelNames = Array.from({ length: classes }, (_, i) => String(i));
  const images: Dataset = { name: "bench", inputs, inputShape: [32, 32, 3], labels, labelNames };
  const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
  const reader = new BatchReader(images, { dtype, normalization });
  const network = multilayerPerceptron({ sizes: layers, random, initScale: 0.01, dtype, kernels });
  const training = {
    network,
    loss: new CrossEntropyLoss({ workspace: network.workspace }),
    optimizer: new Sgd(network, { learningRate: 0.01 }),
  };
  return (indices) => trainStep(training, (workspace) => reader.read(indices, workspace), random);
}

const steps = new Map<string, (indices: Int32Array) => void>();
console.log(JSON.stringify({ ready: `Handgrad ${kernels.name}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const { layers, seconds } = JSON.parse(line) as { layers: number[]; seconds: number };
  const step = steps.get(layers.join()) ?? makeStep(layers);
  steps.set(layers.join(), step);
  const order = random.permutation(rows);
  for (let i = 0; i < 20; i++) step(order.subarray(0, batchSize));
  let count = 0;
  let position = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    if (position + batchSize > rows) position = 0;
    step(order.subarray(position, position + batchSize));
    position += batchSize;
    count++;
  }
  console.log(JSON.stringify({ steps: count, seconds: (performance.now() - start) / 1000 }));
}
kernels.close();
