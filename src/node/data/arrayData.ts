import { imageLayout, type ImageLayout, type PixelRange, pixelRange, squareLayout, toPixels } from "../../data/arrayImages.ts";
import { type ArrayLabels, distinctLabels, isMissing, readLabels } from "../../data/arrayLabels.ts";
import type { Dataset } from "../../data/dataset.ts";
import { listed, plural } from "../../data/imageTreeText.ts";
import { type ImagePart, imageParts } from "../../data/partFolders.ts";
import type { TableColumn } from "../../data/table.ts";
import { textCells } from "../../data/table.ts";
import type { NpyArray } from "../../formats/npy.ts";
import { DataError, SettingsError } from "../../tensor/errors.ts";
import { type Arrays, describeArrays, numbersOf, rolesOf } from "./arrayFiles.ts";
import type { OwnData, OwnImages, OwnTable } from "./ownDataTypes.ts";

export interface ArrayOptions {
  /** whether arrays are images or a table; the arrays decide if it is left out */
  readonly as?: "images" | "table" | undefined;
  /** the smallest and the largest value of a pixel */
  readonly pixelRange?: PixelRange | undefined;
}

interface Part {
  readonly part: ImagePart;
  readonly name: string;
  readonly inputs: NpyArray;
  readonly labels?: ArrayLabels;
  readonly labelsName?: string;
  readonly rows: number;
}

/**
 * Arrays as images or as a table: x and y, also x_train, x_val and x_test. Pixels are bytes or numbers of a usual range in an array of
 * rank 3 or 4; anything else is a table with the columns x0, x1 …, and y. Throws DataError.
 */
export function fromArrays(path: string, arrays: Arrays, options: ArrayOptions = {}): OwnData {
  const roles = rolesOf(path, arrays);
  const parts = imageParts.flatMap((part): Part[] => {
    const names = roles.parts[part];
    return names ? [partOf(path, arrays, { part, ...names })] : [];
  });
  const labelled = parts.filter(({ part, labels }) => part === "train" || labels);
  const [train] = labelled;
  const notes = [
    ...(roles.unused.length > 0 ? [`arrays not used: ${describeArrays(arrays, roles.unused)}`] : []),
    ...parts.flatMap(({ part, name, labels }) =>
      part === "train" || labels ? [] : [`${name} is not used: there are no labels for it`],
    ),
    ...labelled.flatMap(({ labels, labelsName }) =>
      labels?.oneHot ? [`${labelsName} is one-hot: ${plural(labels.oneHot, "class")}`] : [],
    ),
    ...(labelled.length > 1 ? [`parts as given: ${labelled.map(describePart).join(", ")}`] : []),
  ];
  checkShapes(path, labelled);
  const found = findImages(train, options);
  const more = { notes: [...notes, ...found.notes] };
  if (!found.layout || !found.range) return { ...tableOf(path, labelled), ...more };
  const names = roles.classNames === undefined ? undefined : arrays[roles.classNames];
  const classNames = names && "texts" in names ? names.texts : undefined;
  const images = imagesOf(path, labelled, { layout: found.layout, range: found.range, classNames });
  return { ...images, notes: [...more.notes, ...(images.notes ?? [])] };
}

const roleNames = { train: "to train", validation: "to choose the best epoch", test: "to test" };
const describePart = ({ part, name, rows }: Part): string => `${name} (${rows.toLocaleString("en")}) ${roleNames[part]}`;

function partOf(
  path: string,
  arrays: Arrays,
  { part, inputs: name, labels: labelsName }: { part: ImagePart; inputs: string; labels?: string },
): Part {
  const inputs = numbersOf(path, arrays, name);
  const rows = inputs.shape[0] ?? 0;
  if (rows === 0 || inputs.data.length === 0) throw new DataError(`${path}: ${name} has no rows`);
  if (labelsName === undefined) return { part, name, inputs, rows };
  const labels = arrays[labelsName];
  if ("problem" in labels) throw new DataError(labels.problem);
  return { part, name, inputs, rows, labelsName, labels: readLabels(labels, rows, `${path}: ${labelsName}`) };
}

function checkShapes(path: string, [train, ...others]: readonly Part[]): void {
  const shapeOf = ({ inputs }: Part): string => inputs.shape.slice(1).join(", ");
  for (const other of others) {
    if (shapeOf(other) === shapeOf(train)) continue;
    throw new DataError(`${path}: ${train.name} has rows of (${shapeOf(train)}), ${other.name} of (${shapeOf(other)})`);
  }
}

interface FoundImages {
  readonly layout?: ImageLayout | undefined;
  readonly range?: PixelRange | undefined;
  readonly notes: readonly string[];
}

/** Whether the inputs are images, and which numbers are black and white. */
function findImages({ name, inputs }: Part, { as, pixelRange: given }: ArrayOptions): FoundImages {
  const { shape, data } = inputs;
  const [, ...size] = shape;
  const isSure = as === "images";
  const layout = imageLayout(shape) ?? (isSure ? squareLayout(shape) : undefined);
  if (isSure && !layout)
    throw new SettingsError(`--as images: expected ${name} as (rows, height, width) or with channels, found (${shape.join(", ")})`);
  if (as === "table" || !layout) return { notes: as === "table" ? [] : squareHint(name, inputs) };
  const range = given ?? pixelRange(data, layout) ?? (isSure ? extremes(name, data) : undefined);
  if (!range) {
    const columns = size.reduce((product, length) => product * length, 1);
    return {
      notes: [
        `${name} (${shape.join(", ")}) is read as a table of ${columns.toLocaleString("en")} columns, because its values are no pixels; --as images reads images`,
      ],
    };
  }
  const { height, width, channels, isChannelsFirst } = layout;
  const colours = channels === 1 ? "in grey" : channels === 3 ? "in colour" : `of ${channels} channels`;
  const first = isChannelsFirst ? ", channels first" : "";
  const [low, high] = range;
  const isBytes = data instanceof Uint8Array && low === 0 && high === 255;
  const how = isBytes ? "" : `; values from ${low} to ${high} become bytes (--pixel-range LOW,HIGH changes it)`;
  return {
    ...{ layout, range },
    notes: [`${name} (${shape.join(", ")}) is read as images of ${height}×${width} ${colours}${first}${how}; --as table reads columns`],
  };
}

