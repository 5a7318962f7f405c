import type { NpyArray } from "../../formats/npy.ts";
import { DataError, SettingsError } from "../../tensor/errors.ts";
import { type ImageLayout, imageLayout, type PixelRange, pixelRange, squareLayout } from "../arrayImages.ts";
import { plural } from "../imageTreeText.ts";
import { imageParts } from "../partFolders.ts";
import type { TableOptions } from "../tableOptions.ts";
import { type Arrays, describeArrays, rolesOf } from "./arrayFiles.ts";
import { imagesOf } from "./arrayImageSets.ts";
import { type ArrayPart, partOf } from "./arrayPart.ts";
import { tableOf } from "./arrayTable.ts";
import type { OwnData, OwnTable } from "./ownDataTypes.ts";

export interface ArrayOptions {
  /** whether arrays are images or a table; by default this is decided from the arrays */
  readonly as?: "images" | "table" | undefined;
  /** the smallest and the largest pixel value */
  readonly pixelRange?: PixelRange | undefined;
  /** 1: the rules of version 0.2: bytes of rank 3 or 4 are images, anything else is a table, and there are no parts */
  readonly rules?: TableOptions["rules"];
  /** the images are for evaluation; a few images and a single class are allowed */
  readonly forEvaluation?: boolean | undefined;
}

/**
 * Reads arrays as images or as a table: x and y, or x_train, x_val and x_test with their labels. Images are arrays of rank 3 or 4
 * with bytes or numbers in a usual range of pixels; anything else is a table with the columns x0, x1 …, and y. Throws DataError.
 */
export function fromArrays(path: string, arrays: Arrays, options: ArrayOptions = {}): OwnData {
  const roles = rolesOf(path, arrays);
  const parts = imageParts.flatMap((part): ArrayPart[] => {
    const names = roles.parts[part];
    return names ? [partOf(path, arrays, { part, ...names })] : [];
  });
  const isOld = options.rules === 1;
  const labelled = parts.filter(({ part, labels }) => part === "train" || (labels && !isOld));
  const [train] = labelled;
  const as = isOld && !(train.inputs.data instanceof Uint8Array) ? "table" : options.as;
  const notes = [
    ...(roles.unused.length > 0 ? [`arrays not used: ${describeArrays(arrays, roles.unused)}`] : []),
    ...parts.flatMap(({ part, name, labels }) =>
      part === "train" || labels ? [] : [`${name} is not used, because it has no labels`],
    ),
    ...labelled.flatMap(({ labels, labelsName }) =>
      labels?.oneHot ? [`${labelsName} is one-hot: ${plural(labels.oneHot, "class")}`] : [],
    ),
    ...(labelled.length > 1 ? [`parts as given: ${labelled.map(describePart).join(", ")}`] : []),
  ];
  checkShapes(path, labelled);
  const found = findImages(train, { ...options, as });
  const more = { notes: [...notes, ...found.notes] };
  if (!found.layout || !found.range) return { ...tableOf(path, labelled), ...more };
  const names = roles.classNames === undefined ? undefined : arrays[roles.classNames];
  const classNames = names && "texts" in names ? names.texts : undefined;
  const images = imagesOf(path, labelled, {
    layout: found.layout,
    range: found.range,
    classNames,
    forEvaluation: options.forEvaluation,
  });
  return { ...images, notes: [...more.notes, ...(images.notes ?? [])] };
}

/** Reads rows to predict as a table: the test part, if the arrays have one. Labels are not needed. Throws DataError. */
export function rowsToPredict(path: string, arrays: Arrays): OwnTable {
  const { parts } = rolesOf(path, arrays, { isWithoutTraining: true });
  const part =
    imageParts.toReversed().find((each) => parts[each] && (each !== "validation" || !parts.train)) ?? "train";
  const names = parts[part] as { inputs: string; labels?: string };
  return tableOf(path, [partOf(path, arrays, { part, ...names })]);
}

const roleNames = { train: "to train", validation: "to choose the best epoch", test: "to test" };
const describePart = ({ part, name, rows }: ArrayPart): string =>
  `${name} (${rows.toLocaleString("en")}) ${roleNames[part]}`;

function checkShapes(path: string, [train, ...others]: readonly ArrayPart[]): void {
  const shapeOf = ({ inputs }: ArrayPart): string => inputs.shape.slice(1).join(", ");
  for (const other of others) {
    if (shapeOf(other) === shapeOf(train)) continue;
    throw new DataError(
      `${path}: ${other.name}: expected rows of shape (${shapeOf(train)}) as in ${train.name}, found (${shapeOf(other)})`,
    );
  }
}

interface FoundImages {
  readonly layout?: ImageLayout | undefined;
  readonly range?: PixelRange | undefined;
  readonly notes: readonly string[];
}

/** Decides whether the inputs are images, and which values are black and white. */
function findImages({ name, inputs }: ArrayPart, { as, pixelRange: given }: ArrayOptions): FoundImages {
  const { shape, data } = inputs;
  const [, ...size] = shape;
  const isSure = as === "images";
  const layout = imageLayout(shape) ?? (isSure ? squareLayout(shape) : undefined);
  if (isSure && !layout)
    throw new SettingsError(
      `--as images: expected ${name} as (rows, height, width) or with channels, found (${shape.join(", ")})`,
    );
  if (as === "table" || !layout) return { notes: as === "table" ? [] : squareHint(name, inputs) };
  const range = given ?? pixelRange(data, layout) ?? (isSure ? extremes(name, data) : undefined);
  if (!range) {
    const columns = size.reduce((product, length) => product * length, 1);
    return {
      notes: [
        `${name} (${shape.join(", ")}) is read as a table of ${columns.toLocaleString("en")} columns, because its values are not pixels; --as images reads it as images`,
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
    notes: [
      `${name} (${shape.join(", ")}) is read as images of ${height}×${width} ${colours}${first}${how}; --as table reads columns`,
    ],
  };
}

/** Numbers (n, 64) may be 8×8 images; nothing in the array distinguishes them from a table. */
function squareHint(name: string, { shape, data }: NpyArray): string[] {
  const layout = squareLayout(shape);
  if (!layout || layout.height < 8 || !pixelRange(data, layout)) return [];
  const { height, width } = layout;
  return [
    `${name} (${shape.join(", ")}) is read as a table; if its rows are images of ${height}×${width}, use --as images`,
  ];
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
