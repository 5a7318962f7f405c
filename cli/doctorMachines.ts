import { breakEvenBatch, fastest, type MpiRanks, measureExchanges, measureSpeed, openKernels } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { inRanks, launch, withThreadsOf } from "./ranks.ts";

/** `doctor --machines`: whether training on several machines pays off. */
export async function doctorMachines(): Promise<void> {
  const started = launch();
  if (!started) return print(reportOf(speedOf({})));
  await inRanks(started, async (ranks) => {
    const speed = speedOf(withThreadsOf({}, started));
    ranks.barrier();
    print(reportOf(speed, ranks));
  });
}

function print(lines: readonly string[]): void {
  console.log(lines.join("\n"));
}

function speedOf({ threads }: { readonly threads?: number }): { readonly kernels: string; readonly speed: number } {
  const kernels = openKernels({ kernels: fastest(), ...(threads && { threads }) });
  try {
    return { kernels: `${kernels.name}, threads: ${kernels.threads}`, speed: measureSpeed(kernels) };
  } finally {
    kernels.close();
  }
}

function reportOf({ kernels, speed }: ReturnType<typeof speedOf>, ranks?: MpiRanks): string[] {
  const lines = [`speed     ${(speed / 1e9).toFixed(0)} GFLOP/s in float32 (${kernels})`];
  const even = (bandwidth: number, machines: number) =>
    plural(Math.ceil(breakEvenBatch(speed, bandwidth, machines)), "row");
  if (!ranks) {
    lines.push("network   not measured; start this command with mpiexec on the machines to measure it");
    for (const gigabits of [1, 10, 25]) {
      const rows = [2, 4, 8].map((machines) => `${even(gigabits * 1e9, machines)} on each of ${machines}`);
      lines.push(`  at ${gigabits} Gbit/s: ${rows.join(", ")}`);
    }
    return [...lines, ...explanation];
  }
  const exchanges = measureExchanges(ranks);
  lines.push(`ranks     ${ranks.size} processes, ${ranks.version}`);
  for (const { distance, latency, bandwidth } of exchanges) {
    lines.push(
      `  ranks 0 and ${distance}: ${latency.toFixed(0)} µs for 8 bytes, ${(bandwidth / 1e9).toFixed(1)} Gbit/s for gradients`,
    );
  }
  const slowest = Math.min(...exchanges.map(({ bandwidth }) => bandwidth));
  return [...lines, `at this speed: ${even(slowest, ranks.size)} on each of ${ranks.size}`, ...explanation];
}

const explanation = [
  "",
  "With this number of rows on each machine, exchanging the gradients takes as long as computing them. Several machines",
  "pay off only with larger batches. --batch-size is the number of rows on all machines together.",
];
