import { extname, relative } from "node:path";
import { imageLayout, type PixelRange, pixelRange, squareLayout, toPixels } from "../../data/arrayImages.ts";
import { brightnessOf } from "../../data/brightness.ts";
import { readCifar10 } from "../../data/cifar10.ts";
import { readIdxImages } from "../../data/idx.ts";
import { imageEndings } from "../../data/imageTree.ts";
import { endingOf } from "../../data/imageTreeText.ts";
import { numbersOf, readArrays, rolesOf } from "../../data/reading/arrayFiles.ts";
import { mostImageBytes } from "../../data/reading/decodedImage.ts";
import { type ImageFiles, isArchive, openImageFiles } from "../../data/reading/imageFiles.ts";
import { DataError } from "../../tensor/errors.ts";
import { sizeOf } from "../../tensor/tensor.ts";
import { isFolder, listFiles } from "../listFolder.ts";
import { readRegularFile } from "../readFile.ts";
import { decodeImage, readImage } from "./imageFile.ts";
import { inputAt, inputFile } from "./inputPath.ts";
import { nodePlatform } from "./nodePlatform.ts";
import { readMaybeGzip } from "./readMaybeGzip.ts";

// Reads images without labels for predictions, in the formats that `readOwnData` reads for training.

/** An image file, possibly in an archive. */
export interface PictureFile {
  readonly name: string;
  /** its bytes; throws DataError with the name of the file */
  read(): Promise<Uint8Array>;
}

/** A source of images: single image files, or files that contain many images. */
export type RawImages =
  | { readonly kind: "pictures"; readonly count: number; readonly pictures: AsyncIterable<PictureFile> }
  | { readonly kind: "arrays"; readonly files: readonly string[] };

const isIdx = (name: string): boolean => /[-.]idx3(-|$)/.test(name);
const isCifar10 = (name: string): boolean => /_batch(_\d+)?\.bin$/.test(name);
const isArrays = (name: string): boolean =>
  isIdx(name) || isCifar10(name) || [".npz", ".npy"].includes(extname(name).toLowerCase());

/**
 * The files with images at a path. For a folder of MNIST or CIFAR-10, these are the files of the test part, or all files if it
 * has none. For any other folder and for an archive, they are all image files in it and its subfolders. Throws DataError if there
 * are none.
 */
export async function findRawImages(path: string): Promise<RawImages> {
  if (!isFolder(path)) {
    if (isArrays(path)) return { kind: "arrays", files: [path] };
    return isArchive(path) ? picturesIn(await openImageFiles(inputAt(path), nodePlatform)) : picturesOf([path]);
  }
  const files = listFiles(path);
  const arrays = files.filter((file) => isIdx(file) || isCifar10(file));
  const test = arrays.filter((file) => /(^|[\\/])(t10k|test)[-_]/.test(relative(path, file)));
  if (arrays.length > 0) return { kind: "arrays", files: test.length > 0 ? test : arrays };
  const pictures = files.filter((file) => imageEndings.has(extname(file).toLowerCase()));
  if (pictures.length > 0) return picturesOf(pictures);
  throw new DataError(`${path}: no images; expected .jpg, .png or .webp files, MNIST's IDX or CIFAR-10's binary files`);
}

function picturesOf(files: readonly string[]): RawImages {
  async function* pictures() {
    for (const name of files) yield { name, read: async () => readRegularFile(name, { most: mostImageBytes }) };
  }
  return { kind: "pictures", count: files.length, pictures: pictures() };
}

function picturesIn(source: ImageFiles): RawImages {
  const { name, files } = source;
  const isHidden = (file: string): boolean =>
    file.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
  const wanted = files.flatMap((file, i) => (imageEndings.has(endingOf(file)) && !isHidden(file) ? [i] : []));
  wanted.sort((a, b) => (files[a] < files[b] ? -1 : 1));
  if (wanted.length === 0) {
    source.close();
    throw new DataError(`${name}: no images; expected .jpg, .png, .webp or other image files`);
  }
  async function* pictures() {
    const reading = new Set<Promise<unknown>>(); // the archive stays open until all yielded files are read
    try {
      for await (const { index, read } of source.contents(wanted)) {
        const content = read();
        const settled = content
          .then(() => {})
          .catch(() => {})
          .finally(() => reading.delete(settled));
        reading.add(settled);
        yield { name: source.nameOf(index), read: () => content };
      }
    } finally {
      await Promise.all(reading);
      source.close();
    }
  }
  return { kind: "pictures", count: wanted.length, pictures: pictures() };
}

