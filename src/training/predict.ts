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
  const network = restoreNetwork(model, kernels);
  const labels = new Int32Array(images.length);
  const reader = new BatchReader(
    { name: "images", inputs, inputShape, labels, labelNames },
    { dtype: network.dtype, normalization },
  );
  const batch = reader.read(
    Int32Array.from(labels, (_, i) => i),
    network.workspace,
  );
  const probabilities = softmax(network.forward(batch.inputs)).data;
  return images.map((_, row) =>
    labelNames
      .map((label, j) => ({ label, probability: probabilities[row * labelNames.length + j] }))
      .sort((a, b) => b.probability - a.probability),
  );
}
