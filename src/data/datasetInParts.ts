import { crc32 } from "../formats/crc32.ts";
import { sizeOf } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { addOverRanks, countHeld, dealRows, fnv1a, type PartsOptions } from "./rowParts.ts";

/** A data set in parts from one that was read as a whole. */
export function keepOwnRows(dataset: Dataset, options: PartsOptions): Dataset {
  const parts = dealRows(dataset.labels, options, dataset.name);
  const size = sizeOf(dataset.inputShape);
  const held = countHeld(parts);
  if (held === dataset.labels.length) return { ...dataset, parts };
  const inputs = new (dataset.inputs.constructor as new (length: number) => Dataset["inputs"])(held * size);
  parts.places.forEach((place, row) => {
    if (place >= 0) inputs.set(dataset.inputs.subarray(row * size, (row + 1) * size), place * size);
  });
  return { ...dataset, inputs, parts };
}

/** The bytes of each row that this process holds. Nothing is copied. */
export function* heldRows({
  inputs,
  inputShape,
  parts,
}: Dataset): Generator<readonly [row: number, bytes: Uint8Array]> {
  if (!parts) return;
  const size = sizeOf(inputShape) * inputs.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  for (const [row, place] of parts.places.entries()) {
    if (place >= 0) yield [row, bytes.subarray(place * size, (place + 1) * size)];
  }
}

/** With checksums of all rows, from which copies are found and the fingerprint is computed. All processes have to call it. */
export function withRowSums(dataset: Dataset): Dataset {
  const { parts } = dataset;
  if (!parts) return dataset;
  const rows = dataset.labels.length;
  const both = new Float64Array(2 * rows);
  for (const [row, bytes] of heldRows(dataset)) {
    both[row] = crc32(bytes);
    both[rows + row] = fnv1a(bytes);
  }
  addOverRanks(parts.ranks, both);
  return { ...dataset, parts: { ...parts, sums: { crc32: both.subarray(0, rows), fnv1a: both.subarray(rows) } } };
}
