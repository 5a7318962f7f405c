// A run as plain data: schedule, warm-up, clipping, averaging, early stopping. The same JSON goes to `handgrad train --settings`.
import { evaluate, fit, measureNormalization, parseSettings, prepareFit, RandomState, syntheticSplits } from "handgrad";

const sizes = { train: 400, validation: 100, test: 100 };
const splits = syntheticSplits({ random: new RandomState(1), sizes });
const data = { ...splits, normalization: measureNormalization(splits.train) };

const settings = parseSettings({
  layers: [3072, 16, 20], // or any layers: [{ kind: "flatten" }, { kind: "linear", outputs: 20 }]
  normalizationLayers: "batch",
  optimizer: "adam",
  learningRate: 0.003,
  scaledWeightDecay: 0.01, // with Adam: AdamW
  schedule: { kind: "cosine" },
  warmUpEpochs: 1,
  clipNorm: 5, // the norm of all gradients together
  labelSmoothing: 0.05,
  emaDecay: 0.9, // the average of the last parameters is evaluated and saved
  patience: 3, // epochs without a better validation accuracy
  epochs: 10,
  batchSize: 50,
});

const options = prepareFit(settings, data);
const { best, history } = await fit(options);
console.log(`best epoch ${(best?.epoch ?? 0) + 1} of ${history.valScore.length} that were trained`);
if (best) options.network.load(best.parameters);
const { metric, score } = await evaluate(options.network, data.test, data);
console.log(`test ${metric} ${score}`);
