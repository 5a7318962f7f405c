import { extname, relative } from "node:path";
import { brightnessOf } from "../../data/brightness.ts";
import { readCifar10 } from "../../data/cifar10.ts";
import { readIdxImages } from "../../data/idx.ts";
import { imageEndings } from "../../data/imageTree.ts";
import { DataError } from "../../tensor/errors.ts";
import { sizeOf } from "../../tensor/tensor.ts";
import { isFolder, listFiles } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";
import { inputsOf, readArrays } from "./arrayFiles.ts";
import { readImage } from "./imageFile.ts";
import { readMaybeGzip } from "./readMaybeGzip.ts";

// Images as a model takes them, without labels: what `readOwnData` reads for training, once more for predictions.

/** Where images lie: picture files, or one of the formats that hold many in a file. */
export type RawImages =
  | { readonly kind: "pictures"; readonly files: readonly string[] }
  | { readonly kind: "arrays"; readonly files: readonly string[] };

const isIdx = (name: string): boolean => /[-.]idx3(-|$)/.test(name);
const isCifar10 = (name: string): boolean => /_batch(_\d+)?\.bin$/.test(name);
const isArrays = (name: string): boolean =>
  isIdx(name) || isCifar10(name) || [".npz", ".npy"].includes(extname(name).toLowerCase());

/**
 * The files with images at a path. A folder of MNIST or CIFAR-10 stands for its test part, or for all that it has where there is none;
 * any other for all pictures in it and in the folders in it. Throws DataError where there is neither.
 */
export function findRawImages(path: string): RawImages {
  if (!isFolder(path)) return { kind: isArrays(path) ? "arrays" : "pictures", files: [path] };
  const files = listFiles(path);
  const arrays = files.filter((file) => isIdx(file) || isCifar10(file));
  const test = arrays.filter((file) => /(^|[\\/])(t10k|test)[-_]/.test(relative(path, file)));
  if (arrays.length > 0) return { kind: "arrays", files: test.length > 0 ? test : arrays };
  const pictures = files.filter((file) => imageEndings.has(extname(file).toLowerCase()));
  if (pictures.length > 0) return { kind: "pictures", files: pictures };
  throw new DataError(`${path}: no images; expected .jpg, .png or .webp files, MNIST's IDX or CIFAR-10's binary files`);
}

/** A picture as bytes of a model's input shape, in grey for one channel. Throws DataError that names the file. */
export async function readPicture(file: string, [height, width, channels]: readonly number[]): Promise<Uint8Array> {
  const pixels = await readImage(file, { height, width });
  return channels === 1 ? brightnessOf(pixels) : pixels;
}

/**
 * The images of an .npz or .npy file (bytes, (rows, height, width) or with channels), an IDX file (also .gz) or a binary file of
 * CIFAR-10, each as bytes of a model's input shape. Throws DataError when they are of another one.
 */
export async function readImageArrays(file: string, inputShape: readonly number[]): Promise<Uint8Array[]> {
  const { shape, data } = await readArray(file);
  const [rows, ...found] = shape;
  const given = found.length === 2 ? [...found, 1] : found;
  if (given.join() !== inputShape.join()) {
    const [wanted, got] = [inputShape, found].map((sizes) => sizes.join(", "));
    throw new DataError(
      `${file}: expected images of the shape that the model was trained on, (${wanted}), got (${got})`,
    );
  }
  const size = sizeOf(inputShape);
  return Array.from({ length: rows }, (_, row) => data.subarray(row * size, (row + 1) * size));
}

async function readArray(file: string): Promise<{ readonly shape: readonly number[]; readonly data: Uint8Array }> {
  if (isIdx(file)) return readIdxImages(readMaybeGzip(file), { name: file });
  if (isCifar10(file)) {
    const { inputs, inputShape, labels } = readCifar10([readRegularFile(file)], { name: file, labelNames: anyNames });
    return { shape: [labels.length, ...inputShape], data: inputs as Uint8Array };
  }
  const { inputName, inputs } = inputsOf(file, await readArrays(file));
  const { shape, data } = inputs;
  if (data instanceof Uint8Array) return { shape, data };
  throw new DataError(`${file}: ${inputName} must hold bytes (uint8), as the images did that the model was trained on`);
}

/** Labels stand in those files, but do not matter here. */
const anyNames = Array.from({ length: 256 }, (_, label) => String(label));
