// A model in the formats of others: safetensors, NumPy's npz, ONNX, JSON; each can be read back.
import {
  exportModel,
  fit,
  importModel,
  type Model,
  type ModelFormat,
  measureNormalization,
  modelFormats,
  parseSettings,
  predictImages,
  prepareFit,
  RandomState,
  syntheticSplits,
} from "handgrad";

const sizes = { train: 400, validation: 100, test: 100 };
const { train, validation, test } = syntheticSplits({ random: new RandomState(1), sizes });
const normalization = measureNormalization(train);
const settings = parseSettings({ layers: [3072, 8, 20], epochs: 2, normalization });
const { best } = await fit(prepareFit(settings, { train, validation, normalization }));
const { labelNames, inputShape } = train;
const parameters = best?.parameters ?? {};
const model: Model = { settings, normalization, labelNames, inputShape, standIn: true, parameters };

const image = test.inputs.slice(0, 3072) as Uint8Array;
const [[wanted]] = predictImages(model, [image]);
for (const format of Object.keys(modelFormats) as ModelFormat[]) {
  const bytes = exportModel(model, format); // writeFileAtomic of handgrad/node puts them into a file
  const [[got]] = predictImages(await importModel(bytes, { name: `model.${format}` }), [image]);
  const same = got.label === wanted.label && got.probability === wanted.probability;
  console.log(`${format}: ${bytes.length} bytes, read back ${same ? "with the same answer" : "with another answer"}`);
}
