import type { RandomState } from "../random/randomState.ts";
import { type SplitFractions, type SplitRows, stratifiedSplit } from "./split.ts";

/** The rows of the parts that are given separately, ascending. All other rows are for training. */
export interface GivenRows {
  readonly validation?: Int32Array | undefined;
  readonly test?: Int32Array | undefined;
}

/** The same rows as positions in `kept`, an ascending list of rows. Rows that are not in `kept` are left out. */
export function givenAmong({ validation, test }: GivenRows, kept: Int32Array): GivenRows {
  const places = new Map(Array.from(kept, (row, place) => [row, place]));
  const among = (rows: Int32Array): Int32Array =>
    Int32Array.from(Array.from(rows).flatMap((row) => places.get(row) ?? []));
  return { ...(validation && { validation: among(validation) }), ...(test && { test: among(test) }) };
}

/** A split that uses the given parts. A part that is not given is taken from the training rows, as in `stratifiedSplit`. */
export function splitAround(
  labels: ArrayLike<number>,
  given: GivenRows,
  { validation, test, random }: SplitFractions & { readonly random: RandomState },
): SplitRows {
  const isGiven = new Uint8Array(labels.length);
  for (const rows of [given.validation, given.test]) for (const row of rows ?? []) isGiven[row] = 1;
  const rest = Int32Array.from({ length: labels.length }, (_, row) => row).filter((row) => isGiven[row] === 0);
  const fractions = { validation: given.validation ? 0 : validation, test: given.test ? 0 : test };
  const divided = stratifiedSplit(
    Array.from(rest, (row) => labels[row]),
    { ...fractions, random },
  );
  const rowsOf = (places: Int32Array): Int32Array => places.map((place) => rest[place]);
  return {
    train: rowsOf(divided.train),
    validation: given.validation ?? rowsOf(divided.validation),
    test: given.test ?? rowsOf(divided.test),
  };
}
