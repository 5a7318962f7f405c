// The speed of convolution in WebAssembly as a fraction of the peak of 128-bit fused multiply-adds, best of short slices:
//   node bench/convolutionWasm.bench.ts [THREADS] [BATCH]
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import { wasmKernels } from "../src/kernels/wasm.ts";
import type { Numbers } from "../src/tensor/tensor.ts";
import { fmaPeak } from "./fmaPeak.ts";

const [threads = 1, batch = 128] = process.argv.slice(2).map(Number);
const shapes: [channels: number, outputs: number, side: number, kernel: number, groups?: number][] = [
  [24, 64, 31, 3],
  [64, 64, 15, 3],
  [64, 128, 15, 3],
  [128, 128, 7, 3],
  [256, 256, 7, 3],
  [64, 64, 15, 1],
  [256, 256, 7, 1],
  [128, 128, 15, 3, 128],
];
const kernels = wasmKernels({ threads });
const { images } = kernels;
const peak = threads * fmaPeak("f32x4");

function best(run: () => void, seconds = 0.7): number {
  for (let i = 0; i < 3; i++) run();
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function filled(length: number): Numbers {
  const array = kernels.allocate("float32", length);
  for (let i = 0; i < length; i++) array[i] = Math.sin(i * 1.3);
  return array;
}

console.log(
  `wasm, ${threads} threads, batch ${batch}, peak ${peak.toFixed(1)} GFLOP/s; GFLOP/s and share of the peak\n`,
);
console.log("| convolution | forward | gradient of x | gradient of w |");
console.log("| --- | ---: | ---: | ---: |");
for (const [channels, outputs, side, size, groups = 1] of shapes) {
  const pad = (size - 1) / 2;
  const of: Convolution2d = {
    ...{ batch, input: [side, side], output: [side, side], channels, outputs, groups },
    ...{ kernel: [size, size], stride: [1, 1], dilation: [1, 1], padding: [pad, pad] },
  };
  const pixels = batch * side * side;
  const [x, dx, y, dy] = [channels, channels, outputs, outputs].map((each) => filled(pixels * each));
  const [w, dw] = [0, 1].map(() => filled((size * size * channels * outputs) / groups));
  const flops = 2 * pixels * w.length;
  const cell = (run: () => void) => {
    const rate = flops / best(run) / 1e6;
    return `${rate.toFixed(1)}, ${((100 * rate) / peak).toFixed(0)} %`;
  };
  const cells = [
    cell(() => images.conv2d(y, x, w, undefined, of)),
    cell(() => images.conv2dInput(dx, dy, w, of)),
    cell(() => images.conv2dWeights(dw, dy, x, of)),
  ];
  const name = groups === 1 ? `${size}×${size}, ${channels}→${outputs}` : `${size}×${size}, ${channels} depthwise`;
  console.log(`| ${name}, ${side}² | ${cells.join(" | ")} |`);
}
kernels.close();