/** Decodes an image to bytes in the model's input shape, in grey for one channel. Throws DataError with the name of the file. */
export async function readPicture(
  file: string | PictureFile,
  [height, width, channels]: readonly number[],
): Promise<Uint8Array> {
  const pixels =
    typeof file === "string"
      ? await readImage(file, { height, width })
      : (await decodeImage(await file.read(), { height, width, name: file.name })).pixels;
  return channels === 1 ? brightnessOf(pixels) : pixels;
}

/**
 * Reads the images of an .npz or .npy file ((rows, height, width) or with channels), an IDX file (also .gz) or a binary file of
 * CIFAR-10, as bytes in the model's input shape. If arrays are divided into parts, the test part is read. `pixelRange` is the
 * range in training. Throws DataError for another shape or range.
 */
export async function readImageArrays(
  file: string,
  inputShape: readonly number[],
  options: ArrayReading = {},
): Promise<Uint8Array[]> {
  const { rows, shape, data } = await readArray(file, inputShape, options);
  if (shape.join() !== inputShape.join()) throw otherShape(file, inputShape, shape);
  const size = sizeOf(inputShape);
  return Array.from({ length: rows }, (_, row) => data.subarray(row * size, (row + 1) * size));
}

function otherShape(file: string, wanted: readonly number[], found: readonly number[]): DataError {
  const [expected, got] = [wanted, found].map((sizes) => sizes.join(", "));
  return new DataError(`${file}: expected images of shape (${expected}) as in training, found (${got})`);
}

export interface ArrayReading {
  /** the values of black and white in the training arrays */
  readonly pixelRange?: PixelRange | undefined;
  /** called if the range of values differs from that of the training */
  readonly onWarning?: ((message: string) => void) | undefined;
}

interface RawArray {
  readonly rows: number;
  /** the shape of one image */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

async function readArray(
  file: string,
  inputShape: readonly number[],
  { pixelRange: range, onWarning }: ArrayReading,
): Promise<RawArray> {
  if (isIdx(file)) {
    const { shape, data } = readIdxImages(readMaybeGzip(file), { name: file });
    return { rows: shape[0], shape: shape.slice(1), data };
  }
  if (isCifar10(file)) {
    const {
      inputs,
      inputShape: shape,
      labels,
    } = readCifar10([readRegularFile(file)], { name: file, labelNames: anyNames });
    return { rows: labels.length, shape, data: inputs as Uint8Array };
  }
  const arrays = await readArrays(inputFile(file));
  const roles = rolesOf(file, arrays, { isWithoutTraining: true });
  const name = (roles.parts.test ?? roles.parts.train ?? roles.parts.validation)?.inputs as string;
  const array = numbersOf(file, arrays, name);
  const { shape, data } = array;
  const found = imageLayout(shape);
  // A model of square images may have been trained on arrays (rows, side²)
  const layout = found ?? (shape.length === 2 && sizeOf(inputShape) === shape[1] ? squareLayout(shape) : undefined);
  if (!layout) throw otherShape(file, inputShape, shape.slice(1));
  const { height, width, channels } = layout;
  const same = [height, width, channels];
  if (same.join() !== inputShape.join()) throw otherShape(file, inputShape, shape.slice(1));
  const isBytes = data instanceof Uint8Array;
  const outside = range ? data.findIndex((value) => !(value >= range[0] && value <= range[1])) : 0;
  const own = isBytes ? undefined : pixelRange(data, layout);
  if (range && own && range[1] > 1 && own[1] <= 1)
    onWarning?.(
      `${file}: ${name} has values from ${own.join(" to ")}, but the training arrays have values from ${range.join(" to ")}`,
    );
  if (range && outside === -1) return { rows: shape[0], shape: same, data: toPixels(array, layout, range).pixels };
  if (isBytes) return { rows: shape[0], shape: same, data: toPixels(array, layout, [0, 255]).pixels };
  if (range)
    throw new DataError(
      `${file}: ${name}: expected values from ${range.join(" to ")}, as in training, found ${data[outside]}`,
    );
  throw new DataError(`${file}: ${name}: expected bytes (uint8) as in training, found other numbers`);
}

/** These files also contain labels, which are not used. */
const anyNames = Array.from({ length: 256 }, (_, label) => String(label));
