import { npyLayout, readNpyOrTexts } from "../../formats/npy.ts";
import { DataError } from "../../tensor/errors.ts";
import { imageLayout } from "../arrayImages.ts";
import { distinctLabels, readLabels } from "../arrayLabels.ts";
import { arrayRoles } from "../arrayRoles.ts";
import { recordSink } from "../imageSinks.ts";
import { countHeld, dealRows, type PartsOptions, type RowParts } from "../rowParts.ts";
import { type Arrays, nameOfArray, npzFolder, readArrayFolder, readArrays } from "./arrayFiles.ts";
import { type InputFile, type InputFolder, peek } from "./inputFile.ts";

/**
 * Reads the arrays of a folder. For images of bytes, (n, h, w) or (n, h, w, c) in row-major order, only the rows of this process
 * are kept while the file is read. All other arrays are read as a whole. Throws DataError.
 */
export async function readOwnArrays(
  folder: InputFolder,
  files: readonly string[],
  options: PartsOptions,
): Promise<Arrays> {
  const roles = Object.values(arrayRoles(files.map(nameOfArray)).parts);
  const fileOf = (name: string): string => files.find((path) => nameOfArray(path) === name) as string;
  const arrays: Record<string, Arrays[string]> = {};
  for (const { inputs, labels } of roles) {
    const file = folder.file(fileOf(inputs));
    const layout = labels === undefined ? undefined : await imagesIn(file);
    if (labels === undefined || !layout) continue;
    const ofLabels = folder.file(fileOf(labels));
    arrays[labels] = readNpyOrTexts(await ofLabels.bytes(), { name: ofLabels.name });
    const { values } = readLabels(arrays[labels], layout.shape[0], `${folder.name}: ${labels}`);
    const numbers = new Map(distinctLabels(values).map((value, i) => [value, i]));
    const classes = Int32Array.from({ length: values.length }, (_, row) => numbers.get(values[row]) ?? -1);
    const rowParts = dealRows(classes, options, file.name);
    arrays[inputs] = { shape: layout.shape, data: await readRows(file, layout, rowParts), rowParts };
  }
  const rest = files.filter((path) => !Object.hasOwn(arrays, nameOfArray(path)));
  return { ...(await readArrayFolder(folder, rest)), ...arrays };
}

/** The same for the arrays of an .npz file. Throws DataError. */
export async function readOwnNpz(file: InputFile, options: PartsOptions): Promise<Arrays> {
  const zip = file.openRandom?.();
  if (!zip) return readArrays(file);
  try {
    const folder = await npzFolder(file.name, zip);
    return await readOwnArrays(folder, folder.files, options);
  } finally {
    zip.close();
  }
}

interface ImageFileLayout {
  readonly shape: readonly number[];
  /** the position of the first image */
  readonly start: number;
}

/** The layout of a file of images; undefined for other arrays. */
async function imagesIn(file: InputFile): Promise<ImageFileLayout | undefined> {
  const { head, all } = await peek(file, 2 ** 16);
  await all[Symbol.asyncIterator]().return?.();
  const { kind, width, isFortran, shape, start } = npyLayout(head, file);
  const images = imageLayout(shape);
  return kind === "u" && width === 1 && !isFortran && images && !images.isChannelsFirst ? { shape, start } : undefined;
}

async function readRows(file: InputFile, { shape, start }: ImageFileLayout, parts: RowParts): Promise<Uint8Array> {
  const { places } = parts;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const pixels = new Uint8Array(size * countHeld(parts));
  const take = recordSink(size, (record, row) => {
    if (places[row] >= 0) pixels.set(record, places[row] * size);
  });
  let [header, length] = [start, 0];
  for await (const piece of file.open()) {
    length += piece.length;
    take(piece.subarray(header));
    header = Math.max(0, header - piece.length);
  }
  const expected = start + size * shape[0];
  if (length === expected) return pixels;
  throw new DataError(`${file.name}: expected ${expected} bytes for shape (${shape.join(", ")}), found ${length}`);
}
