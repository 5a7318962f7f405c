import { extname, join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder, listFiles, listFolder } from "../listFolder.ts";
import { readImage } from "./imageFile.ts";

export const imageEndings = new Set([".jpg", ".jpeg", ".png", ".webp"]);
/** How many pictures are decoded at a time: as many as keep a few cores busy, and few enough to hold in memory at full size. */
const together = 8;

export interface ImageFolderOptions {
  readonly height: number;
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** The image files of each class, which is a folder's name; both in alphabetical order, hidden ones left out. */
export function listImages(folder: string): ReadonlyMap<string, readonly string[]> {
  const classes = new Map<string, readonly string[]>();
  for (const name of listFolder(folder)) {
    const inner = join(folder, name);
    if (name.startsWith(".") || !isFolder(inner)) continue;
    const files = listFiles(inner).filter((file) => imageEndings.has(extname(file).toLowerCase()));
    if (files.length > 0) classes.set(name, files);
  }
  return classes;
}

/**
 * A folder of images, one folder for each class: cats/1.jpg, dogs/2.png … (JPEG, PNG, WebP), each scaled until it covers the size
 * and cropped around the centre. Throws DataError for a file that is no image, for no images, and for one class only.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions): Promise<Dataset> {
  const { height, width, signal, onProgress } = options;
  const classes = listImages(folder);
  const labelNames = [...classes.keys()];
  if (labelNames.length === 0) {
    throw new DataError(`${folder}: no images; expected a folder for each class, with .jpg, .png or .webp files in it`);
  }
  if (labelNames.length === 1) {
    throw new DataError(`${folder}: one class only, ${labelNames[0]}; expected a folder for each class`);
  }
  const files = [...classes.values()].flatMap((paths, label) => paths.map((path) => ({ path, label })));
  if (labelNames.length > files.length / 2) {
    throw new DataError(
      `${folder}: ${labelNames.length} classes, but ${files.length} images: too few of each to learn`,
    );
  }
  const size = height * width * 3;
  const inputs = new Uint8Array(files.length * size);
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    while (next < files.length) {
      signal?.throwIfAborted();
      const i = next++;
      inputs.set(await readImage(files[i].path, { height, width }), i * size);
      onProgress?.(++done, files.length);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  const labels = Int32Array.from(files, ({ label }) => label);
  return { name: folder, inputs, inputShape: [height, width, 3], labels, labelNames };
}
