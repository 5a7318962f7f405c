import { describe, expect, it } from "vitest";
import { wasmKernels } from "../../src/kernels/wasm.ts";
import { kernelsContract } from "../contracts/kernels.contract.ts";
import { noise, positions } from "../contracts/kernelsSupport.ts";

kernelsContract("wasm", ({ threads }) => wasmKernels({ threads }));
kernelsContract("wasm without fused multiply-add", ({ threads }) => wasmKernels({ threads, strict: true }));

describe("wasm kernels", () => {
  it.each([1, 3])("multiply two matrices, neither small enough to be kept packed, %i threads", (threads) => {
    const kernels = wasmKernels({ threads });
    const [m, k, n] = [610, 1400, 605];
    const [a, b] = [noise("float32", m * k, 1), noise("float32", k * n, 2)];
    const c = kernels.allocate("float32", m * n);
    kernels.matmul(c, a, b, m, k, n);
    for (const at of positions(m * n, 3)) {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
      expect(Math.abs(c[at] - sum)).toBeLessThan(1e-5 * k);
    }
    kernels.close();
  });

  it("refuse a number of threads that cannot be", () => {
    for (const threads of [0, -1, 1.5, 1025, Number.NaN]) {
      expect(() => wasmKernels({ threads })).toThrow(
        `threads: expected a whole number from 1 to 1024, found ${threads}`,
      );
    }
  });
});
