import type { NpyArray, NpyTexts } from "../formats/npy.ts";
import { DataError } from "../tensor/errors.ts";

/** A label for each row: a number or a text, NaN or "" where it is missing. */
export interface ArrayLabels {
  readonly values: ArrayLike<number> | readonly string[];
  /** the number of classes, if the rows are one-hot */
  readonly oneHot?: number;
}

/**
 * The labels in an array of shape (rows) or (rows, 1), or in one-hot rows (rows, classes), where the label is the column of the
 * 1. Throws DataError, which begins with `where`, for any other shape.
 */
export function readLabels(array: NpyArray | NpyTexts, rows: number, where: string): ArrayLabels {
  const { shape } = array;
  const expected = `expected a label for each of ${rows} rows, (${rows}) or one-hot rows (${rows}, classes)`;
  const fail = (found: string): never => {
    throw new DataError(`${where}: ${expected}, found ${found}`);
  };
  if (shape[0] !== rows) return fail(`(${shape.join(", ")})`);
  const values = "texts" in array ? array.texts : array.data;
  if (values.length === rows) return { values };
  const width = shape.length === 2 ? shape[1] : 0;
  if ("texts" in array || width === 0) return fail(`(${shape.join(", ")})`);
  const { data } = array;
  const classes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let [ones, place] = [0, 0];
    for (let j = 0; j < width; j++) {
      const value = data[row * width + j];
      if (value === 1) [ones, place] = [ones + 1, j];
      else if (value !== 0) return fail(`(${shape.join(", ")}) that is not one-hot: ${value} in row ${row}`);
    }
    if (ones !== 1) return fail(`(${shape.join(", ")}) that is not one-hot: row ${row} has ${ones} ones`);
    classes[row] = place;
  }
  return { values: classes, oneHot: width };
}

export const isMissing = (label: number | string): boolean => label === "" || Number.isNaN(label);

/** The classes that occur, missing ones left out: numbers ascending, texts in alphabetical order. */
export function distinctLabels(values: ArrayLabels["values"]): (number | string)[] {
  const all = new Set<number | string>();
  for (let row = 0; row < values.length; row++) if (!isMissing(values[row])) all.add(values[row]);
  return [...all].sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0));
}
