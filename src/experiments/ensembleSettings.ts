import type { Dataset } from "../data/dataset.ts";
import { countFolds } from "../data/folds.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { sizeOf } from "../tensor/tensor.ts";
import type { TrainSettingsInput } from "./settings.ts";

/**
 * linear: solved, with the best of a few penalties; additive: the same on bins, a piecewise-linear curve for each column; network: two
 * hidden layers; bins: the same on bins, which sees steps and thresholds as trees do.
 */
export type MemberKind = "linear" | "additive" | "network" | "bins";

/** Bins make at most this number of inputs of others than those of two values; with more inputs in all, no network has bins. */
const [mostBinned, mostInputs] = [256, 512];
const mostBins = 16;
/** Where there are more inputs than rows, each has at least so many bins in the additive member, whose solution is then sparse. */
const binsOfWide = 4;
/** Products of one pass of the additive member over a wide table; larger tables have none. */
const mostAdditiveWork = 4e6;
/** Weights of a network times steps, at most: wide tables have fewer steps. */
const mostWeightSteps = 2.5e7;
/** Bin edges are measured on at most this number of rows. */
const mostMeasured = 100_000;

/**
 * An ensemble of linear models and networks, each in a copy for each fold of the training rows (or in one, where there is a part for the
 * validation). Steps and sizes follow the number of rows: 1,500 steps for small tables, more rows in a step for large ones.
 */
export function ensembleSettings(
  train: Dataset,
  outputs: number,
  { kinds: asked }: { readonly kinds?: readonly MemberKind[] } = {},
): TrainSettingsInput {
  const rows = train.labels.length;
  const images = train.inputs instanceof Uint8Array;
  const inputs = sizeOf(train.inputShape);
  const wide = !images && inputs > rows;
  const additiveWork = rows * inputs * binsOfWide * outputs;
  const divided = !images && (inputs <= mostInputs || (wide && additiveWork <= mostAdditiveWork));
  const edges = divided ? binEdges(train, wide ? binsOfWide : 0) : [];
  const binCount = edges.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0);
  const binned = !images && (inputs <= mostBinned || (inputs <= mostInputs && binCount > 0 && binCount <= mostBinned));
  const has: Record<MemberKind, boolean> = {
    linear: true,
    additive: binned || binCount > 0,
    network: true,
    bins: binned,
  };
  const kinds = asked ?? allKinds.filter((kind) => has[kind]);
  const width = rows < 300 ? 32 : rows < 5000 ? 64 : 128;
  const steps = Math.min(rows < 5000 ? 1500 : 3000, wide ? Math.ceil(mostWeightSteps / (inputs * width)) : Infinity);
  const batchSize = Math.min(rows, rows < 400 ? 32 : rows < 5000 ? 64 : rows < 100_000 ? 256 : 1024);
  const epochs = Math.max(2, Math.round((steps * batchSize) / rows));
  const hidden: LayerDescription[] = [1, 2].flatMap(() => [
    { kind: "linear" as const, outputs: width },
    { kind: "silu" as const },
    { kind: "dropout" as const, keepProb: 0.85 },
  ]);
  const flat: LayerDescription[] = images ? [{ kind: "flatten" }] : [];
  const bins: LayerDescription = { kind: "piecewiseLinear", edges };
  const [fitted, last] = [
    { kind: "linear", outputs, fitted: true } as const,
    { kind: "linear", outputs, initScale: 0.01 } as const,
  ];
  const members: Record<MemberKind, LayerDescription[]> = {
    linear: [...flat, fitted],
    additive: [bins, fitted],
    network: [...flat, ...hidden, last],
    bins: [bins, ...hidden, last],
  };
  const ensemble: LayerDescription = {
    kind: "ensemble",
    copies: train.folds ? countFolds(train.folds) : 1,
    ...(train.targets && { answers: "numbers" as const }),
    layers: kinds.map((kind): LayerDescription => ({ kind: "sequential", layers: members[kind] })),
  };
  return {
    layers: [ensemble],
    optimizer: "adam",
    learningRate: 0.006,
    scaledWeightDecay: 0.02,
    schedule: { kind: "cosine" },
    emaDecay: 0.99,
    patience: Math.max(5, Math.ceil(epochs / 4)),
    ...{ batchSize, epochs, seed: 1 },
    trainAccuracyImages: Math.min(rows, 5000),
  };
}

const allKinds: readonly MemberKind[] = ["linear", "additive", "network", "bins"];

/**
 * Edges between which about equally many of the values lie; none for a column of two values, such as a category or a word. At least so many
 * bins for the others.
 */
function binEdges({ inputs, inputShape, labels }: Dataset, least: number): number[][] {
  const [columns] = inputShape;
  const step = Math.ceil(labels.length / mostMeasured);
  const rows = Math.floor(labels.length / step);
  const measured = (column: number) =>
    Float64Array.from({ length: rows }, (_, i) => inputs[i * step * columns + column]);
  const varied = Array.from({ length: columns }, (_, column) => hasThreeValues(measured(column)));
  const most = Math.max(least, Math.min(mostBins, Math.floor(mostBinned / varied.filter(Boolean).length)));
  return varied.map((isVaried, column) => {
    if (!isVaried || most < 2) return [];
    const values = measured(column).sort();
    const distinct = [...new Set(values)];
    if (distinct.length <= most + 1) return distinct;
    const places = Array.from({ length: most + 1 }, (_, t) => values[Math.round((t / most) * (rows - 1))]);
    const edges = [...new Set(places)];
    return edges.length > 1 ? edges : [];
  });
}

/** Whether numbers have at least three different values. */
function hasThreeValues(values: Float64Array): boolean {
  const second = values.find((value) => value !== values[0]);
  return values.some((value) => value !== values[0] && value !== second);
}
