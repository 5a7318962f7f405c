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
    loss: new CrossEntropyLoss(),
    optimizer: new Sgd(network, { learningRate: 0.01 }),
  };
  return (indices) => trainStep(training, (workspace) => reader.read(indices, workspace), random);
}

const steps = new Map<string, (indices: Int32Array) => void>();
console.log(JSON.stringify({ ready: `Handgrad ${kernels.name}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const {
    layers = [],
    product,
    seconds,
  } = JSON.parse(line) as { layers?: number[]; product?: number; seconds: number };
  if (product) console.log(JSON.stringify(timeRuns(makeProduct(product), seconds)));
  else {
    const step = steps.get(layers.join()) ?? makeStep(layers);
    steps.set(layers.join(), step);
    const order = random.permutation(rows);
    let position = 0;
    const next = () => {
      if (position + batchSize > rows) position = 0;
      step(order.subarray(position, position + batchSize));
      position += batchSize;
    };
    for (let i = 0; i < 20; i++) next();
    console.log(JSON.stringify(timeRuns(next, seconds)));
  }
}
kernels.close();

function makeProduct(n: number): () => void {
  const [a, b, c] = [0, 1, 2].map(() => kernels.allocate(dtype, n * n));
  random.fillUniform(a);
  random.fillUniform(b);
  const run = () => kernels.matmul(c, a, b, n, n, n);
  run();
  return run;
}

function timeRuns(run: () => void, seconds: number): { steps: number; seconds: number } {
  let count = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    run();
    count++;
  }
  return { steps: count, seconds: (performance.now() - start) / 1000 };
}
