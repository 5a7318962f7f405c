import { type RecognizedFile, recognizeFile } from "../formats/recognizeFile.ts";
import { DataError } from "../tensor/errors.ts";

const convert =
  'in Python write its weights with safetensors.torch.save_file(model.state_dict(), "weights.safetensors")';
const intoNetwork = "import those with --like RUN or --layers SIZES";
const unsafe = "it can run code and is never opened";

/** What to do with a file of weights. */
export const weightsAdvice = (name: string): string =>
  `import its weights into a network: handgrad import ${name} --like RUN or --layers SIZES`;

/** What to do with a file, by its kind. */
const advice: Readonly<Record<RecognizedFile["kind"], (name: string, what: string) => string>> = {
  safetensors: weightsAdvice,
  onnx: (name, what) =>
    what.endsWith("written by handgrad")
      ? `import it first: handgrad import ${name}`
      : `only ONNX files that Handgrad wrote can be imported; of others write the weights as .safetensors or .npz, then ${intoNetwork}`,
  npz: (name) => `import it first: handgrad import ${name}`,
  json: (name) => `if Handgrad wrote it, import it first: handgrad import ${name}`,
  pytorch: () => `${unsafe}; ${convert}, then ${intoNetwork}`,
  pickle: () => `${unsafe}; in Python write its weights with numpy.savez or safetensors, then ${intoNetwork}`,
  keras: () => `in Python write its weights with numpy.savez("weights.npz", *model.get_weights()), then ${intoNetwork}`,
  tflite: () => `write the weights of the model that it was made from as .npz or .safetensors, then ${intoNetwork}`,
  tensorflow: () => `in Python write its weights with numpy.savez, then ${intoNetwork}`,
  other: () => "",
};

/** "model.pt: a PyTorch file …; expected …; what to do": one line about a file that is not a Handgrad model. */
export function foreignFileError(bytes: Uint8Array, name: string, expected: string): DataError {
  const { kind, what } = recognizeFile(bytes);
  const way = advice[kind](name, what);
  return new DataError(`${name}: ${what}; expected ${expected}${way && `; ${way}`}`);
}
