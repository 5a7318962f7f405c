import { describe, expect, it } from "vitest";
import { activations } from "../../src/kernels/activations.ts";
import type { Convolution2d, Sides } from "../../src/kernels/imageKernels.ts";
import type { ActivationName, Kernels } from "../../src/kernels/kernels.ts";
import { ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { factors, type Memory, noise, place, same, tolerance } from "./kernelsSupport.ts";

const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");

/** A convolution whose output is as large as its padding on both sides makes it. */
function convolution(
  options: Partial<Convolution2d> & { readonly after?: Sides } & Pick<Convolution2d, "input" | "channels" | "outputs">,
): Convolution2d {
  const { after, ...given } = options;
  const of = {
    ...{
      batch: 1,
      kernel: [3, 3] as Sides,
      stride: [1, 1] as Sides,
      dilation: [1, 1] as Sides,
      padding: [1, 1] as Sides,
    },
    ...{ groups: 1, ...given },
  };
  const side = (axis: 0 | 1) => {
    const reach =
      of.input[axis] + of.padding[axis] + (after ?? of.padding)[axis] - (of.kernel[axis] - 1) * of.dilation[axis];
    return Math.max(1, Math.ceil(reach / of.stride[axis]));
  };
  return { ...of, output: of.output ?? [side(0), side(1)] };
}

const sides = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const anyConvolution = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    input: sides(1, 11),
    kernel: fc.oneof(sides(1, 4), fc.constant<Sides>([3, 3]), fc.constant<Sides>([1, 1])),
    stride: fc.oneof(fc.constant<Sides>([1, 1]), sides(1, 4)),
    dilation: fc.oneof(fc.constant<Sides>([1, 1]), sides(1, 3)),
    padding: sides(0, 5),
    after: sides(0, 5),
    groups: fc.constantFrom(1, 1, 1, 2, 3, 5),
    inputsEach: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 16, 19, 40)),
    outputsEach: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 16, 24, 37)),
  })
  .map(({ inputsEach, outputsEach, groups, ...rest }) =>
    convolution({ ...rest, groups, channels: inputsEach * groups, outputs: outputsEach * groups }),
  );

/** The positions of the three factors of one term. */
type Term = (y: number, x: number, w: number) => void;

/** Visits all terms of the sums, straight from the formula. */
function forEachTerm(of: Convolution2d, visit: Term): void {
  const { batch, input, output, kernel, stride, dilation, padding, channels, outputs, groups } = of;
  const [inputsEach, outputsEach] = [channels / groups, outputs / groups];
  for (let at = 0; at < batch * output[0] * output[1] * outputs; at++) {
    const [o, pixel] = [at % outputs, Math.floor(at / outputs)];
    const [j, i, n] = [
      pixel % output[1],
      Math.floor(pixel / output[1]) % output[0],
      Math.floor(pixel / output[0] / output[1]),
    ];
    const first = Math.floor(o / outputsEach) * inputsEach;
    for (let p = 0; p < kernel[0]; p++) {
      for (let q = 0; q < kernel[1]; q++) {
        const row = i * stride[0] + p * dilation[0] - padding[0];
        const column = j * stride[1] + q * dilation[1] - padding[1];
        if (row < 0 || row >= input[0] || column < 0 || column >= input[1]) continue;
        for (let c = 0; c < inputsEach; c++) {
          const x = ((n * input[0] + row) * input[1] + column) * channels + first + c;
          visit(at, x, ((p * kernel[1] + q) * inputsEach + c) * outputs + o);
        }
      }
    }
  }
}

function lengths(of: Convolution2d): { x: number; y: number; w: number } {
  const { batch, input, output, kernel, channels, outputs, groups } = of;
  return {
    x: batch * input[0] * input[1] * channels,
    y: batch * output[0] * output[1] * outputs,
    w: (kernel[0] * kernel[1] * channels * outputs) / groups,
  };
}

