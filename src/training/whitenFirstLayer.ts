import { BatchReader } from "../data/batches.ts";
import type { Dataset, Normalization } from "../data/dataset.ts";
import { heldParts, type RowParts } from "../data/rowParts.ts";
import { addTo, mergeRanks } from "../kernels/ranks.ts";
import { Conv2d } from "../layers/conv2d.ts";
import { evaluation } from "../layers/layer.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { symmetricEigen } from "./symmetricEigen.ts";

/** Added to the mean squares, so that rare directions are not amplified too much. Jordan 2024, arXiv:2404.00498 */
const epsilon = 5e-4;

/** The most multiply-adds; with more images, every second, third, … is used. */
const mostWork = 4e8;

/**
 * Sets the weights of the first convolution with `whitened`: with vₖ and λₖ the directions of the patches p of the training images and their mean
 * squares, Σ λₖ·vₖ·vₖᵀ = mean of p·pᵀ, output k is vₖ·p/√(λₖ + 0.0005) and output n/2 + k its negative. So the n/2 outputs are uncorrelated and have mean
 * square 1. Computed in float64. Does nothing for other networks.
 */
export function whitenFirstLayer(
  network: Sequential,
  train: Dataset,
  { normalization }: { readonly normalization?: Normalization | undefined } = {},
): void {
  const place = network.layers.findIndex((layer) => layer instanceof Conv2d && layer.whitened);
  if (place < 0) return;
  const layer = network.layers[place] as Conv2d;
  const [height, width, channels, outputs] = layer.w.value.shape;
  const size = height * width * channels;
  const { values, vectors } = symmetricEigen(meanProducts(network, place, train, normalization), size);
  const weights = layer.w.value.data;
  const half = outputs / 2;
  for (let k = 0; k < half; k++) {
    const scale = 1 / Math.sqrt(Math.max(0, values[k]) + epsilon);
    for (let i = 0; i < size; i++) {
      weights[i * outputs + k] = scale * vectors[k][i];
      weights[i * outputs + half + k] = -scale * vectors[k][i];
    }
  }
}

/** The mean of p·pᵀ over all windows inside the layer's input images. */
function meanProducts(
  network: Sequential,
  place: number,
  train: Dataset,
  normalization: Normalization | undefined,
): Float64Array {
  const layer = network.layers[place] as Conv2d;
  const before = network.layers.slice(0, place);
  const reader = new BatchReader(train, { dtype: network.dtype, normalization });
  const size = layer.w.value.size / layer.outputs;
  const [, height, width] = before.reduce<Shape>((shape, each) => each.outputShape(shape), [1, ...train.inputShape]);
  const rows = train.labels.length;
  const step = Math.max(1, Math.ceil((rows * height * width * size * size) / 2 / mostWork));
  const chosen = Int32Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step);
  const add = (some: Int32Array): WhiteningSums => {
    const sums = { products: new Float64Array(size * size), patches: 0 };
    for (let start = 0; start < some.length; start += 100) {
      const read = reader.read(some.subarray(start, start + 100), network.workspace);
      const images = before.reduce((activation, each) => each.forward(activation, evaluation), read.inputs);
      sums.patches += addProducts(sums.products, images, layer);
    }
    return sums;
  };
  const { products, patches } = train.parts ? addInParts(train.parts, chosen, add) : add(chosen);
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) products[j * size + i] = products[i * size + j];
  return products.map((value) => value / patches);
}

interface WhiteningSums {
  readonly products: Float64Array;
  patches: number;
}

/** The sums of all processes, added in the tree of the parts. */
function addInParts(parts: RowParts, chosen: Int32Array, add: (some: Int32Array) => WhiteningSums): WhiteningSums {
  const node = (first: number, end: number): Float64Array => {
    if (end - first === 1) {
      const { products, patches } = add(chosen.filter((row) => parts.of[row] === first));
      return Float64Array.of(...products, patches);
    }
    const middle = (first + end) / 2;
    const sum = node(first, middle);
    addTo(sum, node(middle, end));
    return sum;
  };
  const all = node(...heldParts(parts));
  mergeRanks(parts.ranks, all, addTo);
  return { products: all.slice(0, -1), patches: all[all.length - 1] };
}

/** Adds the products of the lower triangle, and returns of how many patches. */
function addProducts(sum: Float64Array, images: Tensor, { window: { kernel, dilation } }: Conv2d): number {
  const [batch, height, width, channels] = images.shape;
  const [rows, columns] = [height, width].map((side, axis) => side - (kernel[axis] - 1) * dilation[axis]);
  const offsets: number[] = [];
  for (let p = 0; p < kernel[0]; p++)
    for (let q = 0; q < kernel[1]; q++)
      for (let c = 0; c < channels; c++) offsets.push((p * dilation[0] * width + q * dilation[1]) * channels + c);
  const patch = new Float64Array(offsets.length);
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const first = ((image * height + y) * width + x) * channels;
        for (let i = 0; i < patch.length; i++) patch[i] = images.data[first + offsets[i]];
        for (let i = 0; i < patch.length; i++) {
          const [value, row] = [patch[i], i * patch.length];
          for (let j = 0; j <= i; j++) sum[row + j] += value * patch[j];
        }
      }
    }
  }
  return batch * rows * columns;
}
