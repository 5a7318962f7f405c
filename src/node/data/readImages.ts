import { planImages } from "../../data/imageTree.ts";
import { filesOfFolder, openImageFiles } from "../../data/reading/imageFiles.ts";
import type { OwnImages } from "../../data/reading/ownDataTypes.ts";
import { type ReadImagesOptions as ImageOptions, readImagesIn } from "../../data/reading/readImages.ts";
import { openFolder } from "./inputFolder.ts";
import { inputAt, inputFile } from "./inputPath.ts";
import { nodePlatform } from "./nodePlatform.ts";

export interface ReadImagesOptions extends Omit<ImageOptions, "labels"> {
  /** where the classes are, if not in folder names: "name" (in file names), or the path of a table with a column of file names */
  readonly labelsFrom?: string | undefined;
}

/**
 * Reads the images of a folder, .zip, .tar or .tar.gz with one folder for each class: cats/1.jpg, dogs/2.png …. Each image is
 * scaled until it covers the size and cropped around the centre. Folders train/, val/ and test/ are parts. Throws DataError for a
 * file that is not an image (unless `skipBroken`), if there are no images, and (unless `forEvaluation`) if there is only one
 * class.
 */
export async function readImages(path: string, options: ReadImagesOptions): Promise<OwnImages> {
  const source = await openImageFiles(inputAt(path), nodePlatform);
  try {
    return await readImagesIn(source, { ...options, ...labelOptions(options) }, nodePlatform);
  } finally {
    source.close();
  }
}

/** The source of labels, with files instead of paths. */
export function labelOptions({ labelsFrom }: Pick<ReadImagesOptions, "labelsFrom">): Pick<ImageOptions, "labels"> {
  if (labelsFrom === undefined || labelsFrom === "name") return { labels: labelsFrom };
  return { labels: inputFile(labelsFrom) };
}

/**
 * The image files of each class in a folder with one folder for each class, both in alphabetical order. If there are parts, these
 * are the files of the training part.
 */
export function listImages(folder: string): ReadonlyMap<string, readonly string[]> {
  const source = filesOfFolder(openFolder(folder));
  const { parts, labelNames } = planImages(source);
  const filesOf = (name: string): string[] =>
    parts.train.filter(({ label }) => label === name).map(({ index }) => source.nameOf(index));
  return new Map(labelNames.map((name) => [name, filesOf(name)]));
}
