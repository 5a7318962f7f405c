import { DataError } from "../../tensor/errors.ts";
import { type ImageLayout, type PixelRange, toPixels } from "../arrayImages.ts";
import { type ArrayLabels, distinctLabels, isMissing } from "../arrayLabels.ts";
import type { Dataset } from "../dataset.ts";
import { listed, plural } from "../imageTreeText.ts";
import type { ImagePart } from "../partFolders.ts";
import { pickParts } from "../rowParts.ts";
import type { ArrayPart } from "./arrayPart.ts";
import type { OwnImages } from "./ownDataTypes.ts";

interface ImageDetails {
  readonly layout: ImageLayout;
  readonly range: PixelRange;
  readonly classNames?: readonly string[] | undefined;
  /** allows few images and a single class */
  readonly forEvaluation?: boolean | undefined;
}

/**
 * Reads the images of all parts. Rows without a label, and rows of classes that are not in the training part, are left out with a
 * note. Throws DataError.
 */
export function imagesOf(
  path: string,
  parts: readonly ArrayPart[],
  { layout, range, classNames, forEvaluation = false }: ImageDetails,
): OwnImages {
  const [train] = parts;
  if (!train.labels)
    throw new DataError(`${path}: expected labels for the images, in an array called y, y_train, labels …, found none`);
  const classes = distinctLabels(train.labels.values);
  checkClasses(path, train, classes, { few: forEvaluation });
  const places = new Map(classes.map((value, i) => [value, i]));
  const notes: string[] = [];
  const named = classNames && classes.every((value) => typeof value === "number" && classNames[value] !== undefined);
  const labelNames = classes.map((value) => (named ? (classNames[Number(value)] as string) : String(value)));
  const datasets = parts.map((part): [ImagePart, Dataset | undefined] => {
    const { values } = part.labels as ArrayLabels;
    const { pixels, clipped, isRounded } = toPixels(part.inputs, layout, range);
    if (clipped > 0)
      notes.push(`${plural(clipped, "value")} of ${part.name} outside of ${range.join(" to ")} are clipped`);
    if (isRounded) notes.push(`${part.name} is rounded to 256 levels`);
    const missing = countRows(part.rows, (row) => isMissing(values[row]));
    if (missing > 0) notes.push(`${plural(missing, "row")} of ${part.name} without a label left out`);
    const rows = Array.from({ length: part.rows }, (_, row) => row).filter((row) => places.has(values[row]));
    const unknown = part.rows - missing - rows.length;
    if (unknown > 0) {
      const others = distinctLabels(values).filter((value) => !places.has(value));
      notes.push(
        `${plural(unknown, "row")} of ${part.name} left out, because ${train.name} does not have their classes: ${listed(others.map(String))}`,
      );
    }
    if (rows.length === 0) return [part.part, undefined];
    const { height, width, channels } = layout;
    const size = height * width * channels;
    const name = part.part === "train" ? path : `${path} (${part.part})`;
    const { rowParts } = part.inputs;
    const dataset: Dataset = {
      ...{ name, labelNames, inputShape: [height, width, channels] },
      ...(rowParts && { parts: pickParts(rowParts, rows) }),
      inputs: rowParts || rows.length === part.rows ? pixels : rowsOf(pixels, rows, size),
      labels: Int32Array.from(rows, (row) => places.get(values[row]) as number),
    };
    return [part.part, dataset];
  });
  const found = Object.fromEntries(datasets) as Partial<Record<ImagePart, Dataset>>;
  const { validation, test } = found;
  return {
    ...{ kind: "images", format: "NumPy arrays", dataset: found.train as Dataset },
    ...(validation && { validation }),
    ...(test && { test }),
    ...((range[0] !== 0 || range[1] !== 255) && { pixelRange: range }),
    notes,
  };
}

function checkClasses(
  path: string,
  { rows, labelsName }: ArrayPart,
  classes: readonly (number | string)[],
  { few }: { readonly few: boolean },
): void {
  const odd = classes.find((value) => typeof value === "number" && !Number.isInteger(value));
  if (odd !== undefined)
    throw new DataError(
      `${path}: ${labelsName}: expected classes, found numbers such as ${odd}; images cannot be used for regression`,
    );
  if (few) return;
  if (classes.length < 2)
    throw new DataError(
      `${path}: expected at least two classes, found ${classes[0] === undefined ? "none" : `only ${classes[0]}`}: there is nothing to learn`,
    );
  if (classes.length > rows / 2)
    throw new DataError(
      `${path}: expected at least two images for each class on average, found ${rows} images of ${classes.length} classes`,
    );
}

const countRows = (rows: number, test: (row: number) => boolean): number => {
  let count = 0;
  for (let row = 0; row < rows; row++) if (test(row)) count++;
  return count;
};

function rowsOf(pixels: Uint8Array, rows: readonly number[], size: number): Uint8Array {
  const picked = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => {
    picked.set(pixels.subarray(row * size, (row + 1) * size), i * size);
  });
  return picked;
}
