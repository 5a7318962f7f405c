import {
  type Dataset,
  encodeCheckpoint,
  type Kernels,
  portableMath,
  prepareFit,
  RandomState,
  readSettings,
  scalarKernels,
  Trainer,
  wasmKernels,
} from "../../src/index.ts";

// Runs in Node and, bundled, in a page: what both train must have the same bits.

function images(rows: number, seed: number, many = false): Dataset {
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 3));
  const inputs = Uint8Array.from(
    { length: rows * 48 },
    (_, i) => 60 * labels[Math.floor(i / 48)] + random.randint(0, 100),
  );
  const targets = Float32Array.from({ length: 3 * rows }, (_, i) => Number(labels[Math.floor(i / 3)] >= i % 3));
  return {
    ...{ name: `images ${seed}`, inputs, inputShape: [4, 4, 3], labelNames: ["dark", "grey", "light"] },
    ...(many ? { targets: { kind: "labels", values: targets, width: 3 }, labels: new Int32Array(rows) } : { labels }),
  } as Dataset;
}

const layersWith = (activation: object) => [
  { kind: "flatten" },
  { kind: "linear", outputs: 6 },
  { kind: "batchNorm" },
  activation,
  { kind: "linear", outputs: 3 },
];
const activations = ["gelu", "tanh", "sigmoid", "softplus", "elu", "selu"];

const schedules = {
  "schedule cosine": { schedule: { kind: "cosine" } },
  "schedule oneCycle, Adam": { schedule: { kind: "oneCycle" }, optimizer: "adam" },
  "schedule exponential, NAdam": { schedule: { kind: "exponential", factor: 0.9 }, optimizer: "nadam" },
};
const softTargets = {
  "mixup and cutmix": { augmentation: { mixup: 0.4, cutmix: 1 } },
  "mixup, α above 1": { augmentation: { mixup: 3 } },
  "label smoothing": { labelSmoothing: 0.1 },
};
const cases: Readonly<Record<string, object>> = {
  ...schedules,
  ...softTargets,
  "several labels of a row": { loss: "binaryCrossEntropy" },
  ...Object.fromEntries(
    activations.map((kind) => [`float64, ${kind}`, { dtype: "float64", layers: layersWith({ kind }) }]),
  ),
  ...Object.fromEntries(
    Object.entries({ ...schedules, ...softTargets }).map(([name, settings]) => [
      `float64, ${name}`,
      { ...settings, dtype: "float64", layers: layersWith({ kind: "geluExact" }) },
    ]),
  ),
};

const hashOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 8), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** The state after three epochs, as a hash, of every case with kernels whose bits depend on no machine. */
export async function trainingBits(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const wasm = wasmKernels({ threads: 1, strict: true });
  for (const [kind, kernels] of Object.entries({ scalar: scalarKernels, wasm }) as [string, Kernels][]) {
    for (const [name, settings] of Object.entries(cases)) {
      const many = name === "several labels of a row";
      const data = {
        ...{ train: images(47, 1, many), validation: images(20, 2, many) },
        normalization: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
      };
      const base = { layers: layersWith({ kind: "gelu" }), epochs: 3, batchSize: 10 };
      const trainer = new Trainer(prepareFit(readSettings({ ...base, ...settings }), data, kernels));
      for (let step = 0; step < 15; step++) trainer.step();
      found[`${kind}: ${name}`] = await hashOf(encodeCheckpoint(trainer.state(), null) as Uint8Array<ArrayBuffer>);
    }
  }
  const random = new RandomState(5);
  for (const [name, f] of Object.entries(portableMath) as [string, (...numbers: number[]) => number][]) {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => {
      const size = i % 3 === 0 ? 700 : i % 3 === 1 ? 4 : 0.1;
      return f(random.uniform(name === "pow" || name === "log" ? 0 : -size, size), random.uniform(-30, 30));
    });
    found[name] = await hashOf(new Uint8Array(values.map((value) => (Number.isNaN(value) ? 0 : value)).buffer));
  }
  return found;
}
