import { createHash } from "node:crypto";
import {
  type DataSource,
  type Dataset,
  decodeCheckpoint,
  encodeCheckpoint,
  type Kernels,
  type PreparedFit,
  prepareFit,
  RandomState,
  readSettings,
  type TrainerState,
} from "../../src/index.ts";

/** Pictures of 4×4 pixels in 3 classes: enough for every part of training, and small enough to train in milliseconds. */
export function tinyData(rows: number, seed: number): Dataset {
  const random = new RandomState(seed);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 3));
  const inputs = new Uint8Array(rows * 48);
  for (let i = 0; i < inputs.length; i++) inputs[i] = 60 * labels[Math.floor(i / 48)] + random.randint(0, 100);
  return { name: `tiny ${seed}`, inputs, inputShape: [4, 4, 3], labels, labelNames: ["dark", "grey", "light"] };
}

/** Six symbols of five kinds a row; how often the first one is there is the class. */
export function tinySymbols(rows: number, seed: number): Dataset {
  const random = new RandomState(seed);
  const inputs = Float32Array.from({ length: 6 * rows }, () => random.randint(0, 5));
  const labels = Int32Array.from({ length: rows }, (_, row) =>
    Math.min(2, inputs.subarray(6 * row, 6 * row + 6).filter((symbol) => symbol === 0).length),
  );
  return { name: `symbols ${seed}`, inputs, inputShape: [6], labels, labelNames: ["none", "one", "more"] };
}

export const tinySplits = { train: tinyData(47, 1), validation: tinyData(20, 2) };
export const tinyNormalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };

/** The same as a source of data for whole runs. */
export const tinySource: DataSource = {
  kind: "stand-in",
  name: "tiny",
  request: { path: "stand-in" },
  ...tinySplits,
  test: async () => tinyData(20, 3),
  normalization: tinyNormalization,
  dropped: 0,
  notes: [],
};

export function tinyOptions(settings: object = {}, kernels?: Kernels, splits = tinySplits): PreparedFit {
  const network = "layers" in settings ? {} : { layers: [48, 6, 3], initScale: 0.1 };
  const all = { ...network, epochs: 3, batchSize: 10, ...settings };
  return prepareFit(readSettings(all), { ...splits, normalization: tinyNormalization }, kernels);
}

/** The same for a network that begins with an embedding. */
export function symbolOptions(settings: object, kernels?: Kernels): PreparedFit {
  const splits = { train: tinySymbols(47, 1), validation: tinySymbols(20, 2) };
  return prepareFit(readSettings({ epochs: 3, ...settings }), splits, kernels);
}

/** As it comes back from a file. */
export function throughFile(state: TrainerState): TrainerState {
  return decodeCheckpoint(encodeCheckpoint(state, null), { name: "memory" }).state;
}

/** A hash of everything in a state: the same for the same run, to the bit. */
export function hashOf(state: TrainerState): string {
  return createHash("sha256").update(encodeCheckpoint(state, null)).digest("hex");
}
