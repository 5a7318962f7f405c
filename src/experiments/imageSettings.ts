import type { Dataset } from "../data/dataset.ts";
import { convolutionLayers } from "../layers/convolutionNetworks.ts";
import type { Shape } from "../tensor/tensor.ts";
import type { TrainSettingsInput } from "./settings.ts";

/** Multiply-adds of a training by default: about three minutes on two cores. `train --minutes` measures instead. */
const work = 2e13;
/** channels of the first block, the widest first */
const firstWidths = [64, 48, 32, 24, 16, 12, 8];
/** the numbers of epochs that training chooses from, by the number of rows */
const [fewestEpochs, mostEpochs, steps] = [10, 60, 4000];

/** Blocks that leave 3 to 6 pixels a side: 31 (behind the whitened patches) → 15 → 7 → 3. */
function blocksFor(side: number): number {
  return Math.max(1, Math.floor(Math.log2((side - 1) / 3)));
}

/** Whether a convolutional network suits images of a shape: not too narrow for their length. */
export function suitsConvolution([height, width]: Shape): boolean {
  const [shorter, longer] = [Math.min(height, width), Math.max(height, width)];
  return shorter >= 4 && longer <= 4 * shorter;
}

/** Multiply-adds of one image in the forward pass: 3×3 convolutions; the first one of a block runs before the pooling. */
function costOf([height, width, channels]: Shape, widths: readonly number[]): number {
  let [pixels, before, sum] = [(height - 1) * (width - 1), 8 * channels, 0];
  for (const outputs of widths) {
    sum += 9 * pixels * outputs * (before + outputs / 4);
    pixels /= 4;
    before = outputs;
  }
  return sum;
}

/** A convolutional network for images and how it trains: as wide as fits into a fixed number of multiply-adds, with more epochs for fewer images. */
export function convolutionSettings(
  train: Pick<Dataset, "inputShape" | "labels">,
  outputs: number,
): TrainSettingsInput {
  const { inputShape, labels } = train;
  const [height, width, channels] = inputShape;
  const rows = labels.length;
  const side = Math.min(height, width);
  const batchSize = Math.min(rows, Math.max(8, Math.min(128, 2 ** Math.round(Math.log2(rows / 20)))));
  const wanted = Math.max(fewestEpochs, Math.min(mostEpochs, Math.round((steps * batchSize) / rows)));
  const widthsFrom = (first: number) => Array.from({ length: blocksFor(side) }, (_, i) => first * Math.min(4, 2 ** i));
  const workOf = (first: number, epochs: number) => 3 * costOf(inputShape, widthsFrom(first)) * rows * epochs;
  const first = firstWidths.find((each) => workOf(each, wanted) <= work) ?? firstWidths[firstWidths.length - 1];
  const epochs = Math.max(fewestEpochs, Math.min(wanted, Math.floor(work / workOf(first, 1))));
  const shift = Math.max(1, Math.round(side / 16));
  return {
    layers: convolutionLayers({ image: [height, width, channels], widths: widthsFrom(first), classes: outputs }),
    optimizer: "sgd",
    ...{ momentum: 0.9, nesterov: true, decayed: "weights" as const },
    learningRate: Number((0.4 * Math.sqrt(batchSize / 256)).toPrecision(2)),
    scaledWeightDecay: 5e-3,
    schedule: { kind: "triangle" },
    clipNorm: 5,
    // Images are shifted, but not mirrored, because a mirrored 3 is not a 3; --flip mirrors them
    augmentation: { shift },
    testTimeAugmentation: { flip: false, shift: Math.max(1, Math.round(side / 32)), diagonal: true },
    ...{ batchSize, epochs, seed: 1 },
  };
}
