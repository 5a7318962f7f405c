// Training steps with and without another process on the last core: Handgrad with one thread and with all, and PyTorch.
//   node bench/occupiedCore.bench.ts [--rounds 3 --seconds 0.7 --python PYTHON --layers 3072,500,20]      (Linux: it uses taskset)
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BenchProcess } from "./benchProcess.ts";
import { median } from "./statistics.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "0.7" },
    python: { type: "string", default: process.env.PYTHON ?? "python3" },
    layers: { type: "string", default: "3072,500,20" },
  },
});
const folder = import.meta.dirname;
const cores = availableParallelism();
const layers = flags.layers.split(",").map(Number);
const contestants: BenchProcess[] = [];
for (const threads of [1, cores]) {
  const commands: [string, ...string[]][] = [
    [process.execPath, resolve(folder, "ours.ts"), "native", "float32", String(threads)],
    [flags.python, resolve(folder, "peers/peers.py"), "torch", "float32", String(threads)],
    [flags.python, resolve(folder, "peers/peers.py"), "numpy", "float32", String(threads)],
  ];
  for (const command of commands) {
    const contestant = await BenchProcess.start(command, { dtype: "float32", threads });
    if (contestant) contestants.push(contestant);
  }
}

async function measure(): Promise<Map<BenchProcess, number[]>> {
  const rates = new Map<BenchProcess, number[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [contestant, of] of rates) of.push(await contestant.slice({ layers }, Number(flags.seconds)));
  }
  return rates;
}

const quiet = await measure();
const busy = spawn("taskset", ["-c", String(cores - 1), process.execPath, "-e", "for (;;);"], { stdio: "ignore" });
const occupied = await measure();
busy.kill("SIGKILL");
console.log(`${layers.join("-")}, float32, batch 100, steps/s (median of ${flags.rounds})\n`);
console.log(`| | threads | quiet | core ${cores - 1} occupied |`);
console.log("| --- | ---: | ---: | ---: |");
for (const contestant of contestants) {
  const [before, during] = [quiet, occupied].map((rates) => median(rates.get(contestant) ?? []).toFixed(0));
  console.log(`| ${contestant.label} | ${contestant.threads} | ${before} | ${during} |`);
  contestant.close();
}
