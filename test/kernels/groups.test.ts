import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/index.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { type DType, zeros } from "../../src/tensor/tensor.ts";
import { noise } from "../contracts/kernelsSupport.ts";

const { updates, norms } = scalarKernels;
const rows = 7;
const columns = 5;

describe.each(["float64", "float32"] as const)("normalizations in %s agree with their definition", (dtype) => {
  const tolerance = dtype === "float64" ? 1e-12 : 1e-5;
  const x = noise(dtype, rows * columns, 1);
  const [w, b] = [noise(dtype, columns, 2), noise(dtype, columns, 3)];
  const near = (got: number, expected: number) => expect(Math.abs(got - expected)).toBeLessThan(tolerance);
  const moments = (values: number[]): [number, number] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };

  test("batchNorm, over each column", () => {
    const [y, mean, variance] = [zeros(dtype, x.length), zeros(dtype, columns), zeros(dtype, columns)];
    norms.batchNorm(y, mean, variance, x, w, b, rows, columns, 1e-3);
    for (let j = 0; j < columns; j++) {
      const [m, v] = moments(Array.from({ length: rows }, (_, i) => x[i * columns + j]));
      near(mean[j], m);
      near(variance[j], v);
      for (let i = 0; i < rows; i++) {
        near(y[i * columns + j], (w[j] * (x[i * columns + j] - m)) / Math.sqrt(v + 1e-3) + b[j]);
      }
    }
  });

  test("layerNorm, over each row", () => {
    const [y, mean, inverse] = [zeros(dtype, x.length), zeros(dtype, rows), zeros(dtype, rows)];
    norms.layerNorm(y, mean, inverse, x, w, b, rows, columns, 1e-3);
    for (let i = 0; i < rows; i++) {
      const [m, v] = moments([...x.subarray(i * columns, (i + 1) * columns)]);
      near(mean[i], m);
      near(inverse[i], 1 / Math.sqrt(v + 1e-3));
      for (let j = 0; j < columns; j++) {
        near(y[i * columns + j], (w[j] * (x[i * columns + j] - m)) / Math.sqrt(v + 1e-3) + b[j]);
      }
    }
  });

  test("far from 0 the variance does not cancel", () => {
    const far = zeros(dtype, 4);
    far.set([1000, 1001, 1000, 1001]);
    const [y, mean, variance] = [zeros(dtype, 4), zeros(dtype, 1), zeros(dtype, 1)];
    norms.batchNorm(y, mean, variance, far, noise(dtype, 1, 2), noise(dtype, 1, 3), 4, 1, 1e-5);
    near(variance[0], 0.25);
  });
});

test("blend, scale, clamp and sumSquares", () => {
  const x = Float64Array.of(1, -2, 3, -4, 5);
  const out = new Float64Array(1);
  updates.sumSquares(out, x);
  expect(out[0]).toBe(55);
  updates.scale(x, 2);
  updates.clamp(x, 5);
  expect([...x]).toEqual([2, -4, 5, -5, 5]);
  updates.blend(x, Float64Array.of(0, 0, 0, 0, 0), 0.5);
  expect([...x]).toEqual([1, -2, 2.5, -2.5, 2.5]);
});

describe("what does not fit is refused with a ShapeError", () => {
  const array = (length: number, dtype: DType = "float64") => zeros(dtype, length);
  const step = { learningRate: 1, weightDecay: 0, epsilon: 1, alpha: 0.9, beta1: 0.9, beta2: 0.9 };
  const refused: Record<string, () => void> = {
    "a short velocity": () =>
      updates.momentum(array(2), array(2), array(1), { ...step, momentum: 0.9, nesterov: false }),
    "a short v": () => updates.rmsprop(array(2), array(2), array(1), step),
    "a short sum": () => updates.adagrad(array(2), array(2), array(1), step),
    "two types": () => updates.lion(array(2), array(2), array(2, "float32"), step),
    "nothing to scale": () => updates.scale(array(0), 1),
    "two places for one sum": () => updates.sumSquares(new Float64Array(2), array(2)),
    "a mean for each row": () => norms.batchNorm(array(6), array(2), array(3), array(6), array(3), array(3), 2, 3, 1),
    "a mean for each column": () =>
      norms.layerNorm(array(6), array(3), array(2), array(6), array(3), array(3), 2, 3, 1),
    "a dy of another size": () =>
      norms.batchNormBackward(array(6), array(3), array(3), array(4), array(6), array(3), array(3), array(3), 2, 3, 1),
    "half a row": () => norms.layerNorm(array(3), array(1), array(1), array(3), array(2), array(2), 1.5, 2, 1),
  };
  test.each(Object.keys(refused))("%s", (what) => {
    expect(refused[what]).toThrow(ShapeError);
  });
});
