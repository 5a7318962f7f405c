// The speed of the products and of a whole training step, best of many short slices, as a fraction of the peak of fused
// multiply-adds: npx node bench/matmul.bench.ts [threads] [strict]
import { performance } from "node:perf_hooks";
import { wasmKernels } from "../src/kernels/wasm.ts";
import type { DType } from "../src/tensor/tensor.ts";
import { fmaPeak } from "./fmaPeak.ts";

const threads = Number(process.argv[2] ?? 1);
const strict = process.argv[3] === "strict";
const kernels = wasmKernels({ threads, strict });

function best(run: () => void, seconds = 1): number {
  for (let i = 0; i < 5; i++) run();
  let least = Infinity;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

let peak = 0;
const report = (what: string, flops: number, ms: number) => {
  const rate = flops / ms / 1e6;
  const speed =
    flops === 0 ? "" : `${rate.toFixed(1).padStart(7)} GFLOP/s ${((100 * rate) / peak).toFixed(0).padStart(4)} %`;
  console.log(`${what.padEnd(44)} ${ms.toFixed(3).padStart(9)} ms ${speed}`);
};

for (const dtype of ["float32", "float64"] as DType[]) {
  peak = threads * fmaPeak(dtype === "float32" ? "f32x4" : "f64x2");
  console.log(`${dtype}: peak of ${threads} cores ${peak.toFixed(1)} GFLOP/s`);
  const array = (length: number) => {
    const a = kernels.allocate(dtype, length);
    for (let i = 0; i < length; i++) a[i] = Math.sin(i * 1.3);
    return a;
  };
  const batch = 100;
  const inputs = 3072;
  const classes = 20;
  for (const hidden of [128, 500]) {
    const images = 2000;
    const source = kernels.allocateBytes(images * inputs);
    for (let i = 0; i < source.length; i++) source[i] = (i * 7919) >> 3;
    const table = array(768);
    const indices = Int32Array.from({ length: batch }, (_, i) => (i * 617) % images);
    const labels = Int32Array.from({ length: batch }, (_, i) => i % classes);
    const x = array(batch * inputs);
    const size1 = inputs * hidden;
    const size2 = hidden * classes;
    const parameters = array(size1 + hidden + size2 + classes);
    const gradients = array(parameters.length);
    const part = (flat: typeof parameters) => [
      flat.subarray(0, size1),
      flat.subarray(size1, size1 + hidden),
      flat.subarray(size1 + hidden, size1 + hidden + size2),
      flat.subarray(size1 + hidden + size2),
    ];
    const [w1, b1, w2, b2] = part(parameters);
    const [dw1, db1, dw2, db2] = part(gradients);
    for (let i = 0; i < parameters.length; i++) parameters[i] *= 0.01;
    const [h, g, derivative, dh] = [0, 1, 2, 3].map(() => array(batch * hidden));
    const [z, dz] = [0, 1].map(() => array(batch * classes));
    const losses = array(batch);
    const parts: [string, number, () => void][] = [
      ["gather", 0, () => kernels.gather(x, source, indices, inputs, table)],
      ["linear 1", 2 * batch * size1, () => kernels.linear(h, x, w1, b1, batch, inputs, hidden)],
      ["gelu", 0, () => kernels.activate("gelu", g, derivative, h)],
      ["linear 2", 2 * batch * size2, () => kernels.linear(z, g, w2, b2, batch, hidden, classes)],
      ["cross-entropy", 0, () => kernels.crossEntropy(losses, dz, z, labels, batch, classes, 1 / batch)],
      ["dW2", 2 * batch * size2, () => kernels.matmulTransposeA(dw2, g, dz, hidden, batch, classes)],
      ["db2", 0, () => kernels.sumRows(db2, dz, batch, classes)],
      ["dh", 2 * batch * size2, () => kernels.matmulTransposeB(dh, dz, w2, batch, classes, hidden)],
      ["derivative", 0, () => kernels.multiply(dh, dh, derivative)],
      ["dW1", 2 * batch * size1, () => kernels.matmulTransposeA(dw1, x, dh, inputs, batch, hidden)],
      ["db1", 0, () => kernels.sumRows(db1, dh, batch, hidden)],
      ["sgd", 0, () => kernels.sgd(parameters, gradients, 1e-9, 0)],
    ];
    const flops = parts.reduce((sum, [, f]) => sum + f, 0);
    const step = best(() => {
      for (const [, , run] of parts) run();
    }, 4);
    report(`${dtype} step, H = ${hidden}, ${threads} threads`, flops, step);
    // On a shared machine, a whole step is rarely undisturbed; the sum of the parts estimates its undisturbed time.
    let sum = 0;
    for (const [name, f, run] of parts) {
      const ms = best(run, f > 1e7 ? 3 : 0.3);
      sum += ms;
      report(`  ${name}`, f, ms);
    }
    report("  sum of the parts", flops, sum);
  }
  for (const n of [100, 256, 1024]) {
    const [a, b, c] = [0, 1, 2].map(() => array(n * n));
    report(
      `${dtype} ${n}³`,
      2 * n ** 3,
      best(() => kernels.matmul(c, a, b, n, n, n), 0.5),
    );
  }
}
kernels.close();
