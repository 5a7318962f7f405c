import type { Dataset } from "../data/dataset.ts";
import { countFolds } from "../data/folds.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { sizeOf } from "../tensor/tensor.ts";
import type { TrainSettingsInput } from "./settings.ts";

/** What can be changed in an ablation; everything has a default. */
export interface EnsembleChoices {
  readonly copies?: number;
  readonly kinds?: readonly ("linear" | "network" | "bins" | "additive")[];
  readonly width?: number;
  readonly keepProb?: number;
  readonly mostBins?: number;
  readonly steps?: number;
  readonly activation?: "gelu" | "silu" | "relu";
}

/** With more numbers than this, none of them is divided into bins: the first layer would become too large. */
const mostBinned = 256;

export function ensembleSettings(train: Dataset, outputs: number, choices: EnsembleChoices = {}): TrainSettingsInput {
  const rows = train.labels.length;
  const images = train.inputs instanceof Uint8Array;
  const folds = train.folds ? countFolds(train.folds) : 1;
  const { copies = folds, keepProb = 0.85, mostBins = 16, activation = "silu" } = choices;
  const inputs = sizeOf(train.inputShape);
  const { width = rows < 300 ? 32 : rows < 5000 ? 64 : 128 } = choices;
  const binned = images || inputs > mostBinned ? [] : (["additive", "bins"] as const);
  const { kinds = ["linear", "network", ...binned] } = choices;
  const { steps = 3000 } = choices;
  const batchSize = Math.min(rows, rows < 400 ? 32 : rows < 5000 ? 64 : 256);
  const epochs = Math.max(5, Math.round((steps * batchSize) / rows));
  const hidden: LayerDescription[] = [1, 2].flatMap(() => [
    { kind: "linear" as const, outputs: width },
    { kind: activation },
    { kind: "dropout" as const, keepProb },
  ]);
  const flat: LayerDescription[] = images ? [{ kind: "flatten" }] : [];
  const last: LayerDescription = { kind: "linear", outputs, initScale: 0.01 };
  const bins: LayerDescription = {
    kind: "piecewiseLinear",
    edges:
      kinds.includes("bins") || kinds.includes("additive")
        ? binEdges(train, Math.min(mostBins, Math.floor(mostBinned / inputs)))
        : [],
  };
  const members: Record<(typeof kinds)[number], LayerDescription[]> = {
    linear: [...flat, { kind: "linear", outputs, fitted: true }],
    network: [...flat, ...hidden, last],
    bins: [bins, ...hidden, last],
    additive: [bins, { kind: "linear", outputs, fitted: true }],
  };
  return {
    layers: [
      {
        kind: "ensemble",
        copies,
        ...(train.targets && { answers: "numbers" as const }),
        layers: kinds.map((kind): LayerDescription => ({ kind: "sequential", layers: members[kind] })),
      },
    ],
    optimizer: "adam",
    learningRate: 0.003,
    scaledWeightDecay: 0.02,
    schedule: { kind: "cosine" },
    averageDecay: 0.99,
    patience: Math.max(5, Math.ceil(epochs / 4)),
    ...{ batchSize, epochs, seed: 1 },
    trainAccuracyImages: Math.min(rows, 5000),
  };
}

/** Edges between which about equally many of the values lie; none for a column of two values. */
function binEdges({ inputs, inputShape, labels }: Dataset, most: number): number[][] {
  const columns = inputShape[0];
  return Array.from({ length: columns }, (_, column) => {
    const values = Float64Array.from(labels, (_, row) => inputs[row * columns + column]).sort();
    const distinct = [...new Set(values)];
    if (distinct.length <= 2 || most < 2) return [];
    if (distinct.length <= most + 1) return distinct;
    const places = Array.from({ length: most + 1 }, (_, t) => values[Math.round((t / most) * (values.length - 1))]);
    return [...new Set(places)].length > 1 ? [...new Set(places)] : [];
  });
}
