import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { breathe } from "./breathe.ts";

export interface EvaluateOptions {
  /** of image data: fitted on the training part */
  readonly normalization?: Normalization;
  /** does not change the result */
  readonly batchSize?: number;
  /** ends the evaluation early, by throwing its reason */
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  /** the share of rows whose most probable class is their label */
  readonly accuracy: number;
  /** mean cross-entropy */
  readonly loss: number;
  /** the most probable class of each row */
  readonly predictions: Int32Array;
}

/** Accuracy and loss of a classifier over a whole data set, in evaluation mode. */
export async function evaluate(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { normalization, batchSize = 100, signal } = options;
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const criterion = new CrossEntropyLoss({ sizeAverage: false, workspace });
  const predictions = new Int32Array(dataset.labels.length);
  let correct = 0;
  let loss = 0;
  for (let start = 0; start < predictions.length; start += batchSize) {
    await breathe();
    signal?.throwIfAborted();
    const length = Math.min(batchSize, predictions.length - start);
    const rows = Int32Array.from({ length }, (_, i) => start + i);
    loss += workspace.step(() => {
      const { inputs, labels } = reader.read(rows, workspace);
      const logits = network.forward(inputs);
      const classes = logits.shape[1];
      for (let i = 0; i < length; i++) {
        predictions[start + i] = argmax(logits.data, i * classes, classes);
        if (predictions[start + i] === labels[i]) correct++;
      }
      return criterion.forward(logits, labels);
    });
  }
  return { accuracy: correct / predictions.length, loss: loss / predictions.length, predictions };
}

/** The place of the first largest of `length` numbers from `start` on. */
export function argmax(values: Numbers, start = 0, length = values.length): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i] > values[start + best]) best = i;
  return best;
}
