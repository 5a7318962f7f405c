import { normalizationTable } from "../data/normalize.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { softmax } from "../losses/crossEntropy.ts";
import { ShapeError } from "../tensor/errors.ts";
import { type Numbers, sizeOf, Tensor } from "../tensor/tensor.ts";
import { type Model, restoreNetwork } from "./model.ts";

export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/** The labels of one row of probabilities (rows, labels), the most probable first. */
export function rankLabels(labelNames: readonly string[], probabilities: Numbers, row: number): Prediction[] {
  return labelNames
    .map((label, j) => ({ label, probability: probabilities[row * labelNames.length + j] }))
    .sort((a, b) => b.probability - a.probability);
}

/** The number of images that are computed together: as numbers they take four times the memory of their bytes, and more in the layers. */
const together = 100;

/** For each image (bytes of the model's input shape) all labels with their probabilities, the most probable first. */
export function predictImages(model: Model, images: readonly Uint8Array[], kernels?: Kernels): Prediction[][] {
  return imagePredictor(model, kernels)(images);
}

/** The same for images that come one after the other: the network is created once. Throws ShapeError for an image of another size. */
export function imagePredictor(model: Model, kernels?: Kernels): (images: readonly Uint8Array[]) => Prediction[][] {
  const { labelNames, normalization } = model;
  const { inputShape } = model.network;
  const size = sizeOf(inputShape);
  const network = restoreNetwork(model, kernels);
  const rank = (images: readonly Uint8Array[]): Prediction[][] => {
    const inputs = new Uint8Array(images.length * size);
    images.forEach((image, i) => {
      inputs.set(image, i * size);
    });
    const rows = Int32Array.from(images, (_, row) => row);
    const x = Tensor.zeros([rows.length, ...inputShape], network.dtype);
    network.workspace.kernels.gather(x.data, inputs, rows, size, normalizationTable(normalization, network.dtype));
    const { data } = softmax(network.forward(x));
    return Array.from(rows, (row) => rankLabels(labelNames, data, row));
  };
  return (images) => {
    images.forEach(({ length }, i) => {
      if (length !== size) throw new ShapeError(`image ${i}: expected ${size} bytes (${inputShape}), got ${length}`);
    });
    const parts = Array.from({ length: Math.ceil(images.length / together) }, (_, i) => i * together);
    return parts.flatMap((start) => rank(images.slice(start, start + together)));
  };
}
