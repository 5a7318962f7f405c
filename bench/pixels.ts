import { type Dataset, RandomState } from "../src/node.ts";

/** Images of 32×32 pixels whose bytes depend only on their position, so that they are the same in every process, with random labels. */
export function pixels(): Dataset {
  const random = new RandomState(1);
  const rows = 4096;
  const inputs = new Uint8Array(rows * 3072);
  for (let i = 0; i < inputs.length; i++) inputs[i] = Math.imul(i, 2654435761) >>> 24;
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 20));
  return { name: "pixels", inputs, inputShape: [32, 32, 3], labels, labelNames: Array.from({ length: 20 }, String) };
}

export const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
