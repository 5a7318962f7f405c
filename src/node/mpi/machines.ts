import type { Kernels } from "../../kernels/kernels.ts";
import type { Ranks } from "../../kernels/ranks.ts";

// Estimates whether several machines are faster, from the speed of one machine and of the network.

/**
 * Operations for each parameter and row: one multiply-add (two operations) each in the forward pass, the weight gradient and the
 * input gradient.
 */
const operationsPerParameter = 6;
const bitsPerParameter = 32;

/**
 * The number of rows for each machine for which exchanging the gradients takes as long as computing them: b =
 * rounds·32·speed/(6·bandwidth), rounds = log₂(machines), speed in operations and bandwidth in bits per second. The number of
 * parameters cancels out. With more rows, most of the time is spent on computing.
 */
export function breakEvenBatch(speed: number, bandwidth: number, machines: number): number {
  return (Math.log2(machines) * bitsPerParameter * speed) / (operationsPerParameter * bandwidth);
}

/** Operations per second in the products of a linear layer 3072 → 512 with 128 rows: the best of several runs (0.5 s). */
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
  /** the distance between ranks r and r ^ distance */
  readonly distance: number;
  /** the time of an exchange of 8 bytes, in microseconds */
  readonly latency: number;
  /** the bandwidth in each direction in bits per second, for exchanges of 4 MB */
  readonly bandwidth: number;
}

/** The median of several exchanges at each distance, measured by this rank. All ranks must call it. */
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
