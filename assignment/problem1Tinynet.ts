import { BatchReader } from "../src/data/batches.ts";
import type { Dataset, Normalization } from "../src/data/dataset.ts";
import type { Sequential } from "../src/layers/sequential.ts";
import { softmax } from "../src/losses/crossEntropy.ts";
import { DataError } from "../src/tensor/errors.ts";
import type { Tensor } from "../src/tensor/tensor.ts";
import { evaluate } from "../src/training/evaluate.ts";

/** The evaluation of a classifier: accuracy, confusion matrix, and the most confident mistakes. */
export interface ClassifierEvaluation {
  readonly images: number;
  readonly accuracy: number;
  readonly loss: number;
  /** counts[truth][prediction] */
  readonly confusion: readonly (readonly number[])[];
  readonly wrong: readonly WrongImage[];
}

export interface WrongImage {
  readonly row: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  /** red, green, blue of each pixel */
  readonly rgb: Uint8Array;
}

export interface EvaluateClassifierOptions {
  readonly normalization: Normalization;
  /** the number of most confidently wrong images to store */
  readonly wrongImages?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a classifier over a data set of images. Throws DataError if they are not bytes of 3 channels. */
export async function evaluateClassifier(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateClassifierOptions,
): Promise<ClassifierEvaluation> {
  const { normalization, wrongImages = 18, signal } = options;
  const { inputs, labels, labelNames, inputShape } = dataset;
  if (!(inputs instanceof Uint8Array) || inputShape[2] !== 3) {
    throw new DataError(`${dataset.name}: expected images of bytes in 3 channels, found (${inputShape})`);
  }
  const { score: accuracy, loss, predictions } = await evaluate(network, dataset, { normalization, signal });
  const confusion = labelNames.map(() => labelNames.map(() => 0));
  predictions.forEach((prediction, row) => {
    confusion[labels[row]][prediction]++;
  });
  const wrongRows = Int32Array.from([...predictions.keys()].filter((row) => predictions[row] !== labels[row]));
  const confidence = probabilities(network, dataset, wrongRows, predictions, normalization);
  const order = [...wrongRows.keys()].sort((a, b) => confidence[b] - confidence[a] || wrongRows[a] - wrongRows[b]);
  const size = inputShape.reduce((product, length) => product * length, 1);
  const wrong = order.slice(0, wrongImages).map((place): WrongImage => {
    const row = wrongRows[place];
    return {
      row,
      label: labels[row],
      predicted: predictions[row],
      probability: confidence[place],
      rgb: inputs.slice(row * size, (row + 1) * size),
    };
  });
  return { images: labels.length, accuracy, loss, confusion, wrong };
}

/** The probability of the predicted class for each row. */
function probabilities(
  network: Sequential,
  dataset: Dataset,
  rows: Int32Array,
  predictions: Int32Array,
  normalization: Normalization,
): Float64Array {
  const result = new Float64Array(rows.length);
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  for (let start = 0; start < rows.length; start += 100) {
    const batch = rows.subarray(start, start + 100);
    workspace.step(() => {
      const p = softmax(network.forward(reader.read(batch, workspace).inputs), workspace);
      const classes = p.shape[1];
      batch.forEach((row, i) => {
        result[start + i] = p.data[i * classes + predictions[row]];
      });
    });
  }
  return result;
}

export interface WeightImages {
  /** indices of the units, those with the largest weights first */
  readonly units: readonly number[];
  readonly width: number;
  readonly height: number;
  /** of each unit: red, green, blue of each pixel, grey where the weight is 0 */
  readonly rgb: readonly Uint8Array[];
}

/**
 * The weights of the first layer's units as images: the input with the largest response of a unit. Each is scaled by its own largest
 * weight. w is (height·width·3, units).
 */
export function weightImages(w: Tensor, [height, width]: readonly number[], count: number): WeightImages {
  const [inputs, units] = w.shape;
  const squares = new Float64Array(units);
  const largest = new Float64Array(units);
  w.data.forEach((value, i) => {
    const unit = i % units;
    squares[unit] += value * value;
    largest[unit] = Math.max(largest[unit], Math.abs(value));
  });
  const order = [...squares.keys()].sort((a, b) => squares[b] - squares[a] || a - b).slice(0, count);
  const rgb = order.map((unit) =>
    Uint8Array.from({ length: inputs }, (_, input) => {
      return Math.round(127.5 + (127.5 * w.data[input * units + unit]) / (largest[unit] || 1));
    }),
  );
  return { units: order, width, height, rgb };
}
