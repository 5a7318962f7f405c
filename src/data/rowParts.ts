import { crc32 } from "../formats/crc32.ts";
import { addTo, gatherValues, mergeRanks, type Ranks } from "../kernels/ranks.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";

// Rows of a data set that no process holds as a whole: they are divided into as many fixed parts as a batch has shards.

/** Into how many parts rows are divided, and the processes that hold them: rank r of R has the parts from r·count/R to (r + 1)·count/R − 1. */
export interface PartsOptions {
  /** as many as a batch has shards */
  readonly count: number;
  readonly ranks: Ranks;
}

/**
 * Of a data set in parts: which row is in which part, and where the inputs of this process's rows are. Labels are there for all rows,
 * because they are small. What needs all inputs exchanges sums with the other processes, so all of them have to ask for it.
 */
export interface RowParts extends PartsOptions {
  /** the part of each row */
  readonly of: Uint16Array;
  /** where the inputs of each row are, in rows of `inputs`; −1 where another process holds them */
  readonly places: Int32Array;
  /** two checksums of the inputs of each row, of all processes */
  readonly sums?: RowSums;
}

export interface RowSums {
  readonly crc32: Float64Array;
  readonly fnv1a: Float64Array;
}

/** The parts that a process holds, by default this one, as [first, end). */
export function heldParts({ count, ranks }: PartsOptions, rank = ranks.rank): readonly [first: number, end: number] {
  const each = count / ranks.size;
  return [rank * each, (rank + 1) * each];
}

/**
 * Deals rows to parts, class by class, so that the parts differ by one row at most, also in each class. The inputs are expected one
 * after the other, those of this process alone. Throws DataError where the processes have different rows.
 */
export function dealRows(labels: ArrayLike<number>, { count, ranks }: PartsOptions, name: string): RowParts {
  if (count % ranks.size !== 0)
    throw new SettingsError(
      `shards: expected a number that the ${ranks.size} processes divide, found ${count}; each process reads the parts of its shards`,
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

/** Those of some rows, in their order. */
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

/** How many rows this process holds. */
export function countHeld({ places }: Pick<RowParts, "places">): number {
  return places.reduce((held, place) => held + (place >= 0 ? 1 : 0), 0);
}

/** The rows of one part, ascending. */
export function rowsOfPart({ of }: Pick<RowParts, "of">, part: number): Int32Array {
  return Int32Array.from(of.keys()).filter((row) => of[row] === part);
}

/** Adds up, in place, what each process found in its rows: exact for whole numbers below 2⁵³. */
export function addOverRanks(ranks: Ranks, counts: Float64Array): void {
  mergeRanks(ranks, counts, addTo);
}

/** FNV-1a of 32 bits. */
export function fnv1a(bytes: Uint8Array, start = 0, length = bytes.length): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

/** "8 parts of 5,462 to 5,480 training rows": rows may not divide evenly, and some of each part may be test rows. */
export function describeParts({ count, of }: Pick<RowParts, "count" | "of">): string {
  const sizes = Array.from({ length: count }, () => 0);
  for (const part of of) sizes[part]++;
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((size) => size.toLocaleString("en"));
  return `${count} parts of ${least === most ? least : `${least} to ${most}`} training rows, one for each shard of a batch`;
}
