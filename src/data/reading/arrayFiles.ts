import { type NpyArray, type NpyProblem, type NpyTexts, readNpyOrTexts, readNpzOrTexts } from "../../formats/npy.ts";
import { DataError } from "../../tensor/errors.ts";
import { type ArrayRoles, arrayRoles } from "../arrayRoles.ts";
import { endingOf } from "../imageTreeText.ts";
import type { RowParts } from "../rowParts.ts";
import type { InputFile, InputFolder } from "./inputFile.ts";

/** Arrays by name, as a file has them. */
export type Arrays = Readonly<Record<string, ArrayInParts | NpyTexts | NpyProblem>>;

/** An array of numbers, of whose rows this process may have its own alone. */
export interface ArrayInParts extends NpyArray {
  readonly rowParts?: RowParts;
}

/** The arrays of an .npz by name; that of an .npy is called x. Throws DataError. */
export async function readArrays(file: InputFile): Promise<Arrays> {
  const { name } = file;
  const bytes = await file.bytes();
  return endingOf(name) === ".npy" ? { x: readNpyOrTexts(bytes, { name }) } : readNpzOrTexts(bytes, { name });
}

/** The .npy files at the top of a folder. */
export const arraysIn = ({ files }: InputFolder): string[] => files.filter((file) => /^[^/]*\.npy$/i.test(file));

export const nameOfArray = (path: string): string => path.replace(/\.[^.]*$/, "");

/** Arrays of a folder by their names without ending. Throws DataError. */
export async function readArrayFolder(folder: InputFolder, files: readonly string[]): Promise<Arrays> {
  const arrays: Record<string, Arrays[string]> = {};
  for (const path of files) {
    const file = folder.file(path);
    arrays[nameOfArray(path)] = readNpyOrTexts(await file.bytes(), { name: file.name });
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
 * Which arrays are what. Throws DataError that lists those that there are if none is called like inputs; also if there are none to
 * train, unless they may be missing.
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
  if (other) throw new DataError(`${path}: ${other.inputs}, but no x_train; found ${there}`);
  throw new DataError(`${path}: expected an array called x, x_train, images …, found ${there}`);
}

/** An array of numbers. Throws DataError for texts, and for what cannot be read. */
export function numbersOf(path: string, arrays: Arrays, name: string): ArrayInParts {
  const array = arrays[name];
  if ("problem" in array) throw new DataError(array.problem);
  if ("texts" in array) throw new DataError(`${path}: ${name}: expected numbers, found texts`);
  return array;
}
