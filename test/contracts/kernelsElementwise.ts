import { describe, expect, it } from "vitest";
import { type Activation, type ActivationName, activations } from "../../src/kernels/activations.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type DType, type Numbers, zeros } from "../../src/tensor/tensor.ts";
import fc from "../properties.ts";
import { close, type Memory, noise, place, same } from "./kernelsSupport.ts";

const length = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 2, 3, 8192, 20_001));
const memory = fc.constantFrom<Memory>("resident", "foreign", "offset");
const settings = { numRuns: 30 };

/** Limits of value and derivative, from mathematics: the signs of zeros count. The parameter is 0.25: leakyRelu's slope, elu's α. */
const limits: Record<
  ActivationName,
  { value: readonly [atMinus: number, atPlus: number]; derivative: readonly number[] }
> = {
  gelu: { value: [-0, Infinity], derivative: [0, 1] },
  geluExact: { value: [-0, Infinity], derivative: [0, 1] },
  relu: { value: [0, Infinity], derivative: [0, 1] },
  leakyRelu: { value: [-Infinity, Infinity], derivative: [0.25, 1] },
  tanh: { value: [-1, 1], derivative: [0, 0] },
  sigmoid: { value: [0, 1], derivative: [0, 0] },
  silu: { value: [-0, Infinity], derivative: [0, 1] },
  softplus: { value: [0, Infinity], derivative: [0, 1] },
  elu: { value: [-0.25, Infinity], derivative: [0, 1] },
  selu: { value: [-1.7580993408473766, Infinity], derivative: [0, 1.0507009873554805] },
  hardSwish: { value: [-0, Infinity], derivative: [0, 1] },
};

