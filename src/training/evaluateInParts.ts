import { BatchReader } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import { addOverRanks, heldParts, type RowParts, rowsOfPart, rowsOfParts } from "../data/rowParts.ts";
import { gatherRanks, sumInTree } from "../kernels/ranks.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss, sumOfWeights } from "../losses/crossEntropy.ts";
import { sizeOf, Tensor, zeros } from "../tensor/tensor.ts";
import { argmax } from "./argmax.ts";
import type { EvaluateOptions, Evaluation } from "./evaluateOptions.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

// Evaluation of data in parts: every process computes the outputs of its own rows.

type PartsDataset = Dataset & { readonly parts: RowParts };

export const isInParts = (dataset: Dataset): dataset is PartsDataset => dataset.parts !== undefined;

/**
 * Score and loss of a classification. Each process evaluates its own parts, and the losses of all parts are added in a tree, so the bits
 * do not depend on the number of processes. `predictions` are −1 for rows of other processes.
 */
export async function evaluateInParts(
  network: Sequential,
  dataset: PartsDataset,
  { normalization, batchSize = 100, classWeights }: EvaluateOptions,
): Promise<Evaluation> {
  const { parts, labels } = dataset;
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const criterion = new CrossEntropyLoss({ sizeAverage: false, classWeights });
  const predictions = new Int32Array(labels.length).fill(-1);
  const [first, end] = heldParts(parts);
  const losses = new Float64Array(end - first);
  const correct = new Float64Array(1);
  for await (const { part, batch } of batchesOfParts(parts, batchSize)) {
    losses[part - first] += workspace.step(() => {
      const read = reader.read(batch, workspace);
      const logits = network.forward(read.inputs);
      const classes = logits.shape[1];
      batch.forEach((row, i) => {
        predictions[row] = argmax(logits.data, i * classes, classes);
        if (predictions[row] === labels[row]) correct[0]++;
      });
      criterion.compute(logits, read.labels, workspace);
      return criterion.value();
    });
  }
  addOverRanks(parts.ranks, correct);
  const loss = sumInTree(parts.ranks, losses);
  // The sum of the weights is 0 if no row has a class with a weight
  const total = classWeights ? sumOfWeights(labels, classWeights) || 1 : labels.length;
  return { metric: "accuracy", score: correct[0] / labels.length, loss: loss / total, predictions };
}

/** The batches of this process's rows, part after part. No batch has rows of two parts, so the bits do not depend on the number of processes. */
async function* batchesOfParts(
  parts: RowParts,
  batchSize: number,
): AsyncGenerator<{ readonly part: number; readonly batch: Int32Array }> {
  const yieldToEvents = yieldsToEvents();
  const [first, end] = heldParts(parts);
  for (let part = first; part < end; part++) {
    const rows = rowsOfPart(parts, part);
    for (let start = 0; start < rows.length; start += batchSize) {
      await yieldToEvents();
      yield { part, batch: rows.subarray(start, start + batchSize) };
    }
  }
}

/** The outputs of a network for all rows, on all processes. */
export async function predictInParts(
  network: Sequential,
  dataset: PartsDataset,
  { normalization, batchSize = 100 }: EvaluateOptions,
): Promise<Tensor> {
  const { parts, labels, inputShape } = dataset;
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const shape = network.outputShape([labels.length, ...inputShape]);
  const width = sizeOf(shape.slice(1));
  // Part after part, so that each process computes a block
  const order = Int32Array.from(parts.of.keys()).sort((a, b) => parts.of[a] - parts.of[b] || a - b);
  const bounds = [0];
  for (let rank = 0; rank < parts.ranks.size; rank++) {
    bounds.push(bounds[rank] + width * rowsOfParts(parts, heldParts(parts, rank)).length);
  }
  const ordered = zeros(dtype, labels.length * width);
  let position = bounds[parts.ranks.rank];
  for await (const { batch } of batchesOfParts(parts, batchSize)) {
    workspace.step(() => {
      ordered.set(network.forward(reader.read(batch, workspace).inputs).data, position);
    });
    position += batch.length * width;
  }
  gatherRanks(parts.ranks, ordered, bounds);
  const all = new Tensor(shape, zeros(dtype, labels.length * width));
  order.forEach((row, place) => {
    all.data.set(ordered.subarray(place * width, (place + 1) * width), row * width);
  });
  return all;
}
