import type { LayerCase } from "../../layerExperiments.ts";
import { quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface ConvCase extends LayerCase {
  readonly w: Quantity;
  readonly b: Quantity;
  readonly padding: number;
}

type Pair = readonly [number, number];
type Place = readonly [number, number, number, number];

/** How code reads x and w; omitted parts are as in the formula. */
export interface Reading {
  /** the row (or column) of the image for an output and a place of the kernel */
  readonly pixel?: (output: number, tap: number, padding: number, length: number) => number;
  /** for rows or columns alone */
  readonly rowPixel?: Reading["pixel"];
  readonly columnPixel?: Reading["pixel"];
  readonly tap?: (tap: Pair, kernel: Pair) => Pair;
  readonly xAt?: (place: Place, shape: readonly number[]) => number;
  readonly wAt?: (place: Place, shape: readonly number[]) => number;
  readonly yAt?: (place: Place, shape: readonly number[]) => number;
  readonly outputs?: (length: number, kernel: number, padding: number) => number;
  /** which of the products count */
  readonly only?: (n: number, tap: Pair, channel: number, one: ConvCase) => boolean;
  /** the last product in place of the sum */
  readonly last?: boolean;
  /** the number of times that b is added to an output */
  readonly bias?: (one: ConvCase) => number;
}

/** The place in row-major order. */
export const flat = ([a, b, c, d]: Place, shape: readonly number[]): number =>
  ((a * shape[1] + b) * shape[2] + c) * shape[3] + d;

const outputLength = (length: number, kernel: number, padding: number): number => length + 2 * padding - kernel + 1;

/** y and all gradients. */
export function convolution(one: ConvCase, reading: Reading = {}) {
  const { x, w, b, dy, padding } = one;
  const {
    pixel = (output, tap, zeros) => output + tap - zeros,
    tap = (same) => same,
    outputs = outputLength,
  } = reading;
  const { rowPixel = pixel, columnPixel = pixel } = reading;
  const { xAt = flat, wAt = flat, yAt = flat, only = () => true, last = false, bias = () => 1 } = reading;
  const [batch, height, width, channels] = x.shape;
  const [kernelHeight, kernelWidth, , filters] = w.shape;
  const shape = [batch, outputs(height, kernelHeight, padding), outputs(width, kernelWidth, padding), filters];
  const size = Math.max(
    0,
    shape.reduce((product, length) => product * length, 1),
  );
  const y = new Float64Array(size);
  const [dx, dw, db] = [new Float64Array(x.data.length), new Float64Array(w.data.length), new Float64Array(filters)];
  const add = (to: Float64Array, at: number, value: number): void => {
    to[at] = last ? value : to[at] + value;
  };
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < shape[1]; i++)
      for (let j = 0; j < shape[2]; j++)
        for (let k = 0; k < kernelHeight; k++)
          for (let l = 0; l < kernelWidth; l++) {
            const [row, column] = [rowPixel(i, k, padding, height), columnPixel(j, l, padding, width)];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            for (let c = 0; c < channels; c++) {
              if (!only(n, [k, l], c, one)) continue;
              for (let o = 0; o < filters; o++) {
                const xPlace = xAt([n, row, column, c], x.shape);
                const wPlace = wAt([...tap([k, l], [kernelHeight, kernelWidth]), c, o], w.shape);
                const yPlace = yAt([n, i, j, o], shape);
                const [xValue, wValue] = [x.data[xPlace] ?? Number.NaN, w.data[wPlace] ?? Number.NaN];
                const gradient = dy.data[yPlace] ?? Number.NaN;
                add(y, yPlace, xValue * wValue);
                add(dw, wPlace, xValue * gradient);
                add(dx, xPlace, wValue * gradient);
              }
            }
          }
  for (let at = 0; at < y.length; at++) {
    y[at] += bias(one) * b.data[at % filters];
    db[at % filters] += dy.data[at];
  }
  return { y: quantity(shape, y), dx: quantity(x.shape, dx), dw: quantity(w.shape, dw), db: quantity([filters], db) };
}