/** Kernels that go through arrays side by side. */
export function elementwiseContract(kernels: Kernels, dtype: DType): void {
  const random = (size: number, seed: number, where: Memory) => place(kernels, noise(dtype, size, seed), where);

  describe.each(Object.keys(activations) as ActivationName[])("activate %s", (name) => {
    const activation: Activation = activations[name];
    const check = (x: Numbers, where: Memory) => {
      const input = place(kernels, x, where);
      const [y, derivative, alone] = [0, 1, 2].map(() => place(kernels, zeros(dtype, x.length), where));
      kernels.activate(name, y, derivative, input, 0.25);
      kernels.activate(name, alone, undefined, input, 0.25);
      for (let i = 0; i < x.length; i++) {
        const near = (what: string, got: number, expected: number) => {
          // In float32 the numbers must be good to 3e-7, and where they are not tiny to 3e-6 of themselves.
          const allowed =
            dtype === "float64" ? 1e-14 * Math.max(1, Math.abs(expected)) : 3e-7 * Math.max(1, Math.abs(expected));
          const relative = dtype === "float32" && x[i] > -4 ? 3e-6 * Math.abs(expected) + 1e-45 : Infinity;
          if (Object.is(got, expected) || got === expected) return;
          const off = Math.abs(got - expected);
          if (!(off <= allowed && (what === "derivative" || off <= relative))) {
            expect.fail(`${what} of ${name}(${x[i]}) in ${dtype}: got ${got}, expected ${expected}`);
          }
        };
        near("value", y[i], activation.value(x[i], 0.25));
        near("derivative", derivative[i], activation.derivative(x[i], 0.25));
      }
      same(alone, y);
    };

    it("agrees with the table", () => {
      fc.assert(
        fc.property(length, memory, fc.integer(), fc.constantFrom(0.01, 1, 6, 40), (size, where, seed, scale) => {
          const x = noise(dtype, size, seed);
          for (let i = 0; i < size; i++) x[i] *= scale;
          check(x, where);
        }),
        settings,
      );
      const x = zeros(dtype, 24_001);
      for (let i = 0; i < x.length; i++) x[i] = (i - 12_000) / 1000;
      check(x, "resident");
    });

    it("is right at the ends of the range", () => {
      const x = zeros(dtype, 12);
      x.set([0, -0, 1e-30, -1e-30, 1e4, -1e4, 1e30, 88.8, -88.8, 710, -745, -1e30]);
      check(x, "foreign");
      x.fill(Number.NaN);
      const [y, derivative] = [zeros(dtype, x.length), zeros(dtype, x.length)];
      kernels.activate(name, y, derivative, x);
      expect([...y, ...derivative].every(Number.isNaN)).toBe(true);
    });

    it("has its limits at ±∞, to the bit, whatever is beside them", () => {
      // 19 numbers: whole vectors of every width and a rest, with both infinities in each
      const x = zeros(dtype, 19).map((_, i) => [-Infinity, Infinity, 1, Number.NaN][i % 4]);
      const [y, derivative] = [zeros(dtype, x.length), zeros(dtype, x.length)];
      kernels.activate(name, y, derivative, x, 0.25);
      const rounded = (limit = Number.NaN) => (dtype === "float32" ? Math.fround(limit) : limit);
      for (let i = 0; i < x.length; i++) {
        if (i % 4 === 2) continue;
        expect(y[i], `${name}(${x[i]})`).toBe(rounded(limits[name].value[i % 4]));
        expect(derivative[i], `derivative of ${name} at ${x[i]}`).toBe(rounded(limits[name].derivative[i % 4]));
      }
    });
  });

  it("multiply, also in place", () => {
    fc.assert(
      fc.property(length, memory, fc.integer(), (size, where, seed) => {
        const [a, b, out] = [1, 2, 3].map((i) => random(size, seed + i, where));
        const expected = a.map((value, i) => value * b[i]);
        kernels.multiply(out, a, b);
        kernels.multiply(a, a, b);
        same(out, expected);
        same(a, expected);
      }),
      settings,
    );
  });

  it("addScaled, addSign and sgd", () => {
    fc.assert(
      fc.property(length, memory, fc.integer(), (size, where, seed) => {
        const x = random(size, seed, where);
        x[0] = 0;
        x[size - 1] = -0;
        const before = noise(dtype, size, seed + 1);
        const after = (run: (y: Numbers) => void, expected: (y: number, x: number) => number) => {
          const y = place(kernels, before, where === "foreign" ? "resident" : where);
          run(y);
          for (let i = 0; i < size; i++) close(dtype, y[i], expected(before[i], x[i]));
        };
        after(
          (y) => kernels.addScaled(y, x, 0.3),
          (y, x) => y + 0.3 * x,
        );
        after(
          (y) => kernels.addSign(y, x, -0.7),
          (y, x) => y - 0.7 * Math.sign(x),
        );
        after(
          (y) => kernels.sgd(y, x, 0.1, 0),
          (y, x) => y - 0.1 * x,
        );
        after(
          (y) => kernels.sgd(y, x, 0.1, 0.02),
          (y, x) => y - 0.1 * x - 0.02 * y,
        );
      }),
      settings,
    );
  });

  it("adam, over several steps", () => {
    fc.assert(
      fc.property(length, memory, fc.integer(), (size, where, seed) => {
        const gradient = random(size, seed, where);
        const values = random(size, seed + 1, where);
        const [m, v] = [0, 1].map(() => place(kernels, zeros(dtype, size), where));
        const twin = { values: Float64Array.from(values), m: new Float64Array(size), v: new Float64Array(size) };
        const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.001 };
        for (let step = 1; step <= 3; step++) {
          kernels.adam(values, gradient, m, v, { ...options, step });
          for (let i = 0; i < size; i++) {
            twin.m[i] = 0.9 * twin.m[i] + 0.1 * gradient[i];
            twin.v[i] = 0.999 * twin.v[i] + 0.001 * gradient[i] ** 2;
            const update = twin.m[i] / (1 - 0.9 ** step) / (Math.sqrt(twin.v[i] / (1 - 0.999 ** step)) + 1e-8);
            twin.values[i] += -0.01 * update - 0.001 * twin.values[i];
          }
        }
        for (let i = 0; i < size; i++) {
          close(dtype, values[i], twin.values[i]);
          close(dtype, m[i], twin.m[i]);
          close(dtype, v[i], twin.v[i]);
        }
      }),
      settings,
    );
  });

  it("touches nothing beside its arrays", () => {
    const whole = kernels.allocate(dtype, 103);
    whole.fill(7);
    const part = whole.subarray(1, 102);
    kernels.activate("gelu", part, undefined, noise(dtype, 101, 1));
    kernels.matmul(part, noise(dtype, 101, 2), noise(dtype, 1, 3), 101, 1, 1);
    kernels.sumRows(part, noise(dtype, 303, 4), 3, 101);
    kernels.sgd(part, noise(dtype, 101, 5), 0.1, 0);
    expect([whole[0], whole[102]]).toEqual([7, 7]);
    expect(part.includes(7)).toBe(false);
  });
}
