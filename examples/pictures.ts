// Images for a perceptron: DCT coefficients in place of pixels, and answers from several views.
import {
  evaluateOnTest,
  fit,
  imageSource,
  modelOfRun,
  parseSettings,
  prepareRun,
  RandomState,
  syntheticSplits,
  type TrainSettingsInput,
} from "handgrad";

// Drawn pictures of 20 classes: shapes and textures in two colours, at any place, size and angle.
const sizes = { train: 3500, validation: 1, test: 1000 };
const { train, test } = syntheticSplits({ random: new RandomState(1), sizes });
const source = imageSource(train, { given: test });

async function accuracyWith(layers: number[], extra: TrainSettingsInput): Promise<string> {
  const settings = parseSettings({
    ...{ layers, normalizationLayers: "batch", optimizer: "adam", learningRate: 0.003, batchSize: 50, epochs: 6 },
    ...{ schedule: { kind: "oneCycle" }, augmentation: { flip: true, shift: 3 }, ...extra },
  });
  const result = await fit(prepareRun(source, settings));
  if (!result.best) throw new Error("no epoch was finished");
  // The model contains the network and the preprocessing; only the model uses several views of each image.
  const model = modelOfRun(source, settings, result.best);
  const { score } = await evaluateOnTest(source, model, settings, result, { baseline: false });
  return `${(100 * score).toFixed(1)} %`;
}

const dct = { keep: 12, power: 0.2 }; // 12 × 12 × 3 = 432 numbers in place of 3072
console.log(`pixels: ${await accuracyWith([3072, 64, 20], {})}`);
console.log(`DCT: ${await accuracyWith([432, 64, 20], { dct })}`);
console.log(
  `in 18 views: ${await accuracyWith([432, 64, 20], { dct, testTimeAugmentation: { flip: true, shift: 2 } })}`,
);
