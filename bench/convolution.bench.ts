// Convolution, forward and both gradients, compared with PyTorch (oneDNN, channels_last, float32), interleaved in one run; shortest times.
//   node bench/convolution.bench.ts [--python FILE] [--kernels native] [--rounds 2] [--seconds 0.15] [--width 4] [--only TEXT]
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import { BenchProcess } from "./benchProcess.ts";
import { fmaPeak } from "./fmaPeak.ts";

const { values: flags } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    kernels: { type: "string", default: "native" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "0.15" },
    // the number of 128-bit vectors that the CPU multiplies at a time for each one in fmaPeak.ts: 2 on Zen 4, 4 on Zen 5
    width: { type: "string", default: "2" },
    only: { type: "string", default: "" },
    threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
  },
});

interface Shape {
  readonly side: number;
  readonly from: number;
  readonly to: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly batch: number;
}

function convolution({
  side,
  from,
  to,
  kernel = 3,
  stride = 1,
  padding = kernel >> 1,
  groups = 1,
  batch,
}: Shape): Convolution2d {
  const output = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  const pair = (value: number) => [value, value] as const;
  return {
    ...{ batch, input: pair(side), output: pair(output), channels: from, outputs: to, groups },
    ...{ kernel: pair(kernel), stride: pair(stride), dilation: pair(1), padding: pair(padding) },
  };
}

const airbench = [
  { side: 32, from: 3, to: 24, kernel: 2, padding: 0 },
  { side: 31, from: 24, to: 64 },
  { side: 15, from: 64, to: 64 },
  { side: 15, from: 64, to: 128 },
  { side: 7, from: 128, to: 128 },
  { side: 3, from: 128, to: 128 },
];
const shapes: readonly Shape[] = [
  ...airbench.map((shape) => ({ ...shape, batch: 256 })),
  { side: 15, from: 64, to: 256, batch: 256 },
  { side: 7, from: 256, to: 256, batch: 256 },
  { side: 3, from: 256, to: 256, batch: 256 },
  ...airbench.slice(1).map((shape) => ({ ...shape, batch: 128 })),
  { side: 32, from: 16, to: 16, batch: 128 },
  { side: 32, from: 16, to: 32, stride: 2, batch: 128 },
  { side: 16, from: 32, to: 32, batch: 128 },
  { side: 16, from: 32, to: 64, stride: 2, batch: 128 },
  { side: 8, from: 64, to: 64, batch: 128 },
  { side: 15, from: 64, to: 128, kernel: 1, batch: 256 },
  { side: 15, from: 128, to: 128, groups: 128, batch: 256 },
];

const peak = fmaPeak("f32x4") * Number(flags.width);
const threadCounts = flags.threads.split(",").map(Number);
const geometric = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
console.log(`peak of one core: ${peak.toFixed(0)} GFLOP/s`);
for (const threads of threadCounts) {
  const start = (command: readonly [string, ...string[]]) =>
    BenchProcess.start([...command, String(threads)], { dtype: "float32", threads });
  const ours = await start([process.execPath, resolve(import.meta.dirname, "ourConvolution.ts"), flags.kernels]);
  const peer = await start([flags.python, resolve(import.meta.dirname, "peers/convolution.py")]);
  if (!ours) throw new Error(`no ${flags.kernels} kernels`);
  console.log(`\n${ours.label} and ${peer?.label ?? "no PyTorch"}, threads: ${threads}\n`);
  console.log("| convolution | pass | ms | GFLOP/s | of the peak | PyTorch ms | ratio |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
  const ratios: number[] = [];
  for (const shape of shapes) {
    const of = convolution(shape);
    const { batch, output, outputs, kernel, channels, groups, stride } = of;
    const name = `${batch} × ${channels}→${outputs}, ${kernel.join("×")}${stride[0] > 1 ? `/${stride[0]}` : ""}${
      groups > 1 ? `, ${groups} groups` : ""
    }, ${shape.side}²`;
    if (!name.includes(flags.only)) continue;
    const flops = (2 * batch * output[0] * output[1] * outputs * kernel[0] * kernel[1] * channels) / groups;
    for (const pass of ["forward", "input", "weights"]) {
      // The first layer of a network needs no input gradient
      if (channels === 3 && pass === "input") continue;
      let [own, other] = [0, 0];
      for (let round = 0; round < Number(flags.rounds); round++) {
        own = Math.max(own, await ours.slice({ convolution: of, pass }, Number(flags.seconds)));
        if (peer) other = Math.max(other, await peer.slice({ convolution: of, pass }, Number(flags.seconds)));
      }
      const rate = (flops * own) / 1e9;
      const numbers = [(1000 / own).toFixed(2), rate.toFixed(0), `${((100 * rate) / peak / threads).toFixed(0)} %`];
      if (peer) {
        ratios.push(own / other);
        numbers.push((1000 / other).toFixed(2), (own / other).toFixed(2));
      }
      console.log(`| ${[name, pass, ...numbers].join(" | ")} |`);
    }
  }
  if (ratios.length > 0) {
    console.log(
      `\ngeometric mean of the ratios ${geometric(ratios).toFixed(2)}, least ${Math.min(...ratios).toFixed(2)}`,
    );
  }
  ours.close();
  peer?.close();
}
