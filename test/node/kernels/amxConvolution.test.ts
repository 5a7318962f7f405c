import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Convolution2d } from "../../../src/kernels/imageKernels.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { nativeKernels } from "../../../src/node/kernels/nativeKernels.ts";
import { scalarKernels } from "../../../src/node.ts";
import { same, toBfloat16 } from "../../contracts/kernelsSupport.ts";
import { moderate, sumOfTiles } from "./bfloat16Sums.ts";
import { setsOfBfloat16, withIsa } from "./instructionSets.ts";

type Sides = readonly [number, number];

interface Shape {
  readonly batch?: number;
  readonly kernel?: Sides;
  readonly padding?: Sides;
  readonly dilation?: Sides;
  readonly groups?: number;
}

/** A convolution with step 1. */
function convolution(
  input: Sides,
  channels: number,
  outputs: number,
  { batch = 1, kernel = [3, 3], padding = [1, 1], dilation = [1, 1], groups = 1 }: Shape = {},
): Convolution2d {
  const side = (i: 0 | 1) => input[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1);
  const window = { kernel, padding, dilation, groups, stride: [1, 1] } as const;
  return { batch, input, output: [side(0), side(1)], channels, outputs, ...window };
}

const placesOf = ({ kernel }: Convolution2d) => kernel[0] * kernel[1];
const depthOf = ({ channels, groups }: Convolution2d) => channels / groups;

/** The results as sums of tiles: the channels of one tap after the other, each padded to a multiple of 32. */
function expectedResults(
  x: Float32Array,
  w: Float32Array,
  bias: Float32Array | undefined,
  of: Convolution2d,
): Float32Array {
  const { input, output, kernel, padding, dilation, outputs, groups } = of;
  const [depth, each] = [depthOf(of), outputs / groups];
  const padded = 32 * Math.ceil(depth / 32);
  const [image, weights] = [x.map(toBfloat16), w.map(toBfloat16)];
  return Float32Array.from({ length: of.batch * output[0] * output[1] * outputs }, (_, at) => {
    const o = at % outputs;
    const pixel = Math.floor(at / outputs);
    const [column, row] = [pixel % output[1], Math.floor(pixel / output[1]) % output[0]];
    const first = Math.floor(pixel / output[1] / output[0]) * input[0];
    const channel = Math.floor(o / each) * depth;
    const product = (p: number) => {
      const [place, c] = [Math.floor(p / padded), p % padded];
      const i = row - padding[0] + Math.floor(place / kernel[1]) * dilation[0];
      const j = column - padding[1] + (place % kernel[1]) * dilation[1];
      if (c >= depth || i < 0 || i >= input[0] || j < 0 || j >= input[1]) return 0;
      return (
        image[((first + i) * input[1] + j) * of.channels + channel + c] * weights[(place * depth + c) * outputs + o]
      );
    };
    return sumOfTiles(product, placesOf(of) * padded, bias?.[o] ?? 0);
  });
}

/** The convolution of dy that is the gradient of x: with places in the opposite order, and channels and outputs exchanged. */
function turned(w: Float32Array, of: Convolution2d): { readonly weights: Float32Array; readonly of: Convolution2d } {
  const { channels, outputs, groups, kernel, dilation, padding, input, output } = of;
  const [depth, each, places] = [depthOf(of), outputs / groups, placesOf(of)];
  const weights = new Float32Array(w.length);
  for (let place = 0; place < places; place++) {
    for (let c = 0; c < channels; c++) {
      const group = Math.floor(c / depth);
      for (let o = 0; o < each; o++) {
        weights[((places - 1 - place) * each + o) * channels + c] =
          w[(place * depth + (c % depth)) * outputs + group * each + o];
      }
    }
  }
  const opposite = ([0, 1] as const).map((i) => dilation[i] * (kernel[i] - 1) - padding[i]);
  const back = { padding: [opposite[0], opposite[1]] as const, input: output, output: input };
  return { weights, of: { ...of, ...back, channels: outputs, outputs: channels } };
}

const shapes: Readonly<Record<string, Convolution2d>> = {
  "several small images in a patch": convolution([3, 3], 48, 40, { batch: 9 }),
  "channels that fill no tile": convolution([6, 5], 40, 37, { batch: 3 }),
  "a window of 2 × 3, more padding than it needs": convolution([5, 6], 16, 32, {
    batch: 2,
    kernel: [2, 3],
    padding: [2, 2],
  }),
  "no padding, dilation": convolution([9, 8], 32, 16, { batch: 2, padding: [0, 0], dilation: [2, 3] }),
  "two groups": convolution([7, 4], 64, 64, { batch: 2, groups: 2 }),
  "an image in several patches": convolution([70, 40], 16, 16),
  "a line in several patches": convolution([2, 2300], 16, 16, { kernel: [1, 3], padding: [0, 1] }),
};

describe.skipIf(!setsOfBfloat16.includes("amx"))("convolutions with AMX", () => {
  let kernels: Kernels;
  beforeAll(() => {
    kernels = withIsa("amx", () => nativeKernels({ threads: 2, precision: "bfloat16" }));
  });
  afterAll(() => kernels?.close());

  it.each(Object.keys(shapes))(
    "%s: results and gradients of images are the sums of the instruction, to the bit",
    (name) => {
      const of = shapes[name];
      const [pixels, results] = [of.input, of.output].map((sides) => of.batch * sides[0] * sides[1]);
      const [x, w] = [moderate(pixels * of.channels, 1), moderate(placesOf(of) * depthOf(of) * of.outputs, 2)];
      const [bias, dy] = [moderate(of.outputs, 3), moderate(results * of.outputs, 4)];
      const [y, dx] = [new Float32Array(dy.length), new Float32Array(x.length)];
      kernels.images.conv2d(y, x, w, bias, of);
      same(y, expectedResults(x, w, bias, of), "y");
      kernels.images.conv2dInput(dx, dy, w, of);
      const back = turned(w, of);
      same(dx, expectedResults(dy, back.weights, undefined, back.of), "dx");
    },
  );

  it.each(Object.keys(shapes))("%s: gradients of weights are float32 sums of rounded factors", (name) => {
    const of = shapes[name];
    const [pixels, results] = [of.input, of.output].map((sides) => of.batch * sides[0] * sides[1]);
    const [x, dy] = [moderate(pixels * of.channels, 1), moderate(results * of.outputs, 4)];
    const length = placesOf(of) * depthOf(of) * of.outputs;
    const [dw, exact, size] = [new Float32Array(length), new Float64Array(length), new Float64Array(length)];
    kernels.images.conv2dWeights(dw, dy, x, of);
    const [a, b] = [dy, x].map((values) => Float64Array.from(values, toBfloat16));
    scalarKernels.images.conv2dWeights(exact, a, b, of);
    scalarKernels.images.conv2dWeights(size, a.map(Math.abs), b.map(Math.abs), of);
    for (let i = 0; i < length; i++) expect(Math.abs(dw[i] - exact[i])).toBeLessThanOrEqual(1e-5 * size[i]);
  });
});