/** Numbers (n, 64) may be images of 8×8, but nothing says so. */
function squareHint(name: string, { shape, data }: NpyArray): string[] {
  const layout = squareLayout(shape);
  if (!layout || layout.height < 8 || !pixelRange(data, layout)) return [];
  const { height, width } = layout;
  return [`${name} (${shape.join(", ")}) is read as a table; if its rows are images of ${height}×${width}, use --as images`];
}

function extremes(name: string, data: NpyArray["data"]): PixelRange {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (!Number.isFinite(value)) throw new DataError(`${name}: expected pixels, found ${value}`);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low < high ? [low, high] : [low, low + 1];
}

interface ImageDetails {
  readonly layout: ImageLayout;
  readonly range: PixelRange;
  readonly classNames?: readonly string[] | undefined;
}

function imagesOf(path: string, parts: readonly Part[], { layout, range, classNames }: ImageDetails): OwnImages {
  const [train] = parts;
  if (!train.labels) throw new DataError(`${path}: images, but no array is called y, y_train, labels …`);
  const classes = distinctLabels(train.labels.values);
  checkClasses(path, train, classes);
  const places = new Map(classes.map((value, i) => [value, i]));
  const notes: string[] = [];
  const named = classNames && classes.every((value) => typeof value === "number" && classNames[value] !== undefined);
  const labelNames = classes.map((value) => (named ? (classNames[Number(value)] as string) : String(value)));
  const datasets = parts.map((part): [ImagePart, Dataset | undefined] => {
    const { values } = part.labels as ArrayLabels;
    const { pixels, clipped, isRounded } = toPixels(part.inputs, layout, range);
    if (clipped > 0) notes.push(`${plural(clipped, "value")} of ${part.name} outside of ${range.join(" to ")} become its ends`);
    if (isRounded) notes.push(`${part.name} is rounded to 256 levels`);
    const missing = countRows(part.rows, (row) => isMissing(values[row]));
    if (missing > 0) notes.push(`${plural(missing, "row")} of ${part.name} without a label dropped`);
    const rows = Array.from({ length: part.rows }, (_, row) => row).filter((row) => places.has(values[row]));
    const unknown = part.rows - missing - rows.length;
    if (unknown > 0) {
      const others = distinctLabels(values).filter((value) => !places.has(value));
      notes.push(`${plural(unknown, "row")} of ${part.name} dropped: classes that ${train.name} does not have: ${listed(others.map(String))}`);
    }
    if (rows.length === 0) return [part.part, undefined];
    const { height, width, channels } = layout;
    const size = height * width * channels;
    const name = part.part === "train" ? path : `${path} (${part.part})`;
    const dataset: Dataset = {
      ...{ name, labelNames, inputShape: [height, width, channels] },
      inputs: rows.length === part.rows ? pixels : rowsOf(pixels, rows, size),
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

function checkClasses(path: string, { rows, labelsName }: Part, classes: readonly (number | string)[]): void {
  const odd = classes.find((value) => typeof value === "number" && !Number.isInteger(value));
  if (odd !== undefined)
    throw new DataError(`${path}: ${labelsName}: expected classes, found numbers such as ${odd}; images are classified`);
  if (classes.length < 2) throw new DataError(`${path}: one class only, ${classes[0] ?? "none"}: there is nothing to learn`);
  if (classes.length > rows / 2) throw new DataError(`${path}: ${classes.length} classes, but ${rows} images`);
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

/** Columns x0, x1 … and y; the rows of all parts, one part after the other. */
function tableOf(path: string, parts: readonly Part[]): OwnTable {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const [train] = parts;
  const width = train.inputs.data.length / train.rows;
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.rows, 0));
  const columns = Array.from({ length: width }, (_, j): TableColumn => {
    const cells = new Float64Array(rows);
    for (const [i, part] of parts.entries())
      for (let row = 0; row < part.rows; row++) cells[starts[i] + row] = part.inputs.data[row * width + j];
    return { name: `x${j}`, cells };
  });
  const given = Object.fromEntries(
    parts.slice(1).map(({ part, rows: count }, i) => [part, Int32Array.from({ length: count }, (_, row) => starts[i + 1] + row)]),
  );
  const table = { name: path, rows, columns: train.labels ? [...columns, targetColumn(parts)] : columns };
  return {
    ...{ kind: "table", format: "NumPy arrays", table },
    ...(train.labels && { target: "y" }),
    ...(parts.length > 1 && { given }),
  };
}

/** Texts for texts and for one-hot rows, whose classes are no quantities. */
function targetColumn(parts: readonly Part[]): TableColumn {
  const labels = parts.flatMap((part) => part.labels ?? []);
  const areNumbers = labels.every(({ values, oneHot }) => oneHot === undefined && typeof values[0] === "number");
  const all = labels.flatMap(({ values }) => Array.from<number | string>(values));
  return { name: "y", cells: areNumbers ? Float64Array.from(all as number[]) : textCells(all.map(String)) };
}
