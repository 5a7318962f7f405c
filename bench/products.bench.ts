// Products of square matrices in float32, compared with NumPy (OpenBLAS) and PyTorch, interleaved in one run.
//   node bench/products.bench.ts [PYTHON] [ROUNDS]
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { BenchProcess } from "./benchProcess.ts";

const [python = "python3", rounds = "4"] = process.argv.slice(2);
const sizes = [128, 256, 512, 1024, 2048, 4096];
const dtype = "float32";
const cores = availableParallelism();
const contestants: BenchProcess[] = [];
for (const threads of cores > 1 ? [1, cores] : [1]) {
  const commands = [
    ...["wasm", "native"].map(
      (kernels) => [process.execPath, resolve(import.meta.dirname, "ours.ts"), kernels] as const,
    ),
    ...["numpy", "torch"].map((library) => [python, resolve(import.meta.dirname, "peers/peers.py"), library] as const),
  ];
  for (const command of commands) {
    const contestant = await BenchProcess.start([...command, dtype, String(threads)], { dtype, threads });
    if (contestant) contestants.push(contestant);
  }
}

console.log("GFLOP/s, best of the slices\n");
console.log(`| n | ${contestants.map(({ label, threads }) => `${label}, ${threads} thr.`).join(" | ")} |`);
console.log(`| ---: |${" ---: |".repeat(contestants.length)}`);
for (const n of sizes) {
  const best = contestants.map(() => 0);
  for (let round = 0; round < Number(rounds); round++) {
    for (const [i, contestant] of contestants.entries()) {
      const rate = await contestant.slice({ product: n }, 0.25);
      best[i] = Math.max(best[i], (rate * 2 * n ** 3) / 1e9);
    }
  }
  console.log(`| ${n} | ${best.map((value) => value.toFixed(0)).join(" | ")} |`);
}
for (const contestant of contestants) contestant.close();
