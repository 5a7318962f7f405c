import { BatchReader } from "../data/batches.ts";
import { type Dataset, type RowTargets, targetKindOf } from "../data/dataset.ts";
import { gatherRanks, oneRank } from "../kernels/ranks.ts";
import type { Ensemble } from "../layers/ensemble.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss, sumOfWeights } from "../losses/crossEntropy.ts";
import { defaultLosses, losses } from "../losses/losses.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { formatShape, sizeOf, Tensor, zeros } from "../tensor/tensor.ts";
import { argmax } from "./argmax.ts";
import { batchesOfRows } from "./batchesOfRows.ts";
import { evaluateInParts, isInParts, predictInParts } from "./evaluateInParts.ts";
import type { EvaluateOptions, Evaluation } from "./evaluateOptions.ts";
import type { Metric } from "./history.ts";
import { answersOfKinds, ensembleOf } from "./outOfFold.ts";
import { regressionMetrics } from "./regressionMetrics.ts";

export { argmax } from "./argmax.ts";
export type { EvaluateOptions, Evaluation } from "./evaluateOptions.ts";

const metrics = {
  classes: "accuracy",
  probabilities: "accuracy",
  labels: "accuracy",
  numbers: "rSquared",
} as const satisfies Record<TargetKind, Metric>;

/** The metric for networks with such targets. */
export function metricOf(dataset: Pick<Dataset, "targets">): Metric {
  return metrics[targetKindOf(dataset)];
}

/**
 * The outputs of a network for every row of a data set, (rows, …), in evaluation mode; for an ensemble, if rows have folds, of the members
 * that were not trained on them.
 */
export async function predictOutputs(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Tensor> {
  const { normalization, batchSize = 100, signal, ranks = oneRank } = options;
  if (isInParts(dataset)) return predictInParts(network, dataset, options);
  if (dataset.folds) return outOfFold(network, dataset, options);
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const shape = network.outputShape([dataset.labels.length, ...dataset.inputShape]);
  const [rows, width] = [shape[0], sizeOf(shape.slice(1))];
  const all = new Tensor(shape, zeros(dtype, rows * width));
  // Each rank computes a block of whole batches
  const batches = Math.ceil(rows / batchSize);
  const bounds = Array.from({ length: ranks.size + 1 }, (_, rank) =>
    Math.min(rows, Math.floor((rank * batches) / ranks.size) * batchSize),
  );
  const own = [bounds[ranks.rank], bounds[ranks.rank + 1]] as const;
  for await (const batch of batchesOfRows(...own, { batchSize, signal })) {
    workspace.step(() => {
      all.data.set(network.forward(reader.read(batch, workspace).inputs).data, batch[0] * width);
    });
  }
  gatherRanks(
    ranks,
    all.data,
    bounds.map((row) => row * width),
  );
  return all;
}

async function outOfFold(network: Sequential, dataset: Dataset, options: EvaluateOptions): Promise<Tensor> {
  const answers = await answersOfKinds(network, dataset, options);
  return (ensembleOf(network) as Ensemble).mixed(answers);
}

/** Score and loss of a network over a whole data set, in evaluation mode. Throws ShapeError if its outputs do not fit. */
export async function evaluate(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { targets } = dataset;
  if (!targets)
    return isInParts(dataset) ? evaluateInParts(network, dataset, options) : evaluateClasses(network, dataset, options);
  const outputs = await predictOutputs(network, dataset, options);
  const wanted = new Tensor([dataset.labels.length, targets.width], targets.values);
  const [ofTokens, { shape }] = [targets.kind === "classes", outputs];
  if (formatShape(ofTokens ? shape.slice(0, -1) : shape) !== formatShape(wanted.shape)) {
    throw new ShapeError(
      `evaluate: expected outputs ${formatShape(ofTokens ? [...wanted.shape, "classes"] : wanted.shape)}, found ${formatShape(shape)}`,
    );
  }
  const loss = losses[defaultLosses[targets.kind]].create({}).forward(outputs, wanted as never);
  const score = scores[targets.kind](outputs, targets);
  return { metric: metricOf(dataset), score, loss, predictions: new Int32Array(dataset.labels.length) };
}

const scores: Record<RowTargets["kind"], (outputs: Tensor, targets: RowTargets) => number> = {
  // of all tokens
  classes: ({ data }, { values }) => {
    const classes = data.length / values.length;
    let right = 0;
    for (let i = 0; i < values.length; i++) if (argmax(data, i * classes, classes) === values[i]) right++;
    return right / values.length;
  },
  numbers: (outputs, { values, width }) => {
    const column = (data: ArrayLike<number>, j: number) =>
      Float64Array.from({ length: data.length / width }, (_, row) => data[row * width + j]);
    const each = Array.from({ length: width }, (_, j) => {
      return regressionMetrics(column(outputs.data, j), column(values, j)).rSquared;
    });
    return each.reduce((sum, value) => sum + value / width, 0);
  },
  labels: ({ data }, { values }) => {
    let right = 0;
    for (let i = 0; i < data.length; i++) if (data[i] > 0 === values[i] > 0.5) right++;
    return right / data.length;
  },
  probabilities: ({ data }, { values, width }) => {
    let right = 0;
    for (let i = 0; i < data.length; i += width) if (argmax(data, i, width) === argmax(values, i, width)) right++;
    return (right * width) / data.length;
  },
};

async function evaluateClasses(network: Sequential, dataset: Dataset, options: EvaluateOptions): Promise<Evaluation> {
  const { normalization, batchSize = 100, signal, ranks = oneRank, classWeights } = options;
  if (dataset.folds) return scoresOfClasses(await outOfFold(network, dataset, options), dataset, classWeights);
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const criterion = new CrossEntropyLoss({ sizeAverage: false, classWeights });
  const predictions = new Int32Array(dataset.labels.length);
  const gathered = ranks.size > 1 ? await predictOutputs(network, dataset, options) : undefined;
  let correct = 0;
  let loss = 0;
  for await (const rows of batchesOfRows(0, predictions.length, { batchSize, signal })) {
    const [start] = rows;
    const { length } = rows;
    loss += workspace.step(() => {
      const labels = dataset.labels.subarray(start, start + length);
      const logits = gathered ? rowsOf(gathered, start, length) : network.forward(reader.read(rows, workspace).inputs);
      const classes = logits.shape[1];
      for (let i = 0; i < length; i++) {
        predictions[start + i] = argmax(logits.data, i * classes, classes);
        if (predictions[start + i] === labels[i]) correct++;
      }
      criterion.compute(logits, labels, workspace);
      return criterion.value();
    });
  }
  // The sum of the weights is 0 if no row has a class with a weight
  const total = classWeights ? sumOfWeights(dataset.labels, classWeights) || 1 : predictions.length;
  return { metric: "accuracy", score: correct / predictions.length, loss: loss / total, predictions };
}

function rowsOf({ data, shape }: Tensor, start: number, length: number): Tensor {
  const width = shape[1];
  return new Tensor([length, width], data.subarray(start * width, (start + length) * width));
}

function scoresOfClasses(logits: Tensor, { labels }: Dataset, classWeights?: readonly number[]): Evaluation {
  const classes = logits.shape[1];
  const predictions = Int32Array.from(labels, (_, row) => argmax(logits.data, row * classes, classes));
  const correct = labels.reduce((sum, label, row) => sum + (predictions[row] === label ? 1 : 0), 0);
  const loss = new CrossEntropyLoss({ classWeights }).forward(logits, labels);
  return { metric: "accuracy", score: correct / labels.length, loss, predictions };
}
