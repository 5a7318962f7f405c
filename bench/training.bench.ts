// Training steps of Handgrad compared with NumPy, PyTorch, JAX, TensorFlow.js and jax-js, interleaved in one run.
//   npm run bench [-- --rounds 15 --seconds 0.4 --python PYTHON --only float32]
// Python libraries are included if they are installed for PYTHON, npm packages after `npm ci --prefix bench/peers`.
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { nativeStatus } from "../src/node.ts";
import { BenchProcess } from "./benchProcess.ts";
import { fmaPeak } from "./fmaPeak.ts";
import { median } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    seconds: { type: "string", default: "0.4" },
    python: { type: "string", default: process.env.PYTHON ?? "python3" },
    only: { type: "string" },
    network: { type: "string" },
  },
});
const batch = 100;
const folder = import.meta.dirname;
const networks = [
  { name: "TinyNet 3072-128-20", layers: [3072, 128, 20] },
  { name: "TinyNet 3072-500-20", layers: [3072, 500, 20] },
  { name: "fullyConnectedNetwork 3072-100×5-20", layers: [3072, 100, 100, 100, 100, 100, 20] },
].filter(({ name }) => !flags.network || name.includes(flags.network));

const cores = availableParallelism();
const threadCounts = cores > 1 ? [1, cores] : [1];

/**
 * Operations of one step, two for each multiply-add: forward and weight gradient of every layer, input gradient of all layers
 * except the first.
 */
function flops(layers: readonly number[]): number {
  const products = layers.slice(1).map((outputs, i) => 2 * batch * layers[i] * outputs * (i === 0 ? 2 : 3));
  return products.reduce((sum, value) => sum + value, 0);
}

async function contestants(dtype: string): Promise<BenchProcess[]> {
  const node = process.execPath;
  const started: (BenchProcess | undefined)[] = [];
  const start = async (command: readonly [string, ...string[]], threads: number) => {
    started.push(await BenchProcess.start(command, { dtype, threads }));
  };
  for (const kernels of nativeStatus().available ? ["wasm", "native"] : ["wasm"]) {
    for (const threads of threadCounts) {
      await start([node, resolve(folder, "ours.ts"), kernels, dtype, String(threads)], threads);
    }
  }
  for (const library of ["numpy", "torch", "jax"]) {
    for (const threads of threadCounts) {
      await start([flags.python, resolve(folder, "peers/peers.py"), library, dtype, String(threads)], threads);
    }
  }
  if (dtype === "float32" && existsSync(resolve(folder, "peers/node_modules"))) {
    for (const library of ["tfjs-cpu", "tfjs-wasm", "jax-js"]) {
      await start([node, resolve(folder, "peers/peers.mjs"), library], 1);
    }
  }
  return started.filter((contestant) => contestant !== undefined);
}

const peaks = { float32: fmaPeak("f32x4"), float64: fmaPeak("f64x2") };
console.log(`${cpus()[0].model}, ${cores} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
console.log(
  `peak of one core, 128-bit fused multiply-add: float32 ${peaks.float32.toFixed(1)}, float64 ${peaks.float64.toFixed(1)} GFLOP/s`,
);

for (const dtype of ["float32", "float64"] as const) {
  if (flags.only && flags.only !== dtype) continue;
  const all = await contestants(dtype);
  for (const { name, layers } of networks) {
    const rates = new Map<BenchProcess, number[]>(all.map((contestant) => [contestant, []]));
    for (let round = 0; round <= Number(flags.rounds); round++) {
      for (const contestant of all) {
        const rate = await contestant.slice({ layers }, Number(flags.seconds));
        if (round > 0) rates.get(contestant)?.push(rate); // the first round warms up
      }
    }
    console.log(`\n### ${name}, ${dtype}, batch ${batch}\n`);
    console.log("| | threads | steps/s best | median | GFLOP/s best | of 128-bit peak × threads |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (const [{ label, threads }, of] of rates) {
      const best = Math.max(...of);
      const gigaflops = (best * flops(layers)) / 1e9;
      const share = `${((100 * gigaflops) / peaks[dtype] / threads).toFixed(0)} %`;
      console.log(
        `| ${label} | ${threads} | ${format(best)} | ${format(median(of))} | ${gigaflops.toFixed(1)} | ${share} |`,
      );
    }
  }
  for (const contestant of all) contestant.close();
}

function format(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
}
