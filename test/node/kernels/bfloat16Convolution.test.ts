import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Convolution2d, ImageKernels } from "../../../src/kernels/imageKernels.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { nativeKernels } from "../../../src/node/kernels/nativeKernels.ts";
import { scalarKernels } from "../../../src/node.ts";
import type { Numbers } from "../../../src/tensor/tensor.ts";
import { noise, same, toBfloat16 } from "../../contracts/kernelsSupport.ts";
import { setsOfBfloat16, withIsa } from "./instructionSets.ts";

type Sides = readonly [number, number];

function convolution(batch: number, side: Sides, channels: number, outputs: number, padding = 1): Convolution2d {
  const output = [side[0] + 2 * padding - 2, side[1] + 2 * padding - 2] as const;
  const window = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [padding, padding], groups: 1 } as const;
  return { batch, input: side, output, channels, outputs, ...window };
}

/** Sums of three numbers in −1 … 1: some are much larger than most. */
function bell(length: number, seed: number): Float32Array {
  const [a, b, c] = [1, 2, 3].map((each) => noise("float32", length, 10 * seed + each));
  return Float32Array.from(a, (x, i) => x + b[i] + c[i]);
}

interface Operands<N extends Numbers> {
  readonly x: N;
  readonly w: N;
  readonly dy: N;
}

function operands(of: Convolution2d): Operands<Float32Array> {
  const pixels = of.batch * of.input[0] * of.input[1];
  const results = of.batch * of.output[0] * of.output[1];
  const w = bell(9 * of.channels * of.outputs, 2);
  // Zeros as after a ReLU, and gradients whose size differs from image to image
  const x = bell(pixels * of.channels, 1).map((value) => Math.max(0, value));
  const perImage = (results / of.batch) * of.outputs;
  const dy = bell(results * of.outputs, 3).map((value, i) => value * 2 ** -(Math.floor(i / perImage) % 5));
  return { x, w, dy };
}

/** Forward, input gradient and weight gradient. */
function passes<N extends Numbers>(images: ImageKernels, { x, w, dy }: Operands<N>, of: Convolution2d): N[] {
  const like = (array: N) => array.slice().fill(Number.NaN) as N;
  const [y, dx, dw] = [like(dy), like(x), like(w)];
  images.conv2d(y, x, w, undefined, of);
  images.conv2dInput(dx, dy, w, of);
  images.conv2dWeights(dw, dy, x, of);
  return [y, dx, dw];
}

const inFloat64 = ({ x, w, dy }: Operands<Float32Array>, round = (value: number) => value) => {
  const [a, b, c] = [x, w, dy].map((array) => Float64Array.from(array, round));
  return { x: a, w: b, dy: c };
};

function squares(values: Numbers): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

const relativeError = (got: Numbers, expected: Float64Array) =>
  Math.sqrt(squares(expected.map((value, i) => value - got[i])) / squares(expected));

if (setsOfBfloat16.length === 0) it.skip("3×3 convolution in bfloat16: this machine has none", () => {});

