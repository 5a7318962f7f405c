// A model in other formats: safetensors, NumPy's npz, ONNX, JSON; each can be read back.
import {
  exportModel,
  fit,
  importModel,
  type ModelFormat,
  measureNormalization,
  modelFormats,
  modelOf,
  multilayerPerceptron,
  predictImages,
  RandomState,
  syntheticSplits,
} from "handgrad";

const random = new RandomState(1);
const sizes = { train: 400, validation: 100, test: 100 };
const { train, validation, test } = syntheticSplits({ random, sizes });
const normalization = measureNormalization(train);
const network = multilayerPerceptron({ sizes: [3072, 8, 20], inputShape: train.inputShape, random });
const optimizer = { kind: "adam", learningRate: 1e-3 } as const;
await fit({ network, optimizer, train, validation, normalization, random, epochs: 2 });

const { inputShape, labelNames } = train;
const model = modelOf(network, { inputShape, labelNames, normalization });
const image = test.inputs.slice(0, 3072) as Uint8Array;
const [[wanted]] = predictImages(model, [image]);
for (const format of Object.keys(modelFormats) as ModelFormat[]) {
  const bytes = exportModel(model, format); // writeFileAtomic of handgrad/node writes them to a path
  const [[got]] = predictImages(await importModel(bytes, { name: `model.${format}` }), [image]);
  const same = got.label === wanted.label && got.probability === wanted.probability;
  console.log(`${format}: ${bytes.length} bytes, read back ${same ? "with the same answer" : "with another answer"}`);
}
