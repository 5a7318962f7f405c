import { BatchReader } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Sequential } from "../layers/sequential.ts";
import { restoring } from "../tensor/restoring.ts";
import { batchesOfRows } from "./batchesOfRows.ts";
import type { EvaluateOptions } from "./evaluateOptions.ts";

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
  const statistics = network.buffers.map(({ value }) => value.data);
  return restoring(statistics, async () => {
    await measureStatistics(network, dataset, options);
    return run();
  });
}

// r ← r + share·(batch's − r), with the batch's share of all rows so far: the mean over all rows
async function measureStatistics(
  network: Sequential,
  dataset: Dataset,
  { normalization, batchSize = 100, signal }: EvaluateOptions,
): Promise<void> {
  const { workspace, dtype } = network;
  const reader = new BatchReader(dataset, { dtype, normalization });
  for await (const rows of batchesOfRows(0, dataset.labels.length, { batchSize, signal })) {
    const [start] = rows;
    const { length } = rows;
    if (length === 1) return; // a single row has no variance
    workspace.step(() => {
      network.forward(reader.read(rows, workspace).inputs, { mode: "evaluate", share: length / (start + length) });
    });
  }
}
