import { wasmKernels, wasmSupported } from "../../src/kernels/wasm.ts";
import {
  NdArray,
  matmul as plainMatmul,
  shuffled as plainShuffled,
  transpose as plainTranspose,
  type Random,
} from "./project/array.ts";

// Replaces "./array.ts" while TinyNet is trained: with a matrix product that takes milliseconds instead of a second, and with NumPy's
// shuffles, so that a right solution reaches the published accuracies.

export * from "./project/array.ts";

const kernels = wasmSupported() ? wasmKernels({ threads: 1 }) : undefined;
/** With fewer multiplications, the call costs more than it saves. */
const worthwhile = 10_000;

/** a·b of matrices: (m, k) times (k, n) is (m, n). */
export function matmul(a: NdArray, b: NdArray): NdArray {
  const [m, k] = a.shape;
  const [rows, n] = b.shape;
  const fits = a.shape.length === 2 && b.shape.length === 2 && k === rows;
  if (!kernels || !fits || m * k * n < worthwhile) return plainMatmul(a, b);
  const result = new NdArray([m, n]);
  kernels.matmul(result.data, float64(a.data), float64(b.data), m, k, n);
  return result;
}

/** Images are kept in float32 (trainStudent.ts), though no type says so. */
const float64 = (data: Float64Array): Float64Array => (data instanceof Float64Array ? data : new Float64Array(data));

const block = 32;

/** Rows become columns: (m, n) becomes (n, m), a block after the other, so that both are in the cache. */
export function transpose(a: NdArray): NdArray {
  if (a.shape.length !== 2 || a.size < worthwhile) return plainTranspose(a);
  const [m, n] = a.shape;
  const result = new NdArray([n, m]);
  for (let top = 0; top < m; top += block) {
    for (let left = 0; left < n; left += block) {
      const [bottom, right] = [Math.min(top + block, m), Math.min(left + block, n)];
      for (let j = left; j < right; j++) for (let i = top; i < bottom; i++) result.data[j * m + i] = a.data[i * n + j];
    }
  }
  return result;
}

/** The numbers 0 … n − 1 in random order. */
export function shuffled(n: number, random: Random & { shuffled?: (n: number) => number[] }): number[] {
  return random.shuffled?.(n) ?? plainShuffled(n, random);
}
