// Hashes of trainings on generated data, which are the same for any number of ranks: a perceptron with batch normalization,
// dropout, augmentation and clipping; a convolutional network with these, pooling, mixup, cutout and Muon; and a transformer with
// an embedding.
//   node scripts/rankHashes.ts [perceptron|conv|transformer|all] [native|wasm|scalar]        mpiexec -n 4 node scripts/rankHashes.ts conv
import { createHash } from "node:crypto";
import {
  fit,
  joinRanks,
  type Kernels,
  launchOf,
  openKernels,
  prepareFit,
  RandomState,
  readSettings,
  transformerLayers,
} from "../src/node.ts";

const [chosen = "all", kernelsName = "native"] = process.argv.slice(2);
const launch = launchOf(process.env);
const ranks = launch && (await joinRanks(launch));
const labelNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);

function pictures(rows: number, seed: number) {
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 10));
  const inputs = new Uint8Array(rows * 768);
  for (let i = 0; i < inputs.length; i++) inputs[i] = 12 * labels[Math.floor(i / 768)] + random.randint(0, 130);
  return { name: "pictures", inputs, inputShape: [16, 16, 3], labels, labelNames };
}

/** Twelve digits in each row. The first digit is the position, counted from the second digit on, of the digit that is the class. */
function digits(rows: number, seed: number) {
  const random = new RandomState(seed);
  const inputs = Float32Array.from({ length: 12 * rows }, () => random.randint(0, 10));
  const labels = Int32Array.from({ length: rows }, (_, row) => inputs[12 * row + 1 + inputs[12 * row]]);
  return { name: "digits", inputs, inputShape: [12], labels, labelNames };
}

const normalization = { mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2] };
const ofPictures = () => ({ train: pictures(3200, 1), validation: pictures(500, 2), normalization });
const trainings = {
  perceptron: {
    parts: ofPictures,
    settings: {
      ...{ layers: [768, 128, 64, 10], normalizationLayers: "batch", keepProb: 0.8, epochs: 4 },
      ...{ optimizer: "adam", learningRate: 0.002, clipNorm: 1, augmentation: { flip: true, shift: 1 } },
    },
  },
  conv: {
    parts: ofPictures,
    settings: {
      layers: [
        { kind: "conv2d", outputs: 16, kernel: 3, padding: "same", bias: false },
        { kind: "batchNorm" },
        { kind: "pRelu", perChannel: true },
        { kind: "maxPool2d", size: 2 },
        { kind: "conv2d", outputs: 32, kernel: 3, padding: "same", stride: 2, bias: false },
        { kind: "batchNorm" },
        { kind: "gelu" },
        { kind: "averagePool2d", size: 2 },
        { kind: "flatten" },
        { kind: "dropout", keepProb: 0.8 },
        { kind: "linear", outputs: 10 },
      ],
      ...{ epochs: 4, optimizer: "muon", learningRate: 0.01, momentum: 0.6, clipNorm: 1 },
      augmentation: { flip: true, shift: 2, cutout: 4, mixup: 0.2 },
    },
  },
  transformer: {
    parts: () => ({ train: digits(3200, 1), validation: digits(500, 2) }),
    settings: {
      layers: [...transformerLayers({ symbols: 10, width: 32, depth: 2, heads: 4, classes: 10, pooled: true })],
      ...{ epochs: 4, optimizer: "adam", learningRate: 0.003, clipNorm: 1 },
    },
  },
};

const say = (text: string): void => {
  if (!ranks || ranks.rank === 0) console.log(text);
};

async function run(name: keyof typeof trainings, kernels: Kernels): Promise<void> {
  const { settings, parts } = trainings[name];
  const prepared = prepareFit(readSettings({ batchSize: 64, shards: 8, ...settings }), parts(), kernels);
  const { network, sharding } = prepared;
  const losses: number[] = [];
  const hash = (): string => {
    const sum = createHash("sha256").update(Float64Array.from(losses));
    for (const [name, { data }] of Object.entries(network.save())) sum.update(name).update(data);
    return sum.digest("hex").slice(0, 16);
  };
  let after100 = "";
  const { history } = await fit({
    ...prepared,
    sharding: sharding && { ...sharding, ...(ranks && { ranks }) },
    onStep: ({ step, loss }) => {
      losses.push(loss);
      if (step + 1 === 100) after100 = hash();
    },
  });
  const score = history.valScore.at(-1);
  say(`  ${name}: ${after100} after 100 steps, ${hash()} after ${history.loss.length}; validation ${score}`);
}

const names = Object.keys(trainings) as (keyof typeof trainings)[];
const kernels = openKernels({ kernels: kernelsName as "native", threads: 1 });
say(`${ranks ? `${ranks.size} ranks, ${ranks.version}` : "1 process"}, ${kernels.name}`);
for (const name of chosen === "all" ? names : names.filter((each) => each === chosen)) await run(name, kernels);
await ranks?.end();
kernels.close();
