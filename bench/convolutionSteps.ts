// The training step of bench/convolutionSteps.bench.ts, with the network of bench/peers/convolutionSteps.py and random images.
import { Augmentation } from "../src/data/augment.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { convolutionLayers } from "../src/layers/convolutionNetworks.ts";
import { CrossEntropyLoss, makeNetwork, RandomState, Sgd, trainStep } from "../src/node.ts";
import { inTurn, randomImages } from "./randomImages.ts";

export const batch = 256;
const rows = 4096;

/**
 * Runs one step: gather a batch from bytes, shift and mirror it, forward, cross-entropy with label smoothing, backward, Nesterov
 * momentum.
 */
export function makeConvolutionStep(kernels: Kernels, widths: readonly number[]): () => void {
  const random = new RandomState(0);
  const reader = randomImages(kernels, { rows, length: 3072, classes: 100, dtype: "float32", random });
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
  return inTurn(rows, batch, random, (indices) => {
    trainStep(training, (workspace) => reader.read(indices, workspace), random);
  });
}
