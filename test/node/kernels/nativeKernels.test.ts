import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activations } from "../../../src/kernels/activations.ts";
import { loadNativeAddon, type NativeAddon } from "../../../src/node/kernels/nativeAddon.ts";
import { nativeKernels, nativeStatus } from "../../../src/node/kernels/nativeKernels.ts";
import { kernelsContract } from "../../contracts/kernels.contract.ts";
import { instructionSets, withIsa } from "./instructionSets.ts";

describe.skipIf(!nativeStatus().available)("native kernels", () => {
  for (const isa of instructionSets) {
    kernelsContract(`native, ${isa}`, ({ threads }) => withIsa(isa, () => nativeKernels({ threads })));
  }

  describe.each(instructionSets)("%s", (isa) => {
    let kernels: ReturnType<typeof nativeKernels>;
    beforeAll(() => {
      kernels = withIsa(isa, () => nativeKernels({ threads: 2 }));
    });
    afterAll(() => kernels.close());

    it("says in its name which instructions it uses", () => {
      expect(kernels.name).toBe(`native (${isa})`);
      expect(withIsa(isa, nativeStatus)).toMatchObject({ available: true, isa });
    });

    it("float32 GELU is within 3e-7, of itself where it is above 1, and within 3e-6 of itself above −4", () => {
      const x = Float32Array.from({ length: 400_001 }, (_, i) => -20 + i * 1e-4);
      const y = new Float32Array(x.length);
      kernels.activate("gelu", y, undefined, x);
      let [absolute, relative] = [0, 0];
      x.forEach((value, i) => {
        const expected = activations.gelu.value(value);
        const error = Math.abs(y[i] - expected);
        absolute = Math.max(absolute, error / Math.max(1, expected));
        if (value > -4 && expected !== 0) relative = Math.max(relative, error / Math.abs(expected));
      });
      expect(absolute).toBeLessThan(3e-7);
      expect(relative).toBeLessThan(3e-6);
    });

    it("float64 GELU and its derivative are within 1e-14", () => {
      const x = Float64Array.from({ length: 100_001 }, (_, i) => -10 + i * 2e-4);
      const [y, derivative] = [new Float64Array(x.length), new Float64Array(x.length)];
      kernels.activate("gelu", y, derivative, x);
      const off = (got: number, expected: number) => Math.abs(got - expected) / Math.max(1, Math.abs(expected));
      expect(Math.max(...x.map((value, i) => off(y[i], activations.gelu.value(value))))).toBeLessThan(1e-14);
      expect(Math.max(...x.map((value, i) => off(derivative[i], activations.gelu.derivative(value))))).toBeLessThan(
        1e-14,
      );
    });
  });

  it("allocates at multiples of a cache line", () => {
    const kernels = nativeKernels({ threads: 1 });
    for (const length of [1, 3, 16, 1000, 100_000]) {
      for (const dtype of ["float32", "float64"] as const) {
        const numbers = kernels.allocate(dtype, length);
        expect(numbers).toHaveLength(length);
        expect(numbers.every((value) => value === 0)).toBe(true);
      }
    }
    kernels.close();
  });

  it("the addon refuses a number that none of its activations has", () => {
    const addon = loadNativeAddon().addon as NativeAddon;
    expect([...addon.activations].sort()).toEqual(Object.keys(activations).sort());
    const engine = addon.open(1, "", false);
    const [x, y] = [new Float32Array(3), new Float32Array(3).fill(7)];
    for (const number of [addon.activations.length, -1, 1e300, -Infinity, Number.NaN]) {
      expect(() => addon.activate(engine, y, undefined, x, 3, number, 0)).toThrow(/no activation has this number/);
    }
    expect([...y]).toEqual([7, 7, 7]);
    addon.close(engine);
  });

  it("refuses a number of threads that cannot be", () => {
    for (const threads of [0, -1, 1.5, 1025, Number.NaN]) expect(() => nativeKernels({ threads })).toThrow(/threads/);
  });

  it("throws after close, which may be called twice", () => {
    const kernels = nativeKernels({ threads: 2 });
    kernels.close();
    kernels.close();
    const x = new Float32Array(4);
    expect(() => kernels.multiply(x, x, x)).toThrow(/close/);
    expect(() => kernels.updates.scale(x, 1)).toThrow(/close/);
    expect(() => kernels.norms.batchNormEvaluate(x, x, x, x, x, x, 1, 4, 1)).toThrow(/close/);
  });

  it("threads that have nothing to do sleep", async () => {
    const kernels = nativeKernels({ threads: 2 });
    const [a, c] = [kernels.allocate("float32", 65_536), kernels.allocate("float32", 65_536)];
    for (let i = 0; i < 10; i++) kernels.matmul(c, a, a, 256, 256, 256);
    await new Promise((resolve) => setTimeout(resolve, 50)); // past the spinning
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { user, system } = process.cpuUsage(before);
    kernels.matmul(c, a, a, 256, 256, 256); // and still wake up
    kernels.close();
    expect((user + system) / 1000).toBeLessThan(150); // milliseconds, a spinning thread would take 500
  });
});

it("an instruction set that is not there is a reason, not an exception", () => {
  const status = withIsa("mmx", nativeStatus);
  expect(status.available).toBe(false);
  expect(status.reason).not.toBe("");
  expect(() => withIsa("mmx", nativeKernels)).toThrow(/cannot run on this machine/);
});
