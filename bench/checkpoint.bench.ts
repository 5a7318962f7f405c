// The cost of checkpoints every 10 s: node bench/checkpoint.bench.ts [SECONDS A BLOCK] [ROUNDS] One run that alternates between
// blocks with and without checkpoints: TinyNet with Adam, whose state is three times the size of its weights.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  encodeCheckpoint,
  measureNormalization,
  openKernels,
  parseSettings,
  prepareFit,
  RandomState,
  syntheticSplits,
  Trainer,
  type TrainerState,
  writeCheckpoint,
} from "../src/node.ts";
import { Checkpointing } from "../src/training/checkpointing.ts";
import { median } from "./statistics.ts";

const [block = 21, rounds = 4] = process.argv.slice(2).map(Number);
const kernels = openKernels({ threads: 1 }); // one thread, because waiting threads would be counted as work
const small = syntheticSplits({ random: new RandomState(1), sizes: { train: 10_000, validation: 100, test: 1 } });
// Epochs take more than 10 s, so that checkpoints depend only on the clock.
const train = {
  ...small.train,
  inputs: Buffer.concat(Array.from({ length: 12 }, () => small.train.inputs as Uint8Array)),
  labels: Int32Array.from({ length: 120_000 }, (_, row) => small.train.labels[row % 10_000]),
};
const data = { ...small, train };
const settings = parseSettings({ optimizer: "adam", learningRate: 1e-4, epochs: 1_000_000 });
const trainer = new Trainer(
  prepareFit(settings, { ...data, normalization: measureNormalization(small.train) }, kernels),
);
const folder = mkdtempSync(join(tmpdir(), "handgrad-"));
const events = trainer[Symbol.asyncIterator]();

const blocking: number[] = [];
const save = async (state: TrainerState): Promise<void> => {
  const began = performance.now();
  const bytes = encodeCheckpoint(state, { settings });
  blocking.push(performance.now() - began);
  await writeCheckpoint(folder, bytes);
};

interface Block {
  readonly steps: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function trainFor(checkpoints: Checkpointing | undefined): Promise<Block> {
  const before = trainer.steps;
  const cpu = process.cpuUsage();
  const began = performance.now();
  while (performance.now() - began < 1000 * block) {
    const { value: event } = await events.next();
    if (event) await checkpoints?.after(event);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    steps: trainer.steps - before,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

await trainFor(undefined); // warm
const blocks: Record<"off" | "on", Block[]> = { off: [], on: [] };
for (let round = 0; round < rounds; round++) {
  blocks.off.push(await trainFor(undefined));
  blocks.on.push(await trainFor(new Checkpointing(trainer, { seconds: 10, save })));
}
const total = (of: Block[], key: keyof Block) => of.reduce((sum, one) => sum + one[key], 0);
for (const name of ["off", "on"] as const) {
  const [steps, seconds, cpu] = (["steps", "seconds", "cpuSeconds"] as const).map((key) => total(blocks[name], key));
  const each = blocks[name].map((one) => (one.steps / one.seconds).toFixed(0)).join(", ");
  console.log(
    `${name.padEnd(3)} ${(steps / seconds).toFixed(1)} steps/s (${each}), ${((1e3 * cpu) / steps).toFixed(3)} ms of CPU a step`,
  );
}
const rate = (of: Block[]) => total(of, "steps") / total(of, "seconds");
const cpu = (of: Block[]) => total(of, "cpuSeconds") / total(of, "steps");
console.log(
  `throughput ${(100 * (1 - rate(blocks.on) / rate(blocks.off))).toFixed(2)} % lower with checkpoints, CPU a step ${(100 * (cpu(blocks.on) / cpu(blocks.off) - 1)).toFixed(2)} % more (both with the noise of the machine)`,
);

// Without this noise: only the work of checkpoints, including that of the threads that write.
const inTraining = blocking.length;
const before = process.cpuUsage();
for (let i = 0; i < 30; i++) await save(trainer.state());
const { user, system } = process.cpuUsage(before);
const work = (user + system) / 30_000;
const size = statSync(join(folder, "checkpoint.safetensors")).size / 1e6;
console.log(
  `${inTraining} checkpoints of ${size.toFixed(1)} MB in training; encoding interrupts it for ${median(blocking).toFixed(1)} ms (median); ` +
    `all their work is ${work.toFixed(1)} ms of CPU each, ${(work / 100).toFixed(2)} % of 10 s`,
);
kernels.close();
rmSync(folder, { recursive: true });
