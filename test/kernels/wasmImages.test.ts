import { describe, expect, it } from "vitest";
import type { Convolution2d } from "../../src/kernels/imageKernels.ts";
import { scalarImages } from "../../src/kernels/scalarImages.ts";
import { wasmKernels } from "../../src/kernels/wasm.ts";
import type { DType, Numbers } from "../../src/tensor/tensor.ts";
import { noise, same, tolerance } from "../contracts/kernelsSupport.ts";
import fc from "../properties.ts";

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
type Options = Omit<Convolution2d, "output" | "channels" | "outputs"> & { inputsEach: number; outputsEach: number };

function convolutionOf({ inputsEach, outputsEach, ...rest }: Options): Convolution2d {
  const { input, kernel, stride, dilation, padding, groups } = rest;
  const side = (i: 0 | 1) =>
    Math.max(1, Math.floor((input[i] + 2 * padding[i] - (kernel[i] - 1) * dilation[i] - 1) / stride[i]) + 1);
  return { ...rest, output: [side(0), side(1)], channels: inputsEach * groups, outputs: outputsEach * groups };
}

const depthwise = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    input: pair(1, 12),
    kernel: pair(1, 4),
    stride: pair(1, 3),
    dilation: pair(1, 3),
    padding: pair(0, 3),
    groups: fc.constantFrom(2, 7, 16, 32, 53),
  })
  .map((options) => convolutionOf({ ...options, inputsEach: 1, outputsEach: 1 }));

/** Those that Winograd's tiles compute. */
const threeByThree = fc
  .record({
    batch: fc.integer({ min: 2, max: 5 }),
    input: pair(9, 16),
    padding: pair(0, 2),
    inputsEach: fc.constantFrom(16, 20, 24, 64),
    outputsEach: fc.constantFrom(16, 17, 24, 35, 64),
  })
  .map((options) => convolutionOf({ ...options, kernel: [3, 3], stride: [1, 1], dilation: [1, 1], groups: 1 }));

function arraysOf(dtype: DType, of: Convolution2d, seed: number) {
  const { batch, input, output, channels, outputs, kernel, groups } = of;
  return {
    x: noise(dtype, batch * input[0] * input[1] * channels, seed),
    dy: noise(dtype, batch * output[0] * output[1] * outputs, seed + 1),
    w: noise(dtype, (kernel[0] * kernel[1] * channels * outputs) / groups, seed + 2),
    b: noise(dtype, outputs, seed + 3),
  };
}

const absolute = (x: Numbers) => x.map(Math.abs) as Numbers;

function check(kernels: ReturnType<typeof wasmKernels>, dtype: DType, of: Convolution2d, seed: number): void {
  const { x, dy, w, b } = arraysOf(dtype, of, seed);
  const results: [string, Numbers, (images: typeof scalarImages, out: Numbers, f: (x: Numbers) => Numbers) => void][] =
    [
      ["y", dy, (images, out, f) => images.conv2d(out, f(x), f(w), f(b), of)],
      ["dx", x, (images, out, f) => images.conv2dInput(out, f(dy), f(w), of)],
      ["dw", w, (images, out, f) => images.conv2dWeights(out, f(dy), f(x), of)],
    ];
  for (const [name, like, run] of results) {
    const [got, expected, size] = [0, 1, 2].map((i) => noise(dtype, like.length, i));
    run(kernels.images, got, (a) => a);
    run(scalarImages, expected, (a) => a);
    run(scalarImages, size, absolute);
    for (let i = 0; i < got.length; i++) {
      if (!(Math.abs(got[i] - expected[i]) <= tolerance(dtype) * size[i])) {
        expect.fail(`${name}[${i}] = ${got[i]}, expected ${expected[i]}, terms ${size[i]}: ${JSON.stringify(of)}`);
      }
    }
  }
}

// Beside the contract suite: sizes at which other kernels take over.
describe.each([false, true])("depthwise convolution and tiles of 3×3, strict %s", (strict) => {
  it.each(["float32", "float64"] as const)("agrees with the plain loops, %s", (dtype) => {
    const kernels = wasmKernels({ threads: 2, strict });
    for (const [kind, numRuns] of [
      [depthwise, 60],
      [threeByThree, 30],
    ] as const) {
      fc.assert(
        fc.property(kind, fc.integer(), (of, seed) => check(kernels, dtype, of, seed)),
        { numRuns },
      );
    }
    kernels.close();
  });
});

it.each(["float32", "float64"] as const)("gives the same bits for every number of threads, %s", (dtype) => {
  const sides = { batch: 5, input: [15, 14], output: [15, 14], kernel: [3, 3], padding: [1, 1] } as const;
  const step = { stride: [1, 1], dilation: [1, 1] } as const;
  for (const of of [
    { ...sides, ...step, channels: 20, outputs: 35, groups: 1 },
    { ...sides, ...step, channels: 64, outputs: 48, groups: 1 },
    { ...sides, ...step, channels: 40, outputs: 40, groups: 40 },
    { ...sides, ...step, output: [8, 7], stride: [2, 2], channels: 24, outputs: 36, groups: 2 },
  ] as Convolution2d[]) {
    const { x, dy, w, b } = arraysOf(dtype, of, 1);
    const [first, ...others] = [1, 2, 3].map((threads) => {
      const kernels = wasmKernels({ threads });
      const [y, dx, dw] = [dy.slice(), x.slice(), w.slice()];
      kernels.images.conv2d(y, x, w, b, of);
      kernels.images.conv2dInput(dx, dy, w, of);
      kernels.images.conv2dWeights(dw, dy, x, of);
      kernels.close();
      return { y, dx, dw };
    });
    for (const other of others) {
      same(other.y, first.y, "y");
      same(other.dx, first.dx, "dx");
      same(other.dw, first.dw, "dw");
    }
  }
});
