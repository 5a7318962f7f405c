import { crc32 } from "../formats/crc32.ts";
import { addTo, gatherValues, mergeRanks, type Ranks } from "../kernels/ranks.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";

// Rows of a data set that is divided among processes, into as many fixed parts as a batch has shards.

/** The number of parts, and the processes that read them: rank r of R has the parts from r·count/R to (r + 1)·count/R − 1. */
export interface PartsOptions {
  /** the number of parts, equal to the number of shards of a batch */
  readonly count: number;
  readonly ranks: Ranks;
}

/**
 * The parts of a data set's rows, and the positions of this process's inputs. Labels are present for all rows, because they are
 * small. Operations on all inputs exchange sums with the other processes, so all processes must call them.
 */
export interface RowParts extends PartsOptions {
  /** the part of each row */
  readonly of: Uint16Array;
  /** the position of each row's inputs, in rows of `inputs`; −1 if another process has them */
  readonly places: Int32Array;
  /** two checksums of the inputs of each row, for all rows */
  readonly sums?: RowSums;
}

export interface RowSums {
  readonly crc32: Float64Array;
  readonly fnv1a: Float64Array;
}

/** The parts of a process (by default this one), as [first, end). */
export function heldParts({ count, ranks }: PartsOptions, rank = ranks.rank): readonly [first: number, end: number] {
  const each = count / ranks.size;
  return [rank * each, (rank + 1) * each];
}

/**
 * Deals rows to parts, class by class, so that the sizes of the parts differ by at most one row, also within each class. The
 * inputs of this process must be contiguous. Throws DataError if the processes have different rows.
 */
export function dealRows(labels: ArrayLike<number>, { count, ranks }: PartsOptions, name: string): RowParts {
  if (count % ranks.size !== 0)
    throw new SettingsError(
      `shards: expected a multiple of ${ranks.size}, the number of processes, found ${count}; each process reads the parts of its shards`,
    );
  expectSameLabels(labels, ranks, name);
  const of = new Uint16Array(labels.length);
  const byClass = Int32Array.from(of.keys()).sort((a, b) => labels[a] - labels[b] || a - b);
  byClass.forEach((row, place) => {
    of[row] = place % count;
  });
  const [first, end] = heldParts({ count, ranks });
  let held = 0;
  const places = Int32Array.from(of, (part) => (part >= first && part < end ? held++ : -1));
  return { count, ranks, of, places };
}

function expectSameLabels(labels: ArrayLike<number>, ranks: Ranks, name: string): void {
  const bytes = new Uint8Array(Int32Array.from(labels).buffer);
  const all = gatherValues(ranks, [labels.length, crc32(bytes)]);
  for (let rank = 1; rank < ranks.size; rank++) {
    if (all[2 * rank] === all[0] && all[2 * rank + 1] === all[1]) continue;
    throw new DataError(
      `${name}: expected the same rows on all ranks, found ${all[0]} on rank 0 and ${all[2 * rank]} on rank ${rank}${all[2 * rank] === all[0] ? " with other classes" : ""}`,
    );
  }
}

/** The parts for some rows, in the given order. */
export function pickParts(parts: RowParts, rows: ArrayLike<number>): RowParts {
  const pick = <List extends Uint16Array | Int32Array | Float64Array>(list: List): List => {
    const picked = new (list.constructor as new (length: number) => List)(rows.length);
    for (let i = 0; i < rows.length; i++) picked[i] = list[rows[i]];
    return picked;
  };
  const { sums } = parts;
  return {
    ...parts,
    of: pick(parts.of),
    places: pick(parts.places),
    ...(sums && { sums: { crc32: pick(sums.crc32), fnv1a: pick(sums.fnv1a) } }),
  };
}

/** The number of rows of this process. */
export function countHeld({ places }: Pick<RowParts, "places">): number {
  return places.reduce((held, place) => held + (place >= 0 ? 1 : 0), 0);
}

/** The rows of the parts [first, end), ascending. */
export function rowsOfParts(
  { of }: Pick<RowParts, "of">,
  [first, end]: readonly [first: number, end: number],
): Int32Array {
  return Int32Array.from(of.keys()).filter((row) => of[row] >= first && of[row] < end);
}

/** The rows of one part, ascending. */
export function rowsOfPart(parts: Pick<RowParts, "of">, part: number): Int32Array {
  return rowsOfParts(parts, [part, part + 1]);
}

/** Adds up the values of all processes, in place; exact for whole numbers below 2⁵³. */
export function addOverRanks(ranks: Ranks, counts: Float64Array): void {
  mergeRanks(ranks, counts, addTo);
}

/** FNV-1a of 32 bits. */
export function fnv1a(bytes: Uint8Array, start = 0, length = bytes.length): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

/** "8 parts of 5,462 to 5,480 training rows": parts may differ in size, and some of their rows may be test rows. */
export function describeParts({ count, of }: Pick<RowParts, "count" | "of">): string {
  const sizes = Array.from({ length: count }, () => 0);
  for (const part of of) sizes[part]++;
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((size) => size.toLocaleString("en"));
  return `${count} parts of ${least === most ? least : `${least} to ${most}`} training rows, one for each shard of a batch`;
}
