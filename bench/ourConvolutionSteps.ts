// Handgrad's training step for convolutionSteps.bench.ts: node ourConvolutionSteps.ts PRECISION THREADS
import { createInterface } from "node:readline";
import type { Precision } from "../src/kernels/kernels.ts";
import { nativeKernels } from "../src/node/kernels/nativeKernels.ts";
import { makeConvolutionStep } from "./convolutionSteps.ts";

const [precision, threads] = process.argv.slice(2) as [Precision, string];
const kernels = nativeKernels({ threads: Number(threads), precision });
console.log(JSON.stringify({ ready: `Handgrad ${kernels.name}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const { widths, seconds } = JSON.parse(line) as { widths: number[]; seconds: number };
  const step = makeConvolutionStep(kernels, widths);
  step();
  step();
  let least = Number.POSITIVE_INFINITY;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    step();
    least = Math.min(least, performance.now() - before);
  }
  console.log(JSON.stringify({ steps: 1, seconds: least / 1000 }));
}
kernels.close();
