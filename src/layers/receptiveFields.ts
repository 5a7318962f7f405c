import { exp } from "../mathematics/exponential.ts";
import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape, type Shape, type Tensor } from "../tensor/tensor.ts";
import { cosineRows, Dct } from "./dct.ts";
import { Flatten } from "./flatten.ts";
import { Linear } from "./linear.ts";
import type { Sequential } from "./sequential.ts";

export interface ReceptiveFieldOptions {
  /** s, in pixels: a weight at this distance from the centre is multiplied by 0.61, at twice the distance by 0.14 */
  readonly size: number;
  /** draws the centres */
  readonly random: RandomState;
}

/**
 * Lets each output of the first linear layer start with a receptive field: weights that are largest near one place (p, q) of the image and
 * small far from it. p and q are drawn uniformly from the height and the width. Pixel (i, j) has its centre at (i + ½, j + ½), and its weights
 * w[i, j, c] are multiplied by
 *     g(i, j) = exp(−((i + ½ − p)² + (j + ½ − q)²) / 2s²),
 * then all weights of the output by the number that restores their norm. With `dct` the weights belong to amplitudes: they are transformed to
 * pixels with the orthonormal cosines, multiplied by g, and transformed back. Only the start changes: training may change every weight.
 * Neighbouring pixels belong together, which a fully connected network otherwise has to learn. Random receptive fields: Pandey, Pachitariu,
 * Brunton & Harris 2022, PLoS Computational Biology 18(10), e1010484. `inputShape` is the shape of one input. Throws SettingsError for a
 * size that is not positive, for inputs that are not images, and for networks that do not begin with flatten or dct, then linear.
 */
export function setReceptiveFields(
  network: Sequential,
  inputShape: Shape,
  { size, random }: ReceptiveFieldOptions,
): void {
  if (!(size > 0 && size < Infinity))
    throw new SettingsError(`receptiveField: expected a positive number of pixels, found ${size}`);
  if (inputShape.length !== 3) {
    throw new SettingsError(
      `receptiveField: expected images (height, width, channels), found inputs ${formatShape(inputShape)}; leave it out`,
    );
  }
  const [before, linear] = network.layers;
  if (!(before instanceof Dct || before instanceof Flatten) || !(linear instanceof Linear)) {
    throw new SettingsError(
      `receptiveField: expected a network that begins with flatten or dct and then linear, found ${network.layers
        .slice(0, 2)
        .map(({ kind }) => kind)
        .join(", ")}; leave it out`,
    );
  }
  const [height, width, channels] = inputShape;
  const multiplying = before instanceof Dct ? amongAmplitudes(height, width, before.keep) : amongPixels;
  const weights = linear.w.value.data;
  const { outputs } = linear;
  const plane = new Float64Array(linear.inputs / channels);
  for (let output = 0; output < outputs; output++) {
    const down = factors(height, height * random.randomSample(), size);
    const across = factors(width, width * random.randomSample(), size);
    const multiply = multiplying(down, across);
    let [squares, changed] = [0, 0];
    for (let channel = 0; channel < channels; channel++) {
      const at = (place: number) => (place * channels + channel) * outputs + output;
      for (let i = 0; i < plane.length; i++) {
        plane[i] = weights[at(i)];
        squares += plane[i] ** 2;
      }
      multiply(plane);
      for (let i = 0; i < plane.length; i++) {
        weights[at(i)] = plane[i];
        changed += plane[i] ** 2;
      }
    }
    const scale = changed > 0 ? Math.sqrt(squares / changed) : 1;
    for (let i = 0; i < linear.inputs; i++) weights[i * outputs + output] *= scale;
  }
}

/** exp(−(i + ½ − centre)² / 2s²) for the pixels of one side. */
function factors(length: number, centre: number, size: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => exp(-((i + 0.5 - centre) ** 2) / (2 * size ** 2)));
}

/** Changes the weights of one channel, in place, as multiplying those of pixel (i, j) by down[i]·across[j] does. */
type Multiplying = (down: Float64Array, across: Float64Array) => (plane: Float64Array) => void;

const amongPixels: Multiplying = (down, across) => (plane) => {
  const width = across.length;
  for (let i = 0; i < plane.length; i++) plane[i] *= down[Math.floor(i / width)] * across[i % width];
};

function amongAmplitudes(height: number, width: number, keep: number): Multiplying {
  const [rows, columns] = [height, width].map((side) => cosineRows(side, keep, "float64"));
  return (down, across) => {
    const [vertical, horizontal] = [betweenAmplitudes(rows, down), betweenAmplitudes(columns, across)];
    return (plane) => transform(plane, vertical, horizontal);
  };
}

/** C·diag(factors)·Cᵀ, symmetric: what multiplying pixels does to their amplitudes. */
function betweenAmplitudes({ data, shape: [keep, length] }: Tensor, each: Float64Array): Float64Array[] {
  const result = Array.from({ length: keep }, () => new Float64Array(keep));
  const multiplied = new Float64Array(length);
  for (let u = 0; u < keep; u++) {
    for (let i = 0; i < length; i++) multiplied[i] = data[u * length + i] * each[i];
    for (let v = 0; v <= u; v++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += multiplied[i] * data[v * length + i];
      result[u][v] = result[v][u] = sum;
    }
  }
  return result;
}

/** plane ← V·plane·H for symmetric V and H. */
function transform(plane: Float64Array, vertical: readonly Float64Array[], horizontal: readonly Float64Array[]): void {
  const width = horizontal.length;
  const half = new Float64Array(plane.length);
  vertical.forEach((row, u) => {
    for (let v = 0; v < width; v++) {
      for (let k = 0; k < row.length; k++) half[u * width + v] += row[k] * plane[k * width + v];
    }
  });
  for (let u = 0; u < vertical.length; u++) {
    for (let v = 0; v < width; v++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += half[u * width + k] * horizontal[k][v];
      plane[u * width + v] = sum;
    }
  }
}
