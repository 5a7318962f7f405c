import { wasmKernels, wasmSupported } from "../../src/kernels/wasm.ts";
import { NdArray, matmul as plainMatmul } from "./project/array.ts";

// What "./array.ts" is while TinyNet is trained: the same, with a product that takes milliseconds where the plain one takes a second.

export * from "./project/array.ts";

const kernels = wasmSupported() ? wasmKernels({ threads: 1 }) : undefined;
/** Below this count of multiplications a call costs more than it saves. */
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
const float64 = (data: Float64Array): Float64Array => (data instanceof Float64Array ? data : Float64Array.from(data));
