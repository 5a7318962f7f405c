// Training steps of a convolutional network compared with PyTorch (oneDNN, channels_last), interleaved in one run, and the time
// of each kernel. The time of a slice or kernel is that of its fastest step or call, because other programs share the machine.
//   node bench/convolutionSteps.bench.ts [--python FILE --widths 64-128-128 --rounds 3 --seconds 3 --precisions float32,bfloat16 --width 2]
// A product is compared with the CPU's peak of fused multiply-adds in float32, every other kernel with the rate at which `scale`
// reads and writes an array that fits into no cache. A convolution is counted with the multiplications of its definition:
// Winograd's method needs fewer and may exceed the limit.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Kernels, Precision } from "../src/kernels/kernels.ts";
import { nativeKernels } from "../src/node/kernels/nativeKernels.ts";
import { BenchProcess } from "./benchProcess.ts";
import { batch, makeConvolutionStep } from "./convolutionSteps.ts";
import { fmaPeak } from "./fmaPeak.ts";
import { type Profile, type ProfileEntry, timedKernels } from "./kernelProfile.ts";
import { median } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: {
    python: { type: "string", default: process.env.PYTHON ?? "python3" },
    widths: { type: "string", default: "64-128-128" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
    precisions: { type: "string", default: "float32" },
    threads: { type: "string", default: [...new Set([1, availableParallelism()])].join() },
    // the number of 128-bit vectors that the CPU multiplies at a time for each one in fmaPeak.ts: 2 on Zen 4, 4 on Zen 5
    width: { type: "string", default: "2" },
  },
});
const widths = flags.widths.split("-").map(Number);
const threadCounts = flags.threads.split(",").map(Number);
const precisions = flags.precisions.split(",") as Precision[];
const peak = fmaPeak("f32x4") * Number(flags.width) * 1e9;
console.log(`widths ${flags.widths}, batch ${batch}, peak ${(peak / 1e9).toFixed(0)} GFLOP/s a core in float32\n`);

console.log("| | threads | images/s, median | best | over PyTorch |");
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const precision of precisions) for (const threads of threadCounts) await compare(precision, threads);
for (const precision of precisions) for (const threads of threadCounts) profileStep(precision, threads);

async function compare(precision: Precision, threads: number): Promise<void> {
  const ofFolder = (file: string) => resolve(import.meta.dirname, file);
  const started = [
    await BenchProcess.start([process.execPath, ofFolder("ourConvolutionSteps.ts"), precision, String(threads)], {
      ...{ dtype: precision, threads },
    }),
    await BenchProcess.start([flags.python, ofFolder("peers/convolutionSteps.py"), precision, String(threads)], {
      ...{ dtype: precision, threads },
    }),
  ].filter((each) => each !== undefined);
  const rates = started.map((): number[] => []);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [i, contestant] of started.entries()) {
      rates[i].push(batch * (await contestant.slice({ widths }, Number(flags.seconds))));
    }
  }
  started.forEach((contestant, i) => {
    const over = started.length === 2 && i === 0 ? (median(rates[0]) / median(rates[1])).toFixed(2) : "";
    const cells = [contestant.label, threads, median(rates[i]).toFixed(0), Math.max(...rates[i]).toFixed(0), over];
    console.log(`| ${cells.join(" | ")} |`);
    contestant.close();
  });
}

/** Bytes per second of a plain pass over 64 MB. */
function passRate(kernels: Kernels): number {
  const array = kernels.allocate("float32", 2 ** 24);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    kernels.updates.scale(array, 1);
    least = Math.min(least, performance.now() - start);
  }
  return (2 * array.byteLength) / least / 1e-3;
}

function profileStep(precision: Precision, threads: number): void {
  const kernels = nativeKernels({ threads, precision });
  const profile: Profile = new Map();
  const step = makeConvolutionStep(timedKernels(kernels, profile), widths);
  for (let i = 0; i < 3; i++) step();
  profile.clear();
  let [steps, least] = [0, Number.POSITIVE_INFINITY];
  const end = performance.now() + 1000 * Number(flags.seconds);
  while (performance.now() < end) {
    const start = performance.now();
    step();
    least = Math.min(least, (performance.now() - start) / 1000);
    steps++;
  }
  const timeOf = ({ calls, least }: ProfileEntry) => (calls / steps) * least;
  const entries = [...profile].sort((a, b) => timeOf(b[1]) - timeOf(a[1]));
  const inKernels = entries.reduce((sum, [, entry]) => sum + timeOf(entry), 0);
  const flops = entries.reduce((sum, [, entry]) => sum + entry.flops / steps, 0);
  const rate = passRate(kernels);
  const share = (100 * flops) / least / peak / threads;
  const rest = least - inKernels;
  console.log(
    `\n### ${kernels.name}, ${threads} threads: ${(1000 * least).toFixed(1)} ms a step, ${share.toFixed(0)} % of the peak; plain pass ${(rate / 1e9).toFixed(1)} GB/s\n`,
  );
  console.log(
    "| kernel | calls | ms a step | share | rate | of the limit |\n| --- | ---: | ---: | ---: | ---: | ---: |",
  );
  for (const [label, entry] of entries.filter(([, entry]) => timeOf(entry) > 0.002 * least)) {
    const own = (entry.flops || entry.bytes) / entry.calls / entry.least;
    const cells = [
      label,
      entry.calls / steps,
      (1000 * timeOf(entry)).toFixed(2),
      `${((100 * timeOf(entry)) / least).toFixed(1)} %`,
      `${(own / 1e9).toFixed(0)} ${entry.flops ? "GFLOP/s" : "GB/s"}`,
      `${((100 * own) / (entry.flops ? peak * threads : rate)).toFixed(0)} %`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(`| rest | | ${(1000 * rest).toFixed(2)} | ${((100 * rest) / least).toFixed(1)} % | | |`);
  kernels.close();
}
