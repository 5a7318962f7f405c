import type { Kernels } from "../../kernels/kernels.ts";
import type { Ranks } from "../../kernels/ranks.ts";

// Whether several machines pay off: arithmetic, from the speed of one and of the network between them.

/** Multiply-adds of forward pass, weight gradient and input gradient, counted as two operations each, for each parameter and row. */
const operationsPerParameter = 6;
const bitsPerParameter = 32;

/**
 * Rows of a batch for each machine at which the exchange of the gradients takes as long as computing them:
 * b = rounds·32·speed/(6·bandwidth), rounds = log₂(machines), speed in operations and bandwidth in bits a second. The number of
 * parameters cancels out. With more rows than that, most of the time is spent on computing.
 */
export function breakEvenBatch(speed: number, bandwidth: number, machines: number): number {
  return (Math.log2(machines) * bitsPerParameter * speed) / (operationsPerParameter * bandwidth);
}

/** Operations a second of the products of a linear layer 3072 → 512 for 128 rows, the best of several runs (0.5 s). */
export function measureSpeed(kernels: Kernels): number {
  const [rows, inputs, outputs] = [128, 3072, 512];
  const [x, w, y] = [rows * inputs, inputs * outputs, rows * outputs].map((length) =>
    kernels.allocate("float32", length),
  );
  const operations = operationsPerParameter * rows * inputs * outputs;
  let best = Infinity;
  const end = performance.now() + 500;
  do {
    const began = performance.now();
    kernels.matmul(y, x, w, rows, inputs, outputs);
    kernels.matmulTransposeA(w, x, y, inputs, rows, outputs);
    kernels.matmulTransposeB(x, y, w, rows, outputs, inputs);
    best = Math.min(best, performance.now() - began);
  } while (performance.now() < end);
  return operations / (best / 1000);
}

export interface ExchangeSpeed {
  /** between ranks r and r ^ distance */
  readonly distance: number;
  /** microseconds for an exchange of 8 bytes */
  readonly latency: number;
  /** bits a second in each direction, in exchanges of 4 MB */
  readonly bandwidth: number;
}

/** The median of several exchanges at each distance, as this rank sees them. All ranks must call it. */
export function measureExchanges(ranks: Ranks): ExchangeSpeed[] {
  const speeds: ExchangeSpeed[] = [];
  for (let distance = 1; distance < ranks.size; distance *= 2) {
    const median = (length: number, repeats: number): number => {
      const [outgoing, incoming] = [new Float32Array(length), new Float32Array(length)];
      const times = Array.from({ length: repeats }, () => {
        const began = performance.now();
        ranks.swap(ranks.rank ^ distance, outgoing, incoming);
        return performance.now() - began;
      });
      return times.sort((a, b) => a - b)[repeats >> 1];
    };
    const length = 2 ** 20;
    const latency = 1000 * median(2, 200);
    speeds.push({ distance, latency, bandwidth: (length * bitsPerParameter) / (median(length, 20) / 1000) });
  }
  return speeds;
}
