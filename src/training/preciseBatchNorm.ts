import { BatchReader } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Sequential } from "../layers/sequential.ts";
import type { EvaluateOptions } from "./evaluateOptions.ts";
import { yieldsToEvents } from "./yieldToEvents.ts";

/**
 * Runs with the statistics of batch normalization measured on a data set, and then restores those that followed the batches of
 * training, even after an error. They are the means, over batches of the data, of μ and σ² as evaluation sees them: images are not
 * augmented, and nothing is dropped. Mixed images (cutmix) have other statistics than those that a network answers for. "Precise
 * batch normalization": Wu & Johnson 2021, arXiv:2105.07576.
 */
export async function withPreciseBatchNorm<Result>(
  network: Sequential,
  dataset: Dataset,
  options: EvaluateOptions,
  run: () => Promise<Result>,
): Promise<Result> {
  const running = network.buffers.map(({ value }) => value.data.slice());
  try {
    await measureStatistics(network, dataset, options);
    return await run();
  } finally {
    network.buffers.forEach(({ value }, i) => {
      value.data.set(running[i]);
    });
  }
}

// r ← r + share·(batch's − r), with the batch's share of all rows so far: the mean over all rows
async function measureStatistics(
  network: Sequential,
  dataset: Dataset,
  { normalization, batchSize = 100, signal }: EvaluateOptions,
): Promise<void> {
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  const yieldToEvents = yieldsToEvents();
  const all = dataset.labels.length;
  for (let start = 0; all - start > 1; start += batchSize) {
    await yieldToEvents();
    signal?.throwIfAborted();
    const length = Math.min(batchSize, all - start); // a single row has no variance and is left out
    const rows = Int32Array.from({ length }, (_, i) => start + i);
    workspace.step(() => {
      network.forward(reader.read(rows, workspace).inputs, { mode: "evaluate", share: length / (start + length) });
    });
  }
}
