// The training step of bench/convolutionSteps.bench.ts: that of the network in bench/peers/convolutionSteps.py, with images drawn at random.
import { Augmentation } from "../src/data/augment.ts";
import { BatchReader } from "../src/data/batches.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { convolutionLayers } from "../src/layers/convolutionNetworks.ts";
import { CrossEntropyLoss, type Dataset, makeNetwork, RandomState, Sgd, trainStep } from "../src/node.ts";

export const batch = 256;
const rows = 4096;

/** Runs one step: bytes to a shifted and mirrored batch, forward, cross-entropy with smooth labels, backward, Nesterov's momentum. */
export function makeConvolutionStep(kernels: Kernels, widths: readonly number[]): () => void {
  const random = new RandomState(0);
  const inputs = kernels.allocateBytes(rows * 3072);
  for (let i = 0; i < inputs.length; i++) inputs[i] = random.randint(0, 256);
  const labels = Int32Array.from({ length: rows }, () => random.randint(0, 100));
  const labelNames = Array.from({ length: 100 }, (_, i) => String(i));
  const data: Dataset = { name: "bench", inputs, inputShape: [32, 32, 3], labels, labelNames };
  const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
  const reader = new BatchReader(data, { dtype: "float32", normalization });
  const layers = convolutionLayers({ image: [32, 32, 3], widths, classes: 100 }).map((layer) =>
    layer.kind === "gelu" ? ({ kind: "geluExact" } as const) : layer,
  );
  const network = makeNetwork({ inputShape: [32, 32, 3], layers }, { random, kernels });
  const training = {
    network,
    loss: new CrossEntropyLoss({ labelSmoothing: 0.2 }),
    optimizer: new Sgd(network, { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-5 }),
    augmentation: new Augmentation({ flip: true, shift: 2 }, { random }),
  };
  const order = random.permutation(rows);
  let position = 0;
  return () => {
    if (position + batch > rows) position = 0;
    const indices = order.subarray(position, position + batch);
    position += batch;
    trainStep(training, (workspace) => reader.read(indices, workspace), random);
  };
}
