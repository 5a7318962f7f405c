import type { Dataset } from "../data/dataset.ts";
import { countFolds } from "../data/folds.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { sizeOf } from "../tensor/tensor.ts";
import type { TrainSettingsInput } from "./settings.ts";

/**
 * linear: solved, with the best of a few penalties; additive: the same on bins, a piecewise-linear curve for each column; network: two
 * hidden layers; bins: the same on bins, which represents steps and thresholds, as trees do.
 */
export type MemberKind = "linear" | "additive" | "network" | "bins";

/** The most inputs that bins make of columns with more than two values; with more inputs in total, no network has bins. */
const [mostBinned, mostInputs] = [256, 512];
const mostBins = 16;
/** If there are more inputs than rows, each has at least this number of bins in the additive member, whose solution is then sparse. */
const binsOfWide = 4;
/** The most products in one pass of the additive member over a wide table; larger tables have no such member. */
const mostAdditiveWork = 4e6;
/** The most weights of a network times steps: wide tables have fewer steps. */
const mostWeightSteps = 2.5e7;
/** Bin edges are measured on at most this number of rows. */
const mostMeasured = 100_000;

/**
 * An ensemble of linear models and networks, each in a copy for each fold of the training rows (or in one, if there is a validation part).
 * Steps and sizes follow the number of rows: 1,500 steps for small tables, more rows in a step for large ones.
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
 * Edges of bins with about equal numbers of values; none for a column of two values, such as a category or a word. The others have at least
 * the given number of bins.
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
