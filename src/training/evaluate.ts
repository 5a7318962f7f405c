import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, Tensor, zeros } from "../tensor/tensor.ts";
import { argmax } from "./argmax.ts";
import { regressionMetrics } from "./metrics.ts";
import { breathe } from "./yieldToEvents.ts";

export { argmax } from "./argmax.ts";

export interface EvaluateOptions {
  /** of image data: fitted on the training part */
  readonly normalization?: Normalization;
  /** does not change the result */
  readonly batchSize?: number;
  /** ends the evaluation early, by throwing its reason */
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  /** the share of rows whose most probable class is their label; of regression R², which is 1 at best as well */
  readonly accuracy: number;
  /** mean cross-entropy; of regression the mean squared error, of the targets as they are trained for */
  readonly loss: number;
  /** the most probable class of each row; of regression all 0 */
  readonly predictions: Int32Array;
}

/** What the network says to every row of a data set, (rows, outputs), in evaluation mode. */
export async function predictOutputs(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Tensor> {
  const { normalization, batchSize = 100, signal } = options;
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const [rows, outputs] = network.outputShape([dataset.labels.length, ...dataset.inputShape]);
  const all = new Tensor([rows, outputs], zeros(dtype, rows * outputs));
  for (let start = 0; start < rows; start += batchSize) {
    await breathe();
    signal?.throwIfAborted();
    const batch = Int32Array.from({ length: Math.min(batchSize, rows - start) }, (_, i) => start + i);
    workspace.step(() => {
      all.data.set(network.forward(reader.read(batch, workspace).inputs).data, start * outputs);
    });
  }
  return all;
}

async function evaluateRegression(
  network: Sequential,
  dataset: Dataset & Required<Pick<Dataset, "targets">>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const outputs = await predictOutputs(network, dataset, options);
  if (outputs.shape[1] !== 1) throw new ShapeError(`regression needs one output, got ${formatShape(outputs.shape)}`);
  const { rSquared, rootMeanSquaredError } = regressionMetrics(outputs.data, dataset.targets);
  return { accuracy: rSquared, loss: rootMeanSquaredError ** 2, predictions: new Int32Array(outputs.size) };
}

/** Accuracy and loss of a classifier over a whole data set, in evaluation mode. */
export async function evaluate(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { targets } = dataset;
  if (targets) return evaluateRegression(network, { ...dataset, targets }, options);
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