/**
 * Whether kernels of bfloat16 may round other numbers than the factors, those that Winograd's method makes of them. The largest sum may
 * then have the error that rounding both factors of each term to bfloat16 would allow it, and so may the others.
 */
function mayBeTransformed({ kernel, stride, dilation, groups }: Convolution2d): boolean {
  return groups === 1 && [...stride, ...dilation].every((step) => step === 1) && kernel.every((side) => side === 3);
}

/** The three results of random images, weights and gradients, from these kernels; what was in the results before is noise. */
function convolve(kernels: Kernels, dtype: DType, of: Convolution2d, where: Memory, seed: number) {
  const size = lengths(of);
  const array = (length: number, offset: number) =>
    place(kernels, factors(kernels, dtype, length, seed + offset), where);
  const [x, w, b, gradient] = [array(size.x, 1), array(size.w, 2), array(of.outputs, 3), array(size.y, 4)];
  const [y, plain, dx, dw] = [array(size.y, 5), array(size.y, 6), array(size.x, 7), array(size.w, 8)];
  kernels.images.conv2d(y, x, w, b, of);
  kernels.images.conv2d(plain, x, w, undefined, of);
  kernels.images.conv2dInput(dx, gradient, w, of);
  kernels.images.conv2dWeights(dw, gradient, x, of);
  return { inputs: { x, w, b, gradient }, results: { y, plain, dx, dw } };
}

function checkConvolution2d(kernels: Kernels, dtype: DType, of: Convolution2d, where: Memory, seed: number): void {
  const { inputs, results } = convolve(kernels, dtype, of, where, seed);
  const { x, w, b, gradient } = inputs;
  const size = lengths(of);
  const sums = { y: new Float64Array(size.y), dx: new Float64Array(size.x), dw: new Float64Array(size.w) };
  const sizes = { y: new Float64Array(size.y), dx: new Float64Array(size.x), dw: new Float64Array(size.w) };
  // Millions of terms: typed arrays in variables of their own are several times as fast as in an object
  const [sumY, sumX, sumW, sizeY, sizeX, sizeW] = [sums.y, sums.dx, sums.dw, sizes.y, sizes.dx, sizes.dw];
  forEachTerm(of, (atY, atX, atW) => {
    const [ofY, ofX, ofW] = [x[atX] * w[atW], gradient[atY] * w[atW], gradient[atY] * x[atX]];
    sumY[atY] += ofY;
    sumX[atX] += ofX;
    sumW[atW] += ofW;
    sizeY[atY] += Math.abs(ofY);
    sizeX[atX] += Math.abs(ofX);
    sizeW[atW] += Math.abs(ofW);
  });
  const rounded = dtype === "float32" && kernels.precision === "bfloat16" && mayBeTransformed(of);
  const compare = (name: string, got: Numbers, expected: (at: number) => number, terms: (at: number) => number) => {
    const most = rounded ? Array.from(got, (_, at) => terms(at)).reduce((a, b) => Math.max(a, b)) : 0;
    for (let at = 0; at < got.length; at++) {
      const allowed = rounded ? 2 ** -8 * most : tolerance(dtype) * terms(at);
      if (Math.abs(got[at] - expected(at)) <= allowed) continue;
      expect.fail(`${name}[${at}] = ${got[at]}, expected ${expected(at)}, ${where}: ${JSON.stringify(of)}`);
    }
  };
  compare(
    "plain",
    results.plain,
    (at) => sums.y[at],
    (at) => sizes.y[at],
  );
  const bias = (at: number) => b[at % of.outputs];
  compare(
    "y",
    results.y,
    (at) => sums.y[at] + bias(at),
    (at) => sizes.y[at] + Math.abs(bias(at)),
  );
  compare(
    "dx",
    results.dx,
    (at) => sums.dx[at],
    (at) => sizes.dx[at],
  );
  compare(
    "dw",
    results.dw,
    (at) => sums.dw[at],
    (at) => sizes.dw[at],
  );
}

