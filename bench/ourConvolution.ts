// One pass of a convolution with Handgrad's kernels, like bench/peers/convolution.py: node ourConvolution.ts KERNELS THREADS
import { createInterface } from "node:readline";
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import { type KernelChoice, openKernels, RandomState } from "../src/node.ts";

const [choice, threads] = process.argv.slice(2) as [KernelChoice, string];
const kernels = openKernels({ kernels: choice, threads: Number(threads) });
const random = new RandomState(0);

function array(length: number) {
  const values = kernels.allocate("float32", length);
  random.fillUniform(values);
  return values;
}

function makePass(of: Convolution2d, pass: string): () => void {
  const { batch, input, output, kernel, channels, outputs, groups } = of;
  const x = array(batch * input[0] * input[1] * channels);
  const y = array(batch * output[0] * output[1] * outputs);
  const w = array((kernel[0] * kernel[1] * channels * outputs) / groups);
  const { images } = kernels;
  if (pass === "forward") return () => images.conv2d(y, x, w, undefined, of);
  return pass === "input" ? () => images.conv2dInput(x, y, w, of) : () => images.conv2dWeights(w, y, x, of);
}

console.log(JSON.stringify({ ready: `Handgrad ${kernels.name}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const { convolution, pass, seconds } = JSON.parse(line) as {
    convolution: Convolution2d;
    pass: string;
    seconds: number;
  };
  const run = makePass(convolution, pass);
  run();
  let least = Infinity;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    run();
    least = Math.min(least, performance.now() - before);
  }
  console.log(JSON.stringify({ steps: 1, seconds: least / 1000 }));
}
kernels.close();
