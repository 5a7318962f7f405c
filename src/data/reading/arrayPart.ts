import { DataError } from "../../tensor/errors.ts";
import { type ArrayLabels, readLabels } from "../arrayLabels.ts";
import type { ImagePart } from "../partFolders.ts";
import { type ArrayInParts, type Arrays, numbersOf } from "./arrayFiles.ts";

/** Inputs and labels of one part of a data set. */
export interface ArrayPart {
  readonly part: ImagePart;
  readonly name: string;
  readonly inputs: ArrayInParts;
  readonly labels?: ArrayLabels;
  readonly labelsName?: string;
  readonly rows: number;
}

/** Reads the arrays of a part. Throws DataError for inputs without rows, and for labels that do not fit the inputs. */
export function partOf(
  path: string,
  arrays: Arrays,
  { part, inputs: name, labels: labelsName }: { part: ImagePart; inputs: string; labels?: string },
): ArrayPart {
  const inputs = numbersOf(path, arrays, name);
  const rows = inputs.shape[0] ?? 0;
  if (rows === 0 || inputs.data.length === 0) throw new DataError(`${path}: ${name}: expected rows, found none`);
  if (labelsName === undefined) return { part, name, inputs, rows };
  const labels = arrays[labelsName];
  if ("problem" in labels) throw new DataError(labels.problem);
  return { part, name, inputs, rows, labelsName, labels: readLabels(labels, rows, `${path}: ${labelsName}`) };
}
