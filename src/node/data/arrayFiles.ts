import { extname } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { type NpyArray, readNpy, readNpz } from "../../formats/npy.ts";
import { DataError } from "../../tensor/errors.ts";
import { readRegularFile } from "../readFile.ts";
import type { OwnData } from "./ownDataTypes.ts";

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
export function fromArrays(path: string, arrays: Arrays): OwnData {
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