const activationNames = Object.keys(activations) as ActivationName[];

/** The activation after a convolution, together with it, has the bits of both, one after the other. */
function checkActivated(kernels: Kernels, dtype: DType, of: Convolution2d, where: Memory, seed: number): void {
  const { inputs, results } = convolve(kernels, dtype, of, where, seed);
  const { x, w, b } = inputs;
  const parameter = 0.3;
  for (const [bias, y] of [
    [b, results.y],
    [undefined, results.plain],
  ] as const) {
    const name = activationNames[Math.abs(seed) % activationNames.length];
    const together = place(kernels, noise(dtype, y.length, seed), where);
    kernels.images.conv2dActivate?.(name, together, x, w, bias, of, parameter);
    const apart = place(kernels, y, "resident");
    kernels.activate(name, apart, undefined, apart, parameter);
    same(together, apart);
  }
}

/** Convolutions of the sizes that networks have, each with ways of its own in fast kernels. */
const ordinary: Readonly<Record<string, Convolution2d>> = {
  "3×3": convolution({ batch: 2, input: [8, 8], channels: 64, outputs: 64 }),
  "3×3 of many images": convolution({ batch: 7, input: [10, 7], channels: 24, outputs: 40 }),
  "3×3 with wide padding": convolution({ batch: 8, input: [5, 9], channels: 72, outputs: 16, padding: [2, 2] }),
  "3×3 without padding": convolution({ batch: 9, input: [9, 8], channels: 16, outputs: 72, padding: [0, 0] }),
  "3×3 of odd sides": convolution({ batch: 3, input: [7, 5], channels: 68, outputs: 76 }),
  "3×3 of deep channels": convolution({ batch: 1, input: [3, 3], channels: 260, outputs: 40 }),
  ...Object.fromEntries(
    [264, 392, 512, 520].map((channels) => [
      `3×3 of ${channels} channels`,
      convolution({ batch: 14, input: [3, 3], channels, outputs: 40 }),
    ]),
  ),
  "3×3 with stride 2": convolution({ batch: 2, input: [9, 8], channels: 16, outputs: 32, stride: [2, 2] }),
  "3×3 with stride 2, in lines": convolution({ batch: 4, input: [9, 33], channels: 40, outputs: 24, stride: [2, 2] }),
  "5×5 of few channels": convolution({
    ...{ batch: 2, input: [14, 13], channels: 6, outputs: 24, kernel: [5, 5], padding: [2, 1] },
  }),
  "7×4 in steps, without padding": convolution({
    ...{ batch: 2, input: [21, 27], channels: 3, outputs: 16, kernel: [7, 4], stride: [3, 2], padding: [0, 0] },
  }),
  "2×2 of colours": convolution({
    batch: 3,
    input: [12, 12],
    channels: 3,
    outputs: 24,
    kernel: [2, 2],
    padding: [0, 0],
  }),
  "3×3 of colours, padded": convolution({ batch: 3, input: [12, 14], channels: 3, outputs: 40 }),
  "4×2 of colours with a stride": convolution({
    ...{
      batch: 3,
      input: [13, 14],
      channels: 3,
      outputs: 16,
      kernel: [4, 2],
      stride: [2, 1],
      padding: [1, 2],
      dilation: [2, 1],
    },
  }),
  "1×1": convolution({ batch: 3, input: [6, 6], channels: 40, outputs: 70, kernel: [1, 1], padding: [0, 0] }),
  "1×1 of many pixels": convolution({
    ...{ batch: 9, input: [16, 15], channels: 20, outputs: 24, kernel: [1, 1], padding: [0, 0] },
  }),
  "depthwise 3×3 of narrow images": convolution({ batch: 2, input: [5, 2], channels: 40, outputs: 40, groups: 40 }),
  "depthwise 3×3 with wide padding": convolution({
    ...{ batch: 2, input: [5, 6], channels: 72, outputs: 72, groups: 72, padding: [3, 2] },
  }),
  "depthwise 3×3": convolution({ batch: 2, input: [9, 9], channels: 40, outputs: 40, groups: 40 }),
  "depthwise 3×3 with stride 2": convolution({
    ...{ batch: 2, input: [9, 9], channels: 21, outputs: 21, groups: 21, stride: [2, 2] },
  }),
  "depthwise of one row": convolution({
    ...{
      batch: 3,
      input: [2, 40],
      channels: 20,
      outputs: 20,
      groups: 20,
      kernel: [1, 5],
      dilation: [1, 3],
      padding: [1, 4],
    },
  }),
  "windows outside of the image": convolution({
    input: [2, 2],
    channels: 5,
    outputs: 7,
    padding: [6, 6],
    stride: [3, 3],
  }),
};

