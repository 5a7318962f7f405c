// The part of the gradient exchange that is hidden by the backward pass: two ranks in two network namespaces of this machine; tc
// limits the bandwidth between them. Needs Linux, root and MPICH.
//   node bench/overlap.bench.ts [--mpiexec FILE] [--rates 1gbit,10gbit] [--batch 1024] [--seconds 8] [--threads 1]
// Milliseconds per step, the shortest of many, measured alternately, because other programs only make a step slower: without
// exchange, with the exchange after the backward pass, and with the exchange during it. Hidden is the part of the exchange that
// does not lengthen the step.
import { execFileSync, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import {
  type Dataset,
  joinRanks,
  launchOf,
  type MpiRanks,
  openKernels,
  prepareFit,
  type Ranks,
  readSettings,
  Trainer,
  type Transfer,
} from "../src/node.ts";
import { normalization, pixels } from "./pixels.ts";

const { values: flags } = parseArgs({
  options: {
    mpiexec: { type: "string", default: "mpiexec" },
    rates: { type: "string", default: "1gbit,10gbit" },
    batch: { type: "string", default: "1024" },
    seconds: { type: "string", default: "8" },
    network: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
    rank: { type: "boolean", default: false },
  },
});
const networks = flags.network
  ? [flags.network.split("-").map(Number)]
  : [
      [3072, 512, 256, 20],
      [3072, 100, 100, 100, 100, 100, 20],
    ];
const batchSize = Number(flags.batch);
const namespaces = ["handgrad1", "handgrad2"];
const device = "hg0";

/** `ip` and `tc` of Linux. */
const root = (command: string): string => {
  const [program, ...args] = command.split(" ");
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
};

function connect(rate: string): void {
  disconnect();
  const [one, other] = namespaces;
  for (const name of namespaces) root(`ip netns add ${name}`);
  root(`ip link add ${device} netns ${one} type veth peer name ${device} netns ${other}`);
  namespaces.forEach((name, i) => {
    root(`ip -n ${name} addr add 10.77.0.${i + 1}/24 dev ${device}`);
    for (const link of ["lo", device]) root(`ip -n ${name} link set ${link} up`);
    root(`ip netns exec ${name} tc qdisc add dev ${device} root tbf rate ${rate} burst 256kb latency 50ms`);
  });
}

function disconnect(): void {
  const there = root("ip netns list");
  for (const name of namespaces) if (there.includes(name)) root(`ip netns del ${name}`);
}

const data = flags.rank ? pixels() : undefined;

function trainerOf(layers: readonly number[], ranks: Ranks): Trainer {
  const settings = readSettings({ layers, batchSize, shards: 8, epochs: 100_000 });
  const kernels = openKernels({ threads: Number(flags.threads) });
  const train = data as Dataset;
  const prepared = prepareFit(settings, { train, validation: train, normalization }, kernels);
  const sharding = prepared.sharding && { ...prepared.sharding, ranks };
  return new Trainer({ ...prepared, sharding, guard: false });
}

/** The same ranks, but transfers begin with the first wait, after the backward pass. */
function afterwards(ranks: MpiRanks): Ranks {
  let later: (() => void)[] = [];
  const begin: MpiRanks["begin"] = (...exchange) => {
    let transfer: Transfer | undefined;
    later.push(() => {
      transfer = ranks.begin(...exchange);
    });
    const wait = (): void => {
      for (const start of later) start();
      later = [];
      transfer?.wait();
    };
    return { isDone: () => transfer?.isDone() ?? false, wait };
  };
  return { rank: ranks.rank, size: ranks.size, swap: ranks.swap.bind(ranks), begin };
}

async function asRank(): Promise<void> {
  const launch = launchOf(process.env);
  if (!launch) throw new Error("--rank: expected to be started by mpiexec");
  const ranks = await joinRanks(launch);
  const { rank, size } = ranks;
  const ways: Ranks[] = [
    { rank, size, swap: (_, outgoing, incoming) => incoming.set(outgoing as Float32Array) },
    afterwards(ranks),
    ranks,
  ];
  for (const layers of networks) {
    const trainers = ways.map((way) => trainerOf(layers, way));
    const times: number[][] = ways.map(() => []);
    // Rank 0 decides when all stop
    const left = new Float64Array(new ArrayBuffer(8));
    const other = new Float64Array(new ArrayBuffer(8));
    const began = performance.now();
    for (let round = 0; left[0] === 0 || round < 3; round++) {
      trainers.forEach((trainer, i) => {
        ranks.barrier();
        for (let step = 0; step < 3; step++) {
          const start = performance.now();
          trainer.step();
          if (round > 0) times[i].push(performance.now() - start);
        }
      });
      left[0] = Number(performance.now() - began > 1000 * Number(flags.seconds));
      ranks.swap(rank ^ 1, left, other);
      left[0] = Math.max(left[0], other[0]);
    }
    const [alone, after, during] = times.map((each) => Math.min(...each));
    const hidden = `${Math.round((100 * (after - during)) / (after - alone))} %`;
    const cells = [layers.join("-"), batchSize, ...[alone, after, during].map((time) => time.toFixed(2)), hidden];
    if (rank === 0) console.log(`|${cells.join("|")}|`);
  }
  await ranks.end();
}

function compare(): void {
  const own = new URL(import.meta.url).pathname;
  const args = ["--rank", "--batch", flags.batch, "--seconds", flags.seconds, "--threads", flags.threads];
  if (flags.network) args.push("--network", flags.network);
  // Without shared memory, through the network between the namespaces
  const network = { MPIR_CVAR_NOLOCAL: "1", MPIR_CVAR_CH4_NETMOD: "ofi", FI_PROVIDER: "tcp", FI_TCP_IFACE: device };
  console.log("|rate|network|batch|no exchange|after|during|hidden|\n|---|---|---|---|---|---|---|");
  for (const rate of flags.rates.split(",")) {
    connect(rate);
    const commands = namespaces.map((name) => ["-n", "1", "ip", "netns", "exec", name, process.execPath, own, ...args]);
    const all = [...commands[0], ":", ...commands[1]];
    const { stdout, stderr, status } = spawnSync(flags.mpiexec, all, {
      encoding: "utf8",
      env: { ...process.env, ...network },
    });
    if (status !== 0) console.error(stderr);
    for (const line of stdout.trim().split("\n")) console.log(`|${rate}${line}`);
    disconnect();
  }
}

if (flags.rank) await asRank();
else compare();
