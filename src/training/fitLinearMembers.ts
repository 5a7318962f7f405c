import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import { Ensemble } from "../layers/ensemble.ts";
import { evaluation } from "../layers/layer.ts";
import { Linear } from "../layers/linear.ts";
import type { Sequential } from "../layers/sequential.ts";
import { type Shape, sizeOf } from "../tensor/tensor.ts";
import { fitFolds } from "./fitFolds.ts";
import { fitLinear, type LinearData, type LinearWeights } from "./linearFit.ts";

/** The most products in one pass over the data; of larger data only a part of the rows is used. */
const mostWork = 4e6;

/**
 * Sets the weights of all members of an ensemble that end with a fitted linear layer: copy f is fitted on the training rows that are not of fold
 * f, with the penalty of the least loss on the held-out rows of the copies (without folds, on every fifth row). With many
 * inputs for few rows, sparse solutions are tried as well. Does nothing for other networks, and for other targets than classes or numbers.
 */
export function fitLinearMembers(
  network: Sequential,
  train: Dataset,
  { normalization }: { readonly normalization?: Normalization | undefined } = {},
): void {
  const [ensemble] = network.layers;
  if (!(ensemble instanceof Ensemble) || (train.targets && train.targets.kind !== "numbers")) return;
  const { copies, members } = ensemble;
  for (let first = 0; first < members.length; first += copies) {
    const kind = members.slice(first, first + copies);
    const layers = kind
      .map(({ layers }) => layers.at(-1))
      .filter((layer): layer is Linear => layer instanceof Linear && layer.fitted);
    if (layers.length < copies) continue;
    const data = featuresOf(network, kind[0], train, normalization);
    const { all, folds } = data;
    const split = folds ?? Int32Array.from({ length: all.rows }, (_, row) => row % 5);
    const solutions = fitFolds(all, split, folds ? copies : 1, network.workspace.kernels);
    layers.forEach((layer, f) => {
      setWeights(layer, folds ? solutions.perFold[f] : solutions.whole);
    });
  }
}

/** Sets the weights of the fitted linear layer at the end of a network to the solution with penalty 1. */
export function solveLinear(network: Sequential, train: Dataset, normalization: Normalization): void {
  const last = network.layers.at(-1);
  if (!(last instanceof Linear)) return;
  const { all } = featuresOf(network, network, train, normalization, Infinity);
  setWeights(last, fitLinear(all, 1, network.workspace.kernels));
}

function setWeights({ w, b }: Linear, weights: LinearWeights): void {
  w.value.data.set(weights.subarray(0, w.value.size));
  b.value.data.set(weights.subarray(w.value.size));
}

/** The outputs of the layers before the last for the training rows, in float64. */
function featuresOf(
  network: Sequential,
  member: Sequential,
  train: Dataset,
  normalization: Normalization | undefined,
  most = mostWork,
): { readonly all: LinearData; readonly folds: Int32Array | undefined } {
  const { labels, targets, labelNames, inputShape } = train;
  const before = member.layers.slice(0, -1);
  const inputs = sizeOf(before.reduce<Shape>((shape, layer) => layer.outputShape(shape), [1, ...inputShape]));
  const outputs = targets?.width ?? (train.finer?.labelNames ?? labelNames).length;
  const step = Math.max(1, Math.ceil((labels.length * Math.min(inputs, labels.length) * outputs) / most));
  const chosen = Int32Array.from({ length: Math.ceil(labels.length / step) }, (_, i) => i * step);
  const x = new Float64Array(chosen.length * inputs);
  const y = new Float64Array(chosen.length * outputs);
  const { workspace, dtype } = network;
  const reader = new BatchReader(train, { dtype, normalization });
  for (let start = 0; start < chosen.length; start += 1000) {
    const rows = chosen.subarray(start, start + 1000);
    const read = reader.read(rows, workspace);
    const features = before.reduce((activation, layer) => layer.forward(activation, evaluation), read.inputs);
    x.set(features.data.subarray(0, rows.length * sizeOf([inputs])), start * inputs);
    rows.forEach((row, i) => {
      if (!targets) y[(start + i) * outputs + labels[row]] = 1;
      else for (let j = 0; j < outputs; j++) y[(start + i) * outputs + j] = targets.values[row * outputs + j];
    });
  }
  const { folds } = train;
  return {
    all: { x, y, rows: chosen.length, inputs, outputs, classes: !targets },
    folds: folds && Int32Array.from(chosen, (row) => folds[row]),
  };
}
