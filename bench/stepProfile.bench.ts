// The time of a training step, kernel by kernel, and the distance of each kernel from its limit.
//   node bench/stepProfile.bench.ts [--kernels native --dtype float32 --batch 100 --seconds 2 --network 500]
// A product is compared with the CPU's peak of fused multiply-adds (with vectors as wide as its units), every other kernel with
// the rate at which a plain pass (`scale`) reads and writes an array of the same size. "threads" is the time with one thread
// divided by the time with all, per thread: the difference to 100 % is due to waiting threads and shared caches.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Kernels } from "../src/kernels/kernels.ts";
import {
  CrossEntropyLoss,
  type DType,
  type KernelChoice,
  multilayerPerceptron,
  openKernels,
  RandomState,
  Sgd,
  trainStep,
} from "../src/node.ts";
import { fmaPeak } from "./fmaPeak.ts";
import { type Profile, timedKernels } from "./kernelProfile.ts";
import { inTurn, randomImages } from "./randomImages.ts";

const { values: flags } = parseArgs({
  options: {
    kernels: { type: "string", default: "native" },
    dtype: { type: "string", default: "float32" },
    batch: { type: "string", default: "100" },
    seconds: { type: "string", default: "2" },
    network: { type: "string", default: "" },
    // the number of 128-bit vectors that the CPU multiplies at a time for each one in fmaPeak.ts: 2 on Zen 4, 4 on Zen 5
    width: { type: "string", default: "2" },
  },
});
const dtype = flags.dtype as DType;
const batch = Number(flags.batch);
const bytesPerNumber = dtype === "float32" ? 4 : 8;
const cores = availableParallelism();
const networks = ["3072-128-20", "3072-500-20", "3072-100-100-100-100-100-20"];

/** Bytes per second of a plain pass that repeatedly reads and writes `bytes`. */
function passRate(kernels: Kernels, bytes: number): number {
  const array = kernels.allocate(dtype, Math.max(1, Math.round(bytes / 2 / bytesPerNumber)));
  let best = 0;
  const end = performance.now() + 50;
  while (performance.now() < end) {
    const start = performance.now();
    const rounds = Math.max(1, Math.round(2e5 / bytes));
    for (let round = 0; round < rounds; round++) kernels.updates.scale(array, 1);
    best = Math.max(best, (2 * array.byteLength * rounds) / ((performance.now() - start) / 1000));
  }
  return best;
}

function makeStep(kernels: Kernels, sizes: number[]): () => void {
  const rows = 4000;
  const random = new RandomState(0);
  const classes = sizes[sizes.length - 1];
  const reader = randomImages(kernels, { rows, length: sizes[0], classes, dtype, random });
  const network = multilayerPerceptron({ sizes, random, initScale: 0.01, dtype, kernels });
  const optimizer = new Sgd(network, { learningRate: 0.01 });
  const training = { network, loss: new CrossEntropyLoss(), optimizer };
  return inTurn(rows, batch, random, (indices) => {
    trainStep(training, (workspace) => reader.read(indices, workspace), random);
  });
}

/** Seconds per step without timing, and the profile of steps with timed kernels. */
function measure(
  threads: number,
  sizes: number[],
): { step: number; steps: number; profile: Profile; kernels: Kernels } {
  const kernels = openKernels({ kernels: flags.kernels as KernelChoice, threads });
  const profile: Profile = new Map();
  const [plain, watched] = [makeStep(kernels, sizes), makeStep(timedKernels(kernels, profile), sizes)];
  for (let i = 0; i < 30; i++) {
    plain();
    watched();
  }
  profile.clear();
  let [steps, plainSeconds] = [0, 0];
  const end = performance.now() + Number(flags.seconds) * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    for (let i = 0; i < 10; i++) plain();
    plainSeconds += (performance.now() - start) / 1000;
    for (let i = 0; i < 10; i++) watched();
    steps += 10;
  }
  return { step: plainSeconds / steps, steps, profile, kernels };
}

const peak = fmaPeak(dtype === "float32" ? "f32x4" : "f64x2") * Number(flags.width) * 1e9;
console.log(
  `peak: ${(peak / 1e9).toFixed(0)} GFLOP/s a core, ${cores} cores, ${flags.kernels}, ${dtype}, batch ${batch}`,
);
for (const name of networks.filter((network) => network.includes(flags.network))) {
  const sizes = name.split("-").map(Number);
  const alone = cores > 1 ? measure(1, sizes) : undefined;
  const all = measure(cores, sizes);
  const flops = [...all.profile.values()].reduce((sum, entry) => sum + entry.flops, 0) / all.steps;
  const share = (100 * flops) / peak / cores / all.step;
  console.log(
    `\n### ${name}: ${(1 / all.step).toFixed(0)} steps/s, ${share.toFixed(0)} % of the peak` +
      `${alone ? `; one thread ${(1 / alone.step).toFixed(0)} steps/s, ${((100 * flops) / peak / alone.step).toFixed(0)} %` : ""}\n`,
  );
  console.log("| kernel | calls | µs a step | share | rate | of the limit | threads |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  let inKernels = 0;
  const entries = [...all.profile].sort((a, b) => b[1].seconds - a[1].seconds);
  for (const [label, { calls, seconds, flops, bytes }] of entries) {
    inKernels += seconds / all.steps;
    const rate = (flops || bytes) / seconds;
    const limit = flops ? peak * cores : passRate(all.kernels, bytes / calls);
    const one = alone?.profile.get(label);
    const efficiency =
      alone && one ? `${((100 * one.seconds * all.steps) / alone.steps / cores / seconds).toFixed(0)} %` : "";
    const cells = [
      label,
      calls / all.steps,
      ((seconds / all.steps) * 1e6).toFixed(1),
      `${((100 * seconds) / all.steps / all.step).toFixed(1)} %`,
      `${(rate / 1e9).toFixed(0)} ${flops ? "GFLOP/s" : "GB/s"}`,
      `${((100 * rate) / limit).toFixed(0)} %`,
      efficiency,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const rest = all.step - inKernels;
  console.log(
    `| JavaScript between kernels | | ${(rest * 1e6).toFixed(1)} | ${((100 * rest) / all.step).toFixed(1)} % | | | |`,
  );
  alone?.kernels.close();
  all.kernels.close();
}