/** kernels.images against the formulas of the contract. */
export function convolutionsContract(kernels: Kernels, dtype: DType): void {
  it("convolution agrees with its sums, forward and backward, whatever the windows", () => {
    fc.assert(
      fc.property(anyConvolution, memory, fc.integer(), (of, where, seed) => {
        checkConvolution2d(kernels, dtype, of, where, seed);
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.keys(ordinary))("convolution: %s", (name) => {
    checkConvolution2d(kernels, dtype, ordinary[name], "resident", 1);
  });

  it.skipIf(!kernels.images.conv2dActivate)(
    "convolution with the activation after it has the bits of both, one after the other",
    () => {
      fc.assert(
        fc.property(anyConvolution, memory, fc.integer(), (of, where, seed) => {
          checkActivated(kernels, dtype, of, where, seed);
        }),
        { numRuns: 30 },
      );
      Object.values(ordinary).forEach((of, i) => {
        checkActivated(kernels, dtype, of, "resident", i);
      });
    },
  );

  it("many images, whose pixels the weight gradient sums", () => {
    const of = convolution({ batch: 150, input: [6, 6], channels: 3, outputs: 5 });
    checkConvolution2d(kernels, dtype, of, "resident", 1);
  });
}

/** A result of an image does not depend on the images beside it: processes that share a batch have parts of different sizes. */
export function imagesAloneContract(kernels: Kernels, dtype: DType): void {
  const shapes = [
    ...[3, 7, 15].map((side) => convolution({ batch: 26, input: [side, side], channels: 16, outputs: 24 })),
    convolution({ batch: 26, input: [9, 9], channels: 16, outputs: 24, stride: [2, 2] }),
    convolution({ batch: 26, input: [8, 8], channels: 3, outputs: 24, kernel: [2, 2], padding: [0, 0] }),
    convolution({ batch: 26, input: [5, 5], channels: 24, outputs: 40, kernel: [1, 1], padding: [0, 0] }),
    convolution({ batch: 26, input: [5, 5], channels: 24, outputs: 24, groups: 24 }),
  ];
  it.each(shapes)("convolution of $input pixels, $kernel, has the same bits for an image alone", (of) => {
    const { inputs, results } = convolve(kernels, dtype, of, "resident", 1);
    const [ofX, ofY] = [inputs.x.length / of.batch, inputs.gradient.length / of.batch];
    for (const image of [0, of.batch - 1]) {
      const part = (all: Numbers, each: number) => all.slice(image * each, (image + 1) * each);
      const [y, dx] = [zeros(dtype, ofY), zeros(dtype, ofX)];
      kernels.images.conv2d(y, part(inputs.x, ofX), inputs.w, inputs.b, { ...of, batch: 1 });
      kernels.images.conv2dInput(dx, part(inputs.gradient, ofY), inputs.w, { ...of, batch: 1 });
      expect(y).toEqual(part(results.y, ofY));
      expect(dx).toEqual(part(results.dx, ofX));
    }
  });
}

/** One result of each kernel of images, at sizes that are worth sharing out. */
export function convolutions(kernels: Kernels, dtype: DType): Record<string, Numbers> {
  const shapes = {
    "3×3": convolution({ batch: 5, input: [9, 9], channels: 33, outputs: 40 }),
    "weights in chunks": convolution({ batch: 40, input: [12, 12], channels: 4, outputs: 16 }),
    "3×3 of many images": convolution({ batch: 25, input: [9, 12], channels: 24, outputs: 40 }),
    "stride 2": convolution({ batch: 5, input: [11, 11], channels: 20, outputs: 24, stride: [2, 2], groups: 2 }),
    "stride 2, in lines": convolution({ batch: 12, input: [19, 19], channels: 20, outputs: 24, stride: [2, 2] }),
    "1×1": convolution({ batch: 12, input: [19, 19], channels: 20, outputs: 24, kernel: [1, 1], padding: [0, 0] }),
    depthwise: convolution({ batch: 8, input: [11, 11], channels: 40, outputs: 40, groups: 40 }),
  };
  const all = Object.entries(shapes).map(([name, of]) => {
    const { results } = convolve(kernels, dtype, of, "resident", 1);
    return Object.entries(results).map(([array, values]) => [`convolution ${name}: ${array}`, values] as const);
  });
  return Object.fromEntries(all.flat());
}

/** What does not fit is refused, before anything is written. */
export function convolutionLimitsContract({ images }: Kernels, dtype: DType): void {
  const of = convolution({ batch: 2, input: [4, 4], channels: 4, outputs: 6 });
  const size = lengths(of);
  const array = (length: number) => zeros(dtype, length);
  const other = (length: number) => zeros(dtype === "float32" ? "float64" : "float32", length);
  const forward = (changes: Partial<Convolution2d>) => () =>
    images.conv2d(array(size.y), array(size.x), array(size.w), undefined, { ...of, ...changes });
  const refused: Record<string, () => void> = {
    "a short y": () => images.conv2d(array(size.y - 1), array(size.x), array(size.w), undefined, of),
    "a short bias": () => images.conv2d(array(size.y), array(size.x), array(size.w), array(5), of),
    ...(images.conv2dActivate && {
      "a short x before an activation": () =>
        images.conv2dActivate?.("relu", array(size.y), array(size.x - 1), array(size.w), undefined, of, 0),
    }),
    "weights of another type": () => images.conv2dInput(array(size.x), array(size.y), other(size.w), of),
    "a long dw": () => images.conv2dWeights(array(size.w + 1), array(size.y), array(size.x), of),
    "groups that do not divide the channels": forward({ groups: 3 }),
    "a stride of 0": forward({ stride: [0, 1] }),
    "half a place": forward({ kernel: [3, 2.5] }),
    "negative padding": forward({ padding: [-1, 1] }),
    "an output of another size": forward({ output: [4, 5] }),
  };
  describe("images", () => {
    it.each(Object.keys(refused))("refuse %s with a ShapeError", (what) => {
      expect(refused[what]).toThrow(ShapeError);
    });
  });

  it("convolution writes all results and nothing else", () => {
    const around = (length: number) => zeros(dtype, length + 64).fill(7);
    const [y, dx, dw] = [around(size.y), around(size.x), around(size.w)];
    const [x, w, dy] = [noise(dtype, size.x, 1), noise(dtype, size.w, 2), noise(dtype, size.y, 3)];
    images.conv2d(y.subarray(32, 32 + size.y), x, w, undefined, of);
    images.conv2dInput(dx.subarray(32, 32 + size.x), dy, w, of);
    images.conv2dWeights(dw.subarray(32, 32 + size.w), dy, x, of);
    for (const result of [y, dx, dw]) {
      const margins = [...result.subarray(0, 32), ...result.subarray(-32)];
      expect(new Set(margins)).toEqual(new Set([7]));
      expect(result.subarray(32, -32).includes(7)).toBe(false);
    }
    same(x, noise(dtype, size.x, 1));
  });
}
