import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readCifar10 } from "../../data/cifar10.ts";
import { parseCsv } from "../../data/csv.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readIdx } from "../../data/idx.ts";
import type { Table } from "../../data/table.ts";
import { type NpyArray, readNpy, readNpz } from "../../formats/npy.ts";
import { DataError } from "../../tensor/errors.ts";
import { isFolder, listFolder } from "../listFolder.ts";
import { mostTextBytes, readRegularFile, readRegularText } from "../readFile.ts";
import { type ImageFolderOptions, readImageFolder } from "./imageFolder.ts";

/** Data that somebody brought, as it is: nothing fitted, nothing split (but for a test part that comes apart). */
export type OwnData = (
  | { readonly kind: "table"; readonly table: Table; readonly target?: string }
  | { readonly kind: "images"; readonly dataset: Dataset; readonly test?: Dataset }
) & {
  readonly format: string;
  /** one line for each decision made while reading: what was skipped, converted or guessed, and the option that changes it */
  readonly notes?: readonly string[];
};

const mostUnzipped = 2 ** 31;

export function readMaybeGzip(path: string): Uint8Array {
  const bytes = readRegularFile(path);
  if (!path.endsWith(".gz")) return bytes;
  try {
    const { buffer, byteOffset, length } = gunzipSync(bytes, { maxOutputLength: mostUnzipped });
    return new Uint8Array(buffer, byteOffset, length); // not a Buffer: rows are picked into arrays of the same kind
  } catch (error) {
    throw new DataError(`${path}: cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads what lies at a path, by its form: a folder of images (a folder for each class), MNIST's IDX files (also .gz), CIFAR-10's
 * binary files; a CSV or TSV file, NumPy's .npz. Throws DataError that says what was expected.
 */
export async function readOwnData(path: string, options: ImageFolderOptions): Promise<OwnData> {
  if (!isFolder(path)) return readOwnFile(path);
  const files = listFolder(path);
  const idx = readIdxFolder(path, files);
  if (idx) return idx;
  const inner = files.includes("cifar-10-batches-bin") ? join(path, "cifar-10-batches-bin") : path;
  const batches = listFolder(inner).filter((name) => /^data_batch_\d+\.bin$/.test(name));
  if (batches.length > 0) return readCifar10Folder(inner, batches);
  return { kind: "images", format: "folder of images", dataset: await readImageFolder(path, options) };
}

/** A table from a file: CSV, TSV, or the arrays of an .npz or .npy. */
export async function readTable(path: string): Promise<Table> {
  const data = await readOwnFile(path);
  if (data.kind === "table") return data.table;
  throw new DataError(`${path}: holds images, not a table`);
}

async function readOwnFile(path: string): Promise<OwnData> {
  switch (extname(path).toLowerCase()) {
    case ".npz":
    case ".npy":
      return fromArrays(path, await readArrays(path));
    case ".csv":
    case ".tsv":
    case ".txt":
      return { kind: "table", format: "CSV", table: parseCsv(decodeText(path), { name: path }) };
    default:
      if (!existsSync(path)) throw new DataError(`${path}: no such file or folder`);
      throw new DataError(
        `${path}: expected a folder of images, .csv, .tsv or .npz, MNIST's IDX or CIFAR-10's binary files`,
      );
  }
}

function decodeText(path: string): string {
  const bytes = readRegularFile(path, { most: mostTextBytes });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // what spreadsheets write where it is not UTF-8
  }
}

const inputNames = ["x", "X", "x_train", "X_train", "images", "data", "inputs", "features"];
const targetNames = ["y", "Y", "y_train", "Y_train", "labels", "label", "target", "targets"];

type Arrays = Readonly<Record<string, NpyArray>>;

/** The arrays of an .npz by name; that of an .npy is called x. Throws DataError. */
export async function readArrays(path: string): Promise<Arrays> {
  const bytes = readRegularFile(path);
  if (extname(path).toLowerCase() === ".npy") return { x: readNpy(bytes, { name: path }) };
  return readNpz(bytes, { name: path });
}

const firstOf = (arrays: Arrays, names: readonly string[]) => names.find((name) => name in arrays);

/** The array that holds the inputs. Throws DataError that lists those that there are. */
export function inputsOf(path: string, arrays: Arrays): { readonly inputName: string; readonly inputs: NpyArray } {
  const inputName = firstOf(arrays, inputNames);
  if (inputName !== undefined) return { inputName, inputs: arrays[inputName] };
  const there = Object.entries(arrays).map(([name, { shape }]) => `${name} (${shape.join(", ")})`);
  throw new DataError(
    `${path}: no array is called ${inputNames.slice(0, 3).join(", ")} …; there are ${there.join(", ") || "none"}`,
  );
}

/** Bytes of rank 3 or 4 are images; anything of rank 2 is a table with columns x0, x1 …, and y. */
function fromArrays(path: string, arrays: Arrays): OwnData {
  const { inputName, inputs } = inputsOf(path, arrays);
  const targetName = firstOf(arrays, targetNames);
  const target = targetName === undefined ? undefined : arrays[targetName];
  const rows = inputs.shape[0] ?? 0;
  if (rows === 0) throw new DataError(`${path}: ${inputName} has no rows`);
  if (target && (target.data.length !== rows || target.shape[0] !== rows)) {
    throw new DataError(`${path}: ${inputName} has ${rows} rows, ${targetName} (${target.shape.join(", ")})`);
  }
  if (inputs.data instanceof Uint8Array && inputs.shape.length >= 3 && inputs.shape.length <= 4) {
    if (!target) throw new DataError(`${path}: images, but no array is called ${targetNames.slice(0, 3).join(", ")} …`);
    return { kind: "images", format: "NumPy arrays", dataset: imagesOf(path, inputs, target) };
  }
  const width = inputs.data.length / rows;
  const columns = Array.from({ length: width }, (_, j) => {
    return { name: `x${j}`, cells: Float64Array.from({ length: rows }, (_, row) => inputs.data[row * width + j]) };
  });
  const targetColumns = target ? [{ name: "y", cells: Float64Array.from(target.data) }] : [];
  const table = { name: path, rows, columns: [...columns, ...targetColumns] };
  return { kind: "table", format: "NumPy arrays", table, ...(target && { target: "y" }) };
}

function imagesOf(path: string, { shape, data }: NpyArray, target: NpyArray): Dataset {
  const numbers = [...new Set(target.data as Iterable<number>)].sort((a, b) => a - b);
  if (numbers.length < 2) throw new DataError(`${path}: one class only, ${numbers[0]}: there is nothing to learn`);
  if (numbers.length > shape[0] / 2) throw new DataError(`${path}: ${numbers.length} classes, but ${shape[0]} images`);
  const places = new Map(numbers.map((number, i) => [number, i]));
  return {
    name: path,
    inputs: data as Uint8Array,
    inputShape: shape.length === 3 ? [...shape.slice(1), 1] : shape.slice(1),
    labels: Int32Array.from(target.data as Iterable<number>, (label) => places.get(label) as number),
    labelNames: numbers.map(String),
  };
}

function readIdxFolder(path: string, files: readonly string[]): OwnData | undefined {
  const part = (prefix: string): Dataset | undefined => {
    const find = (what: string) =>
      files.find((name) => name.startsWith(prefix) && new RegExp(`${what}[-.]idx\\d`).test(name));
    const [images, labels] = [find("images"), find("labels")];
    if (!images || !labels) return undefined;
    return readIdx(readMaybeGzip(join(path, images)), readMaybeGzip(join(path, labels)), {
      name: `${basename(path)}, ${prefix}`,
    });
  };
  const dataset = part("train");
  if (!dataset) return undefined;
  const test = part("t10k") ?? part("test");
  return { kind: "images", format: "MNIST (IDX)", dataset, ...(test && { test }) };
}

function readCifar10Folder(path: string, batches: readonly string[]): OwnData {
  const namesFile = join(path, "batches.meta.txt");
  const labelNames = existsSync(namesFile)
    ? readRegularText(namesFile)
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean)
    : undefined;
  const read = (files: readonly string[]) =>
    readCifar10(
      files.map((file) => readRegularFile(join(path, file))),
      { name: path, ...(labelNames && { labelNames }) },
    );
  const test = existsSync(join(path, "test_batch.bin")) ? { test: read(["test_batch.bin"]) } : {};
  return { kind: "images", format: "CIFAR-10 (binary)", dataset: read(batches), ...test };
}
