import {
  isArrayEntry,
  type NpyArray,
  type NpyProblem,
  type NpyTexts,
  npzOptions,
  readNpyOrProblem,
  readNpyOrTexts,
  readNpzOrTexts,
} from "../../formats/npy.ts";
import { listZip, type RandomBytes, type ZipEntry, zipEntryPieces } from "../../formats/zip.ts";
import { DataError } from "../../tensor/errors.ts";
import { type ArrayRoles, arrayRoles } from "../arrayRoles.ts";
import { endingOf } from "../imageTreeText.ts";
import type { RowParts } from "../rowParts.ts";
import { type InputFile, type InputFolder, streamedFile } from "./inputFile.ts";

/** Arrays by name, as in a file. */
export type Arrays = Readonly<Record<string, ArrayInParts | NpyTexts | NpyProblem>>;

/** An array of numbers. With data in parts, it may have only the rows of this process. */
export interface ArrayInParts extends NpyArray {
  readonly rowParts?: RowParts;
}

/** Reads the arrays of an .npz by name. The array of an .npy is called x. Throws DataError. */
export async function readArrays(file: InputFile): Promise<Arrays> {
  const { name } = file;
  const bytes = await file.bytes();
  return endingOf(name) === ".npy" ? { x: readNpyOrTexts(bytes, { name }) } : readNpzOrTexts(bytes, { name });
}

/** The .npy files at the top of a folder. */
export const arraysIn = ({ files }: InputFolder): string[] => files.filter((file) => /^[^/]*\.npy$/i.test(file));

export const nameOfArray = (path: string): string => path.replace(/\.[^.]*$/, "");

/** The arrays of an .npz file as files of a folder, which are unpacked while they are read. Throws DataError. */
export async function npzFolder(name: string, zip: RandomBytes): Promise<InputFolder> {
  const options = npzOptions(name);
  const entries = new Map((await listZip(zip, options)).map((entry) => [entry.path, entry]));
  const open = (path: string) => zipEntryPieces(zip, entries.get(path) as ZipEntry, options);
  const files = [...entries.keys()].filter(isArrayEntry);
  return { name, files, folders: [], file: (path) => streamedFile(`${name}: ${path}`, () => open(path)) };
}

/** Reads the arrays of a folder, by their names without extension. Throws DataError. */
export async function readArrayFolder(folder: InputFolder, files: readonly string[]): Promise<Arrays> {
  const arrays: Record<string, Arrays[string]> = {};
  for (const path of files) {
    const file = folder.file(path);
    arrays[nameOfArray(path)] = readNpyOrProblem(await file.bytes(), file);
  }
  return arrays;
}

/** "x (100, 28, 28), names (10)" */
export function describeArrays(arrays: Arrays, names: readonly string[] = Object.keys(arrays)): string {
  const described = names.map((name) => {
    const array = arrays[name];
    return "problem" in array ? `${name} (unreadable)` : `${name} (${array.shape.join(", ")})`;
  });
  return described.join(", ");
}

/**
 * Finds the roles of arrays. Throws DataError, which lists all arrays, if none has the name of inputs, or if there are no
 * training inputs, unless these may be missing.
 */
export function rolesOf(
  path: string,
  arrays: Arrays,
  { isWithoutTraining = false }: { readonly isWithoutTraining?: boolean } = {},
): ArrayRoles {
  const roles = arrayRoles(Object.keys(arrays));
  const { train, ...others } = roles.parts;
  const other = Object.values(others).at(0);
  if (train || (other && isWithoutTraining)) return roles;
  const there = describeArrays(arrays) || "none";
  if (other) throw new DataError(`${path}: expected x_train beside ${other.inputs}, found only ${there}`);
  throw new DataError(`${path}: expected an array called x, x_train, images …, found ${there}`);
}

/** An array of numbers. Throws DataError for texts, and for an array that cannot be read. */
export function numbersOf(path: string, arrays: Arrays, name: string): ArrayInParts {
  const array = arrays[name];
  if ("problem" in array) throw new DataError(array.problem);
  if ("texts" in array) throw new DataError(`${path}: ${name}: expected numbers, found texts`);
  return array;
}
