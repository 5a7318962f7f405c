// Hashes of a training with batch normalization, dropout, augmentation and clipping on pictures that are drawn here; the same for any number of ranks.
//   node scripts/rankHashes.ts [native|wasm|scalar]        mpiexec -n 4 node scripts/rankHashes.ts
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
} from "../src/node.ts";

const kernels = openKernels({ kernels: (process.argv[2] ?? "native") as "native", threads: 1 });
const launch = launchOf(process.env);
const ranks = launch && (await joinRanks(launch));

function pictures(rows: number, seed: number) {
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 10));
  const inputs = new Uint8Array(rows * 768);
  for (let i = 0; i < inputs.length; i++) inputs[i] = 12 * labels[Math.floor(i / 768)] + random.randint(0, 130);
  const labelNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  return { name: "pictures", inputs, inputShape: [16, 16, 3], labels, labelNames };
}

const settings = readSettings({
  ...{ layers: [768, 128, 64, 10], normalizationLayers: "batch", keepProb: 0.8, batchSize: 64, shards: 8, epochs: 4 },
  ...{ optimizer: "adam", learningRate: 0.002, clipNorm: 1, augmentation: { flip: true, shift: 1 } },
});
const normalization = { mean: [0.4, 0.4, 0.4], deviation: [0.2, 0.2, 0.2] };
const parts = { train: pictures(3200, 1), validation: pictures(500, 2), normalization };

async function run(kernels: Kernels): Promise<void> {
  const prepared = prepareFit(settings, parts, kernels);
  const { network, sharding } = prepared;
  const losses: number[] = [];
  const hash = (): string => {
    const sum = createHash("sha256").update(Float64Array.from(losses));
    for (const [name, { data }] of Object.entries(network.save())) sum.update(name).update(data);
    return sum.digest("hex").slice(0, 16);
  };
  const say = (text: string): void => {
    if (!ranks || ranks.rank === 0) console.log(text);
  };
  say(`${ranks ? `${ranks.size} ranks, ${ranks.version}` : "1 process"}, ${kernels.name}`);
  const { history } = await fit({
    ...prepared,
    sharding: sharding && { ...sharding, ...(ranks && { ranks }) },
    onStep: ({ step, loss }) => {
      losses.push(loss);
      if (step + 1 === 100) say(`  after 100 steps       ${hash()}`);
    },
  });
  say(`  at the end, ${history.loss.length} steps ${hash()}   validation ${history.valScore.at(-1)}`);
}

await run(kernels);
await ranks?.end();
kernels.close();
