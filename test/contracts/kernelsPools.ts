import { describe, expect, it } from "vitest";
import type { Window2d } from "../../src/kernels/imageKernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { ShapeError } from "../../src/tensor/errors.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { close, type Memory, noise, place } from "./kernelsSupport.ts";

const small = fc.integer({ min: 1, max: 3 });
const side = fc.record({
  output: fc.integer({ min: 1, max: 5 }),
  kernel: small,
  stride: small,
  dilation: fc.integer({ min: 1, max: 2 }),
  padding: fc.integer({ min: 0, max: 2 }),
  beyond: fc.integer({ min: -2, max: 2 }),
});
type Side = typeof side extends fc.Arbitrary<infer Value> ? Value : never;

/** An input that the windows fit on; up to two pixels beside them, or cut off below and to the right. */
const inputOf = ({ output, kernel, stride, dilation, padding, beyond }: Side) =>
  Math.max(1, (output - 1) * stride + (kernel - 1) * dilation + 1 - padding + beyond);

const windows = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 3, 8, 16, 24, 37, 64), side, side)
  .map(([batch, channels, rows, columns]): Window2d => {
    const both = (key: "output" | "kernel" | "stride" | "dilation" | "padding") => [rows[key], columns[key]] as const;
    return {
      batch,
      channels,
      input: [inputOf(rows), inputOf(columns)],
      output: both("output"),
      kernel: both("kernel"),
      stride: both("stride"),
      dilation: both("dilation"),
      padding: both("padding"),
    };
  });

interface Pixel {
  /** element of x */
  readonly at: number;
  readonly place: number;
}

/** The pixels of the window of each element of y that are inside the image, in their order, by the contract's formula. */
function pixelsOf({ batch, channels, input, output, kernel, stride, dilation, padding }: Window2d): Pixel[][] {
  const outputs = Array.from({ length: batch * output[0] * output[1] * channels }, (_, at) => at);
  return outputs.map((at) => {
    const c = at % channels;
    const j = Math.floor(at / channels) % output[1];
    const i = Math.floor(at / channels / output[1]) % output[0];
    const n = Math.floor(at / channels / output[1] / output[0]);
    const pixels: Pixel[] = [];
    for (let p = 0; p < kernel[0]; p++) {
      for (let q = 0; q < kernel[1]; q++) {
        const row = i * stride[0] - padding[0] + p * dilation[0];
        const column = j * stride[1] - padding[1] + q * dilation[1];
        if (row < 0 || row >= input[0] || column < 0 || column >= input[1]) continue;
        const pixel = (n * input[0] + row) * input[1] + column;
        pixels.push({ at: pixel * channels + c, place: p * kernel[1] + q });
      }
    }
    return pixels;
  });
}

const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");
const touching = windows.filter((of) => pixelsOf(of).every((pixels) => pixels.length > 0));

/** The pools of kernels.images against the formulas of the contract. */
export function poolsContract(kernels: Kernels, dtype: DType): void {
  const { images } = kernels;
  const settings = { numRuns: 40 };
  const sizeOfInput = ({ batch, input, channels }: Window2d) => batch * input[0] * input[1] * channels;
  /** What the kernels write over */
  const unset = (length: number, where: Memory) => place(kernels, zeros(dtype, length).fill(7), where);

  it("maxPool2d, forward and backward, also of equal numbers and NaN", () => {
    fc.assert(
      fc.property(touching, memory, fc.integer(), (of, where, seed) => {
        const pixels = pixelsOf(of);
        // Few different numbers, so that windows hold equal ones
        const values = noise(dtype, sizeOfInput(of), seed).map((value) => Math.round(3 * value));
        values.forEach((_, i) => {
          if ((i + seed) % 11 === 0) values[i] = Number.NaN;
        });
        const x = place(kernels, values, where);
        const [y, dx] = [unset(pixels.length, where), unset(x.length, where)];
        const [dy, places] = [place(kernels, noise(dtype, y.length, seed + 1), where), new Uint8Array(y.length)];
        images.maxPool2d(y, places, x, of);
        images.maxPool2dBackward(dx, dy, places, of);
        const expected = new Float64Array(x.length);
        pixels.forEach((window, i) => {
          const rank = ({ at }: Pixel) => (Number.isNaN(x[at]) ? Infinity : x[at]);
          const chosen = window.reduce((best, pixel) => (rank(pixel) > rank(best) ? pixel : best));
          expect([y[i], places[i]]).toEqual([x[chosen.at], chosen.place]);
          expected[chosen.at] += dy[i];
        });
        expected.forEach((value, at) => {
          close(dtype, dx[at], value, 4);
        });
      }),
      settings,
    );
  });

  it.each([true, false])("averagePool2d, forward and backward, countPadding %s", (countPadding) => {
    fc.assert(
      fc.property(countPadding ? windows : touching, memory, fc.integer(), (of, where, seed) => {
        const pixels = pixelsOf(of);
        const x = place(kernels, noise(dtype, sizeOfInput(of), seed), where);
        const [y, dx] = [unset(pixels.length, where), unset(x.length, where)];
        const dy = place(kernels, noise(dtype, y.length, seed + 1), where);
        images.averagePool2d(y, x, of, countPadding);
        images.averagePool2dBackward(dx, dy, of, countPadding);
        const expected = new Float64Array(x.length);
        pixels.forEach((window, i) => {
          const divisor = countPadding ? of.kernel[0] * of.kernel[1] : window.length;
          close(dtype, y[i], window.reduce((sum, { at }) => sum + x[at], 0) / divisor);
          for (const { at } of window) expected[at] += dy[i] / divisor;
        });
        expected.forEach((value, at) => {
          close(dtype, dx[at], value, 4);
        });
      }),
      settings,
    );
  });

  describe("pools refuse", () => {
    const of: Window2d = {
      ...{ batch: 2, channels: 3, input: [4, 4], output: [2, 2] },
      ...{ kernel: [2, 2], stride: [2, 2], dilation: [1, 1], padding: [0, 0] },
    };
    const array = (length: number): Numbers => zeros(dtype, length);
    const places = new Uint8Array(24);
    it.each<[string, () => void]>([
      ["x of another length", () => images.maxPool2d(array(24), places, array(95), of)],
      ["y of another length", () => images.averagePool2d(array(25), array(96), of, true)],
      ["places of another length", () => images.maxPool2dBackward(array(96), array(24), new Uint8Array(23), of)],
      [
        "windows in the padding alone",
        () => images.maxPool2d(array(24), places, array(96), { ...of, padding: [2, 0] }),
      ],
      [
        "windows of more than 256 places",
        () => images.maxPool2d(array(24), places, array(96), { ...of, kernel: [17, 16], padding: [8, 8] }),
      ],
      ["sizes below 1", () => images.averagePool2dBackward(array(96), array(24), { ...of, stride: [0, 1] }, false)],
    ])("%s", (_, run) => {
      expect(run).toThrow(ShapeError);
    });
  });

  it("places outside of their window take no gradient", () => {
    const of: Window2d = {
      ...{ batch: 1, channels: 20, input: [2, 2], output: [1, 1] },
      ...{ kernel: [2, 2], stride: [2, 2], dilation: [1, 1], padding: [0, 0] },
    };
    const places = Uint8Array.from({ length: 20 }, (_, c) => (c % 2 === 0 ? 3 : 4 + c));
    const [dx, dy] = [zeros(dtype, 80), zeros(dtype, 20).fill(1)];
    images.maxPool2dBackward(dx, dy, places, of);
    expect([...dx]).toEqual([...Array(60).fill(0), ...Array(10).fill([1, 0]).flat()]);
  });
}
