import { BatchReader } from "../data/batches.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { softmax } from "../losses/crossEntropy.ts";
import { ShapeError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import { type Model, restoreNetwork } from "./model.ts";

export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

/** How many images are looked at together: as numbers they take four times the memory of their bytes, and more in the layers. */
const together = 500;

/** For each image (bytes of the model's input shape) all labels with their probabilities, the most probable first. */
export function predictImages(model: Model, images: readonly Uint8Array[], kernels?: Kernels): Prediction[][] {
  const { inputShape, labelNames, normalization } = model;
  const size = sizeOf(inputShape);
  const inputs = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    if (image.length !== size)
      throw new ShapeError(`image ${i}: expected ${size} bytes (${inputShape}), got ${image.length}`);
    inputs.set(image, i * size);
  });
  if (images.length === 0) return [];
  const network = restoreNetwork(model, kernels);
  const labels = new Int32Array(images.length);
  const reader = new BatchReader(
    { name: "images", inputs, inputShape, labels, labelNames },
    { dtype: network.dtype, normalization },
  );
  const rankings: Prediction[][] = [];
  for (let start = 0; start < images.length; start += together) {
    const rows = Int32Array.from({ length: Math.min(together, images.length - start) }, (_, i) => start + i);
    const { data } = softmax(network.forward(reader.read(rows, network.workspace).inputs));
    const ranked = Array.from(rows, (_, row) =>
      labelNames
        .map((label, j) => ({ label, probability: data[row * labelNames.length + j] }))
        .sort((a, b) => b.probability - a.probability),
    );
    rankings.push(...ranked);
  }
  return rankings;
}
