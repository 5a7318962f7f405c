// A small convolutional network for pictures, with the settings of the recipe `conv`.
import {
  convolutionLayers,
  epochsWithin,
  evaluateOnTest,
  fit,
  imageSource,
  modelOfRun,
  parseSettings,
  prepareRun,
  RandomState,
  recipes,
  syntheticSplits,
} from "handgrad";

const sizes = { train: 1000, validation: 200, test: 300 };
const { train, test } = syntheticSplits({ random: new RandomState(1), sizes });
const source = imageSource(train, { given: test });

const layers = convolutionLayers({ image: [32, 32, 3], widths: [8, 16, 32], classes: 20 });
const settings = parseSettings({ ...recipes.conv, layers, batchSize: 50, learningRate: 0.2, epochs: 5 });

const fitting = await epochsWithin(source, settings, { minutes: 60, now: () => performance.now() });
console.log(`more than 5 epochs in an hour: ${fitting.epochs > 5}`); // its epochs and evaluateEvery are settings of a training of an hour

const result = await fit(prepareRun(source, settings));
if (!result.best) throw new Error("no epoch was finished");
const model = modelOfRun(source, settings, result.best);
const { score } = await evaluateOnTest(source, model, settings, result, { baseline: false });
console.log(`test accuracy ${score.toFixed(2)}, by chance 0.05`);
