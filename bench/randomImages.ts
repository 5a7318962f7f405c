import { BatchReader } from "../src/data/batches.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Dataset, DType, RandomState } from "../src/node.ts";

export interface RandomImages {
  readonly rows: number;
  /** the number of bytes in an image */
  readonly length: number;
  readonly classes: number;
  readonly dtype: DType;
  readonly random: RandomState;
}

/** Reads batches of images with random bytes and labels, for benches of training steps. */
export function randomImages(kernels: Kernels, { rows, length, classes, dtype, random }: RandomImages): BatchReader {
  const inputs = kernels.allocateBytes(rows * length);
  for (let i = 0; i < inputs.length; i++) inputs[i] = random.randint(0, 256);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, classes));
  const labelNames = Array.from({ length: classes }, (_, i) => String(i));
  const data: Dataset = { name: "bench", inputs, inputShape: [32, 32, 3], labels, labelNames };
  const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
  return new BatchReader(data, { dtype, normalization });
}

/** Calls `step` with the next batch of a shuffled order, and begins again if too few rows are left. */
export function inTurn(rows: number, batch: number, random: RandomState, step: (rows: Int32Array) => void): () => void {
  const order = random.permutation(rows);
  let position = 0;
  return () => {
    if (position + batch > rows) position = 0;
    const indices = order.subarray(position, position + batch);
    position += batch;
    step(indices);
  };
}