describe.each(setsOfBfloat16)("3×3 convolution in bfloat16, %s", (isa) => {
  let kernels: Kernels;
  beforeAll(() => {
    kernels = withIsa(isa, () => nativeKernels({ threads: 2, precision: "bfloat16" }));
  });
  afterAll(() => kernels.close());

  const shapes: Readonly<Record<string, Convolution2d>> = {
    "24 → 64": convolution(3, [15, 13], 24, 64),
    "64 → 40": convolution(6, [8, 8], 64, 40),
    "128 → 72, without padding": convolution(8, [9, 9], 128, 72, 0),
    "256 → 64": convolution(6, [7, 7], 256, 64),
    "384 → 40": convolution(14, [3, 3], 384, 40),
    "512 → 72": convolution(14, [3, 3], 512, 72),
  };
  it.each(Object.keys(shapes))("%s: errors are at most twice those of products of rounded operands", (name) => {
    const of = shapes[name];
    const given = operands(of);
    const got = passes(kernels.images, given, of);
    const exact = passes(scalarKernels.images, inFloat64(given), of);
    const rounded = passes(scalarKernels.images, inFloat64(given, toBfloat16), of);
    for (const [i, expected] of exact.entries()) {
      const error = relativeError(got[i], expected);
      expect(error).toBeLessThan(2 * relativeError(rounded[i], expected));
      expect(error).toBeGreaterThan(1e-5); // float32 would be below: this method was used
    }
  });

  it("is as accurate for numbers whose squares float32 cannot hold", () => {
    const of = convolution(4, [9, 9], 24, 32);
    const given = operands(of);
    const usual = inFloat64(given);
    for (const exponent of [-70, 66]) {
      const scaled = (array: Float32Array) => array.map((value) => value * 2 ** exponent);
      for (const [what, factors] of Object.entries({ x: [1, 0, 1], w: [1, 1, 0], dy: [0, 1, 1] })) {
        const key = what as keyof typeof given;
        const got = passes(kernels.images, { ...given, [key]: scaled(given[key]) }, of);
        const exact = passes(scalarKernels.images, usual, of);
        for (const [i, expected] of exact.entries()) {
          const back = Float64Array.from(got[i], (value) => value * 2 ** (factors[i] ? -exponent : 0));
          expect(relativeError(back, expected)).toBeLessThan(0.006);
        }
      }
    }
  });

  it("no sum wraps around, however well images and weights agree", () => {
    // The signs in the rows of Bᵀ: images of their products have the largest numbers in the transformed domain that bounded pixels allow
    const signs = ["+0-0+0", "0--++0", "0+--+0", "0--++0", "0+--+0", "0+0-0+"].map((row) =>
      Array.from(row, (sign) => (sign === "0" ? 0 : sign === "+" ? 1 : -1)),
    );
    const patterns = signs.flatMap((row) => signs.map((column) => row.flatMap((a) => column.map((b) => a * b))));
    const pixels = patterns.flat();
    for (const channels of [16, 256, 512]) {
      const of = convolution(patterns.length, [6, 6], channels, 16, 0);
      const x = Float32Array.from({ length: 36 * 36 * channels }, (_, i) => pixels[Math.floor(i / channels)]);
      const w = new Float32Array(9 * channels * 16).fill(1);
      const dy = new Float32Array(36 * 16 * 16).fill(1);
      const got = passes(kernels.images, { x, w, dy }, of);
      const exact = passes(scalarKernels.images, inFloat64({ x, w, dy }), of);
      const most = [9 * channels, 9 * 16, 36 * 16]; // the most terms of ±1 that a sum has
      for (const [pass, expected] of exact.entries()) {
        const differences = expected.map((value, i) => Math.abs(value - got[pass][i]));
        // All channels round in the same direction here, so that their errors add up; a sum that wraps around is wrong by more than `most`
        expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThan(2 ** -6 * most[pass]);
      }
    }
  });

  it("zeros stay zeros, and NaN and infinity reach what they are part of", () => {
    const of = convolution(8, [8, 8], 16, 16);
    const given = operands(of);
    for (const array of passes(kernels.images, { ...given, x: given.x.map(() => 0), dy: given.dy.map(() => 0) }, of)) {
      same(
        array,
        array.map(() => 0),
      );
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = given.x.slice();
      x[(8 * 8 * 3 + 8 * 2 + 5) * 16 + 7] = value; // image 3, row 2, column 5, channel 7
      const [y, dx, dw] = passes(kernels.images, { ...given, x }, of);
      const ofImage = (image: number) => y.subarray(8 * 8 * 16 * image, 8 * 8 * 16 * (image + 1));
      expect(Number.isFinite(ofImage(3)[(8 * 2 + 5) * 16])).toBe(false);
      for (const image of [2, 4]) expect(ofImage(image).every(Number.isFinite)).toBe(true);
      expect(dx.every(Number.isFinite)).toBe(true);
      const channel = (number: number) => dw.filter((_, i) => Math.floor(i / 16) % 16 === number);
      expect(channel(7).some(Number.isFinite)).toBe(false);
      expect(channel(6).every(Number.isFinite)).toBe(true);
    }
  });
});
