// Layers in bfloat16 compared with float32 and with PyTorch's bfloat16 autocast, interleaved in one run; shortest times.
//   node bench/precision.bench.ts [--python FILE] [--threads 1,2] [--rounds 2] [--seconds 0.2] [--only TEXT]
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import { type Kernels, nativeKernels, precisions, RandomState } from "../src/node.ts";
import { BenchProcess } from "./benchProcess.ts";
import { fmaPeak } from "./fmaPeak.ts";

const { values: flags } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "0.2" },
    // the number of 128-bit vectors that the CPU multiplies at a time for each one in fmaPeak.ts: 2 on Zen 4, 4 on Zen 5
    width: { type: "string", default: "2" },
    only: { type: "string", default: "" },
  },
});

type Product = readonly [rows: number, inputs: number, outputs: number];
type Layer = { readonly product: Product } | { readonly convolution: Convolution2d };

const products: readonly Product[] = [
  [400, 3072, 500],
  [400, 3072, 128],
  [400, 512, 512],
  [400, 500, 500],
];
const convolutions = [
  [24, 64, 31],
  [64, 64, 15],
  [64, 128, 15],
  [128, 128, 7],
] as const;

function convolution(channels: number, outputs: number, side: number): Convolution2d {
  const [input, one] = [[side, side] as const, [1, 1] as const];
  const rest = { kernel: [3, 3], stride: one, dilation: one, padding: one, groups: 1 } as const;
  return { batch: 256, input, output: input, channels, outputs, ...rest };
}

const layers: Readonly<Record<string, Layer>> = {
  ...Object.fromEntries(products.map((product) => [`linear ${product.slice(1).join("→")}, 400 rows`, { product }])),
  ...Object.fromEntries(
    convolutions.map(([from, to, side]) => [
      `3×3 ${from}→${to}, ${side}², 256 images`,
      { convolution: convolution(from, to, side) },
    ]),
  ),
};

const random = new RandomState(0);

/** The forward pass and, with `both`, both gradients; and the number of multiplications and additions in one of them. */
function makePasses(kernels: Kernels, layer: Layer) {
  const array = (length: number) => {
    const values = kernels.allocate("float32", length);
    random.fillUniform(values);
    return values;
  };
  if ("product" in layer) {
    const [m, k, n] = layer.product;
    const [x, w, b, y] = [m * k, k * n, n, m * n].map(array);
    const forward = () => kernels.linear(y, x, w, b, m, k, n);
    const backward = () => {
      kernels.matmulTransposeB(x, y, w, m, n, k);
      kernels.matmulTransposeA(w, x, y, k, m, n);
    };
    return { forward, backward, flops: 2 * m * k * n };
  }
  const { convolution: of } = layer;
  const pixels = of.batch * of.output[0] * of.output[1];
  const [x, w, y] = [pixels * of.channels, 9 * of.channels * of.outputs, pixels * of.outputs].map(array);
  const forward = () => kernels.images.conv2d(y, x, w, undefined, of);
  const backward = () => {
    kernels.images.conv2dInput(x, y, w, of);
    kernels.images.conv2dWeights(w, y, x, of);
  };
  return { forward, backward, flops: 2 * pixels * 9 * of.channels * of.outputs };
}

/** The shortest time of a run, in seconds. */
function least(run: () => void, seconds: number): number {
  run();
  let best = Number.POSITIVE_INFINITY;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    run();
    best = Math.min(best, (performance.now() - before) / 1000);
  }
  return best;
}

const peak = 2 * fmaPeak("f32x4") * Number(flags.width); // an instruction in bfloat16 multiplies twice as many numbers
const seconds = Number(flags.seconds);
console.log(`peak of one core in bfloat16: ${peak.toFixed(0)} GFLOP/s`);
for (const threads of flags.threads.split(",").map(Number)) {
  const command = [flags.python, resolve(import.meta.dirname, "peers/precision.py"), String(threads)] as const;
  const peer = await BenchProcess.start(command, { dtype: "bfloat16", threads });
  const ours = precisions.map((precision) => nativeKernels({ threads, precision }));
  console.log(`\n${ours[1].name} and ${peer?.label ?? "no PyTorch"}, threads: ${threads}\n`);
  console.log("| layer | passes | float32 ms | bfloat16 ms | of the peak | over float32 | PyTorch ms | over PyTorch |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const [name, layer] of Object.entries(layers)) {
    if (!name.includes(flags.only)) continue;
    const made = ours.map((kernels) => makePasses(kernels, layer));
    for (const pass of ["forward", "both"] as const) {
      const times = [...ours.map(() => Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY];
      for (let round = 0; round < Number(flags.rounds); round++) {
        for (const [i, { forward, backward }] of made.entries()) {
          const run = () => {
            forward();
            if (pass === "both") backward();
          };
          times[i] = Math.min(times[i], least(run, seconds));
        }
        if (peer) times[2] = Math.min(times[2], 1 / (await peer.slice({ ...layer, pass }, seconds)));
      }
      const [float32, bfloat16, torch] = times;
      const flops = made[1].flops * (pass === "both" ? 3 : 1);
      const share = (100 * flops) / bfloat16 / 1e9 / peak / threads;
      const numbers = [float32, bfloat16].map((time) => (1000 * time).toFixed(2));
      numbers.push(`${share.toFixed(0)} %`, (float32 / bfloat16).toFixed(2));
      if (peer) numbers.push((1000 * torch).toFixed(2), (torch / bfloat16).toFixed(2));
      console.log(`| ${[name, pass, ...numbers].join(" | ")} |`);
    }
  }
  for (const kernels of ours) kernels.close();
  peer?.close();
}
