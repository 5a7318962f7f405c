import { DataError } from "../../tensor/errors.ts";
import { formatBytes } from "../../tensor/formatBytes.ts";
import type { Dataset } from "../dataset.ts";
import { type ImagePlan, imageEndings, labelOfName, type PlannedImage, planImages } from "../imageTree.ts";
import { endingOf, listed, plural } from "../imageTreeText.ts";
import { type ImagePart, imageParts } from "../partFolders.ts";
import { addOverRanks, dealRows, type PartsOptions, pickParts, type RowParts } from "../rowParts.ts";
import { type ImageChange, type ImageSize, imageChanges } from "./decodedImage.ts";
import type { FileContent, ImageFiles } from "./imageFiles.ts";
import type { InputFile } from "./inputFile.ts";
import { type LabelTable, readLabelTable } from "./labelTable.ts";
import type { OwnImages } from "./ownDataTypes.ts";
import type { Platform } from "./platform.ts";

/** The number of images that are decoded at a time: enough for a few cores, and few enough to fit into memory at full size. */
const together = 8;

export interface ReadImagesOptions extends ImageSize {
  /** leaves out files that cannot be decoded, instead of throwing an error for the first */
  readonly skipBroken?: boolean | undefined;
  /** where the classes are, if not in folder names: in file names, or in a table with a column of file names */
  readonly labels?: "name" | InputFile | undefined;
  /** the column with the classes in that table; detected by default */
  readonly target?: string | undefined;
  /** the images are for evaluation; a few images and a single class are allowed */
  readonly forEvaluation?: boolean | undefined;
  /** decodes only the images in the parts of this process */
  readonly parts?: PartsOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/**
 * Reads the images of a folder or an archive with one folder for each class: cats/1.jpg, dogs/2.png …. Each image is scaled until
 * it covers the size and cropped around the centre. Folders train/, val/ and test/ are parts. Throws DataError for a file that is
 * not an image (unless `skipBroken`), if there are no images, and (unless `forEvaluation`) if there is only one class.
 */
export async function readImagesIn(
  source: ImageFiles,
  options: ReadImagesOptions,
  platform: Platform,
): Promise<OwnImages> {
  const labels = await labelsOf(source, options, platform);
  const plan = planImages(source, labels?.labelOf);
  if (!options.forEvaluation) checkClasses(source.name, plan.labelNames, plan.parts.train.length);
  const dealt = options.parts && dealImages(source.name, plan, options.parts);
  const decoded = await decodeAll(source, plan, { ...options, dealt }, platform);
  if (options.parts) shareFindings(source, decoded, options.parts);
  return {
    kind: "images",
    format: source.format,
    ...assemble(source, { ...plan, notes: [...(labels?.notes ?? []), ...plan.notes] }, decoded, { ...options, dealt }),
  };
}

type DealtImages = Readonly<Record<ImagePart, RowParts>>;

/** Assigns the images of each part (training, validation, test) to the parts of the processes. */
function dealImages(name: string, { parts, labelNames }: ImagePlan, options: PartsOptions): DealtImages {
  const numbers = new Map(labelNames.map((label, i) => [label, i]));
  const deal = (part: ImagePart): [ImagePart, RowParts] => {
    const labels = parts[part].map(({ label }) => numbers.get(label) as number);
    return [part, dealRows(labels, options, name)];
  };
  return Object.fromEntries(imageParts.map(deal)) as Record<ImagePart, RowParts>;
}

/** Exchanges what each process found: which images are broken, and how many were changed. */
function shareFindings({ files, nameOf }: ImageFiles, { broken, changes }: Decoded, { ranks }: PartsOptions): void {
  const names = Object.keys(imageChanges) as ImageChange[];
  const found = new Float64Array(files.length + names.length);
  for (const index of broken.keys()) found[index] = 1;
  names.forEach((change, i) => {
    found[files.length + i] = changes.get(change) ?? 0;
  });
  addOverRanks(ranks, found);
  for (const index of files.keys())
    if (found[index] > 0 && !broken.has(index)) broken.set(index, `${nameOf(index)}: broken, found by another rank`);
  names.forEach((change, i) => {
    changes.set(change, found[files.length + i]);
  });
}

async function labelsOf(
  { files }: ImageFiles,
  { labels, target }: ReadImagesOptions,
  platform: Platform,
): Promise<LabelTable | undefined> {
  if (labels === undefined) return undefined;
  if (labels === "name") return { labelOf: labelOfName, notes: [] };
  const images = files.filter((file) => imageEndings.has(endingOf(file)));
  return readLabelTable(labels, images, target, platform);
}

function checkClasses(name: string, labelNames: readonly string[], images: number): void {
  if (labelNames.length === 1)
    throw new DataError(`${name}: expected at least two classes, a folder for each, found only ${labelNames[0]}`);
  if (labelNames.length > images / 2)
    throw new DataError(
      `${name}: expected at least two images for each class on average, found ${images} images of ${labelNames.length} classes`,
    );
}

interface Decoded {
  /** the pixels of each part's images, in the order of the plan; 0 for broken images */
  readonly pixels: Readonly<Record<ImagePart, Uint8Array>>;
  /** the error of each broken image, by the number of its file */
  readonly broken: Map<number, string>;
  readonly changes: Map<ImageChange, number>;
}

type DecodeOptions = ReadImagesOptions & { readonly dealt: DealtImages | undefined };

async function decodeAll(
  source: ImageFiles,
  { parts }: ImagePlan,
  options: DecodeOptions,
  platform: Platform,
): Promise<Decoded> {
  const { height, width, skipBroken = false, signal, onProgress, dealt } = options;
  const size = height * width * 3;
  const placed = imageParts.flatMap((part) =>
    parts[part].map(({ index }, row) => ({ part, index, row: dealt ? dealt[part].places[row] : row })),
  );
  const all = placed.filter(({ row }) => row >= 0);
  if (all.length * size > platform.memory)
    throw new DataError(
      `${source.name}: ${plural(all.length, "image")} of ${height}×${width} take ${formatBytes(all.length * size)}, expected at most ${formatBytes(platform.memory)} of memory for data; choose a smaller --size`,
    );
  const pixels = Object.fromEntries(
    imageParts.map((part) => [part, new Uint8Array(all.filter((image) => image.part === part).length * size)]),
  ) as Record<ImagePart, Uint8Array>;
  const places = new Map(all.map((place) => [place.index, place]));
  const broken = new Map<number, string>();
  const changes = new Map<ImageChange, number>();
  let done = 0;
  const decode = async ({ index, read }: FileContent): Promise<void> => {
    const { part, row } = places.get(index) as (typeof all)[number];
    try {
      const image = await platform.decodeImage(await read(), { height, width, name: source.nameOf(index) });
      pixels[part].set(image.pixels, row * size);
      for (const change of image.changes) changes.set(change, (changes.get(change) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (!skipBroken) throw new DataError(`${error.message}; --skip-broken leaves such files out`, { cause: error });
      broken.set(index, error.message);
    }
    onProgress?.(++done, all.length);
  };
  const contents = source.contents(all.map(({ index }) => index))[Symbol.asyncIterator]();
  let failed = false;
  const work = async (): Promise<void> => {
    try {
      for (let next = await contents.next(); !next.done && !failed; next = await contents.next()) {
        signal?.throwIfAborted();
        await decode(next.value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  try {
    await Promise.all(Array.from({ length: together }, work));
  } finally {
    await contents.return?.();
  }
  return { pixels, broken, changes };
}

/** The parts without broken images, and the notes. */
function assemble(
  source: ImageFiles,
  plan: ImagePlan,
  { pixels, broken, changes }: Decoded,
  { height, width, forEvaluation, dealt }: DecodeOptions,
): Omit<OwnImages, "kind" | "format"> {
  const { name } = source;
  const whole = ({ index }: PlannedImage): boolean => !broken.has(index);
  const left = new Set(plan.parts.train.filter(whole).map(({ label }) => label));
  const labelNames = plan.labelNames.filter((label) => left.has(label));
  const lost = plan.labelNames.filter((label) => !left.has(label));
  const places = new Map(labelNames.map((label, i) => [label, i]));
  const files: string[] = [];
  const part = (which: ImagePart, called: string): Dataset | undefined => {
    const rows = plan.parts[which].flatMap((image, row) => (whole(image) && left.has(image.label) ? [row] : []));
    if (rows.length === 0) return undefined;
    const images = rows.map((row) => plan.parts[which][row]);
    if (which === "train") files.push(...images.map(({ index }) => source.nameOf(index)));
    return {
      name: called,
      ...(dealt
        ? { inputs: pixels[which], parts: pickParts(dealt[which], rows) }
        : { inputs: rowsOf(pixels[which], rows, height * width * 3) }),
      inputShape: [height, width, 3],
      labels: Int32Array.from(images, ({ label }) => places.get(label) as number),
      labelNames,
    };
  };
  const dataset = part("train", name);
  if (!dataset)
    throw new DataError(
      `${name}: expected images that can be decoded, found ${plural(broken.size, "broken image")}: ${firstOf(broken)}`,
    );
  if (!forEvaluation) checkClasses(name, labelNames, dataset.labels.length);
  const [validation, test] = [part("validation", `${name} (validation)`), part("test", `${name} (test)`)];
  const notes = [
    ...plan.notes,
    ...changeLines(changes, { height, width }),
    ...(broken.size > 0 ? [`${plural(broken.size, "broken file")} skipped: ${firstOf(broken)}`] : []),
    ...(lost.length > 0
      ? [`${plural(lost.length, "class")} left out, because all images are broken: ${listed(lost)}`]
      : []),
  ];
  return { dataset, ...(validation && { validation }), ...(test && { test }), files, notes };
}

const firstOf = (broken: ReadonlyMap<number, string>): string =>
  listed([...broken.values()].sort(), { most: 3, mostCharacters: 200 });

function changeLines(changes: ReadonlyMap<ImageChange, number>, { height, width }: ImageSize): string[] {
  return (Object.keys(imageChanges) as ImageChange[]).flatMap((change) => {
    const count = changes.get(change) ?? 0;
    if (count === 0) return [];
    const more = change === "scaled" ? ` to ${height}×${width} (--size changes it)` : "";
    return [`${plural(count, "image")} ${imageChanges[change]}${more}`];
  });
}

/** Moves the chosen rows to the front, so that no second copy of the images is needed. */
function rowsOf(pixels: Uint8Array, rows: readonly number[], size: number): Uint8Array {
  rows.forEach((row, place) => {
    if (row !== place) pixels.copyWithin(place * size, row * size, (row + 1) * size);
  });
  return pixels.subarray(0, rows.length * size);
}
