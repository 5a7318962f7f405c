import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import { Ensemble } from "../layers/ensemble.ts";
import { evaluation } from "../layers/layer.ts";
import { Linear } from "../layers/linear.ts";
import type { Sequential } from "../layers/sequential.ts";
import { type Shape, sizeOf } from "../tensor/tensor.ts";
import { fitLinear, type LinearData, type LinearWeights, linearLoss } from "./linearFit.ts";

/**
 * The penalties that are tried, the largest first, so that each starts from a solution near by. With the largest the model says about the
 * same to every row, which is the best where inputs and target have nothing to do with each other.
 */
const penalties = [10_000, 1000, 100, 10, 1, 0.1];
/** Products of one pass over the data; of more rows only as many are used. */
const mostWork = 4e6;
const iterations = 100;

/**
 * Sets the weights of all members of an ensemble that end with a fitted linear layer: copy f is fitted on the training rows that are not of fold
 * f, with the penalty of the least loss on the rows that the copies have not seen (without folds, on every fifth row). Does nothing for
 * other networks, and for other targets than classes or numbers.
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
    const solutions = fitFolds(all, split, folds ? copies : 1, network);
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

/** The solutions of the best penalty: without each fold, and of all rows. */
function fitFolds(all: LinearData, split: Int32Array, folds: number, { workspace }: Sequential) {
  const { kernels } = workspace;
  let best: { loss: number; perFold: LinearWeights[]; whole: LinearWeights } | undefined;
  let whole: LinearWeights | undefined;
  for (const penalty of penalties) {
    whole = fitLinear(all, penalty, kernels, whole?.slice(), iterations);
    let loss = 0;
    const perFold = Array.from({ length: folds }, (_, f) => {
      const rest = chosenRows(all, (row) => split[row] !== f);
      const fold = chosenRows(all, (row) => split[row] === f);
      const weights =
        rest.rows > 0 ? fitLinear(rest, penalty, kernels, whole?.slice(), iterations) : (whole as LinearWeights);
      if (fold.rows > 0) loss += (linearLoss(fold, weights, kernels) * fold.rows) / all.rows;
      return weights;
    });
    if (!best || loss < best.loss) best = { loss, perFold, whole };
    else if (loss > 1.5 * best.loss) break;
  }
  return best as NonNullable<typeof best>;
}

function chosenRows(data: LinearData, choose: (row: number) => boolean): LinearData {
  const rows = Int32Array.from({ length: data.rows }, (_, row) => row).filter(choose);
  const pick = (source: Float64Array, width: number) => {
    const picked = new Float64Array(rows.length * width);
    rows.forEach((row, i) => {
      picked.set(source.subarray(row * width, (row + 1) * width), i * width);
    });
    return picked;
  };
  return { ...data, x: pick(data.x, data.inputs), y: pick(data.y, data.outputs), rows: rows.length };
}

/** What the layers before the last give for the training rows, in float64. */
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
  const step = Math.max(1, Math.ceil((labels.length * inputs * outputs) / most));
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
