// Handgrad's training step for training.bench.ts: node ours.ts KERNELS DTYPE THREADS
import { createInterface } from "node:readline";
import {
  CrossEntropyLoss,
  type DType,
  type KernelChoice,
  multilayerPerceptron,
  openKernels,
  RandomState,
  Sgd,
  trainStep,
} from "../src/node.ts";
import { inTurn, randomImages } from "./randomImages.ts";

const [choice, dtype, threads] = process.argv.slice(2) as [KernelChoice, DType, string];
const rows = 4000;
const batchSize = 100;
const kernels = openKernels({ kernels: choice, threads: Number(threads) });
const random = new RandomState(0);

function makeStep(layers: number[]): (indices: Int32Array) => void {
  const classes = layers[layers.length - 1];
  const reader = randomImages(kernels, { rows, length: layers[0], classes, dtype, random });
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
    const next = inTurn(rows, batchSize, random, step);
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
