// Pictures for a perceptron: frequencies in place of pixels, and answers from several views.
import {
  evaluate,
  fit,
  measureNormalization,
  parseSettings,
  prepareFit,
  RandomState,
  restoreNetwork,
  syntheticSplits,
  wasmKernels,
} from "handgrad";

// Drawn pictures of 20 classes: shapes and textures in two colours, at any place, size and angle.
const sizes = { train: 3000, validation: 500, test: 1000 };
const { train, validation, test } = syntheticSplits({ random: new RandomState(1), sizes });
const normalization = measureNormalization(train);
const kernels = wasmKernels();

async function accuracyWith(layers: number[], extra: object): Promise<string> {
  const settings = parseSettings({
    ...{ layers, initializer: "he", normalizationLayers: "batch", optimizer: "adam", learningRate: 0.003, epochs: 6 },
    ...{ schedule: { kind: "oneCycle" }, augmentation: { flip: true, shift: 3 }, batchSize: 50, ...extra },
  });
  const { best } = await fit(prepareFit(settings, { train, validation, normalization }, kernels));
  const { labelNames, inputShape } = train;
  // A model is what was trained and all that raw images need; only it looks at them in several views.
  const model = { settings, normalization, labelNames, inputShape, standIn: true, parameters: best?.parameters ?? {} };
  const { accuracy } = await evaluate(restoreNetwork(model, kernels), test, { normalization });
  return `${(100 * accuracy).toFixed(1)} %`;
}

const frequencies = { keep: 12, power: 0.2 }; // 12 × 12 × 3 = 432 numbers in place of 3072
console.log(`pixels: ${await accuracyWith([3072, 64, 20], {})}`);
console.log(`frequencies: ${await accuracyWith([432, 64, 20], { frequencies })}`);
console.log(`in 18 views: ${await accuracyWith([432, 64, 20], { frequencies, views: { flip: true, shift: 2 } })}`);
kernels.close();
