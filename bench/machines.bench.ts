// The cost of --shards in one process; and two ranks compared with one process with two threads and with PyTorch's DistributedDataParallel.
//   node bench/machines.bench.ts [--mpiexec FILE] [--python PYTHON] [--rounds 10]
// Milliseconds per step: the lowest mean of a round, because other programs only make steps slower. Single-threaded runs are
// measured in CPU time, which other programs change less.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { joinRanks, launchOf, type MpiRanks, openKernels, prepareFit, readSettings, Trainer } from "../src/node.ts";
import { normalization, pixels } from "./pixels.ts";

const { values: flags } = parseArgs({
  options: {
    mpiexec: { type: "string", default: "mpiexec" },
    python: { type: "string", default: process.env.PYTHON ?? "python3" },
    rounds: { type: "string", default: "10" },
    rank: { type: "boolean", default: false },
  },
});
const rounds = Number(flags.rounds);
const networks = [
  { layers: [3072, 128, 20] },
  { layers: [3072, 512, 256, 20], normalizationLayers: "batch" as const, keepProb: 0.8 },
];
// 100 rows cannot be divided by 8
const batches = [
  { batchSize: 100, shards: 4 },
  { batchSize: 400, shards: 8 },
  { batchSize: 1024, shards: 8 },
];

const data = pixels();

interface Choice {
  readonly threads: number;
  readonly batchSize: number;
  readonly shards?: number;
  readonly ranks?: MpiRanks;
}

/** The mean time of a step in one round. */
function stepper(network: (typeof networks)[number], { threads, batchSize, shards, ranks }: Choice): () => number {
  const settings = readSettings({ ...network, batchSize, epochs: 100_000, ...(shards && { shards }) });
  const kernels = openKernels({ threads });
  const prepared = prepareFit(settings, { train: data, validation: data, normalization }, kernels);
  const sharding = prepared.sharding && { ...prepared.sharding, ...(ranks && { ranks }) };
  const trainer = new Trainer({ ...prepared, sharding, guard: false });
  const steps = Math.ceil(2000 / batchSize);
  const now = threads === 1 && !ranks ? processorTime : () => performance.now();
  return () => {
    const began = now();
    for (let step = 0; step < steps; step++) trainer.step();
    return (now() - began) / steps;
  };
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Alternately, so that other work of the machine affects all in the same way. */
function least(rows: readonly (() => number)[]): number[] {
  const best = rows.map(() => Infinity);
  for (let round = 0; round <= rounds; round++) {
    rows.forEach((run, i) => {
      const time = run();
      if (round > 0) best[i] = Math.min(best[i], time);
    });
  }
  return best;
}

const nameOf = ({ layers, ...rest }: (typeof networks)[number]) =>
  `${layers.join("-")}${"keepProb" in rest ? ", batch normalization, dropout" : ""}`;

async function asRank(): Promise<void> {
  const launch = launchOf(process.env);
  if (!launch) throw new Error("--rank: expected to be started by mpiexec");
  const ranks = await joinRanks(launch);
  for (const network of networks) {
    for (const { batchSize, shards } of batches) {
      const [time] = least([stepper(network, { threads: 1, batchSize, shards, ranks })]);
      if (ranks.rank === 0) console.log(`${nameOf(network)}|${batchSize}|${time}`);
    }
  }
  await ranks.end();
}

function linesOf(command: string, args: readonly string[]): Map<string, number> {
  const { stdout, status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) console.error(`${command}: ${stderr?.split("\n").slice(-5).join("\n") ?? "not found"}`);
  const rows = (stdout ?? "").split("\n").map((line) => line.split("|"));
  return new Map(rows.filter(({ length }) => length === 3).map(([name, batch, time]) => [`${name}|${batch}`, +time]));
}

function compare(): void {
  const own = new URL(import.meta.url).pathname;
  const open = spawnSync(flags.mpiexec, ["--version"], { encoding: "utf8" }).stdout?.match(/Open MPI|OpenRTE/);
  const options = open ? ["--allow-run-as-root", "--bind-to", "none"] : [];
  const rank = ["-n", "2", process.execPath, own, "--rank", "--rounds", String(rounds)];
  const ranks = linesOf(flags.mpiexec, [...options, ...rank]);
  const peer = new URL("./peers/ddp.py", import.meta.url).pathname;
  const torch = linesOf(flags.python, [peer, String(rounds)]);
  const shown = (time: number | undefined) => (time === undefined ? "–" : time.toFixed(2));
  console.log(
    "| network | batch | 1 thread (processor) | with shards (processor) | 2 threads | 2 ranks | PyTorch DDP, 2 processes |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const network of networks) {
    for (const { batchSize, shards } of batches) {
      const choices = [{ threads: 1 }, { threads: 1, shards }, { threads: 2 }];
      const [one, sharded, two] = least(choices.map((choice) => stepper(network, { batchSize, ...choice })));
      const cost = `${shown(sharded)} (${(100 * (sharded / one - 1)).toFixed(0)} %, ${shards} shards)`;
      const key = `${nameOf(network)}|${batchSize}`;
      const cells = [
        nameOf(network),
        batchSize,
        shown(one),
        cost,
        shown(two),
        shown(ranks.get(key)),
        shown(torch.get(key)),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

if (flags.rank) await asRank();
else compare();
