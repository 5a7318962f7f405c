// One small run, which soakRunner.ts kills and starts again: node scripts/soakRun.ts FOLDER KIND KERNELS THREADS [EPOCHS]. It
// continues from the state in FOLDER and prints the hash of the final state.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type DataSource,
  type Dataset,
  encodeCheckpoint,
  type KernelChoice,
  openKernels,
  parseSettings,
  RandomState,
  RunFolder,
  readCheckpoint,
  runTraining,
} from "../src/node.ts";

const kinds: Record<string, object> = {
  sgd: { keepProb: 0.7, learningRate: 0.05, schedule: { kind: "step", factor: 0.9, every: 2 } },
  adam: { optimizer: "adam", learningRate: 0.001, normalizationLayers: "batch" },
};
const [path, kind, choice, threads, epochs = "10"] = process.argv.slice(2);

function pictures(rows: number, seed: number): Dataset {
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 4));
  const inputs = new Uint8Array(rows * 192);
  for (let i = 0; i < inputs.length; i++) inputs[i] = 30 * labels[Math.floor(i / 192)] + random.randint(0, 150);
  return { name: `pictures ${seed}`, inputs, inputShape: [8, 8, 3], labels, labelNames: ["a", "b", "c", "d"] };
}

const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
const source: DataSource = {
  ...{ kind: "images", name: "pictures", request: {}, normalization, dropped: 0, notes: [] },
  ...{ train: pictures(1000, 1), validation: pictures(100, 2), test: pictures(100, 3) },
};
const settings = parseSettings({
  ...{ layers: [192, 256, 4], initScale: 0.05, batchSize: 50, epochs: Number(epochs) },
  normalization,
  ...kinds[kind],
});
const kernels = openKernels({ kernels: choice as KernelChoice, threads: Number(threads) });
const begun = ["checkpoint.safetensors", "checkpoint.previous.safetensors", ".next.checkpoint.safetensors"].some(
  (name) => existsSync(join(path, name)),
);
const folder = begun ? RunFolder.resume(path) : RunFolder.create(path);
const saved = begun ? folder.saved() : undefined;
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("SIGTERM")));
console.log(`begin ${saved?.state.history.loss.length ?? 0}`);
await runTraining({
  folder,
  settings,
  saved,
  kernels,
  kernelRecord: { name: kernels.name, choice, strict: false },
  source,
  checkpointEvery: { steps: 3 },
  signal: stop.signal,
  onWarning: (message) => console.log(`warning ${message}`),
});
kernels.close();
const { state } = readCheckpoint(path);
folder.close();
console.log(
  `end ${state.history.loss.length} ${createHash("sha256").update(encodeCheckpoint(state, null)).digest("hex")}`,
);
