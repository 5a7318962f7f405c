import { gatherRanks, gatherValues, type Ranks } from "../kernels/ranks.ts";
import type { PartsOptions } from "./rowParts.ts";

// A table in parts is divided by columns while it is read: each process interprets and fits all rows of its columns, because types, categories and
// means follow from whole columns. Afterwards the encoded columns are exchanged for rows (`tableInParts.ts`).

/** How the columns of a table are divided: the column at place p belongs to rank p modulo the number of ranks. */
export interface ColumnParts extends PartsOptions {
  /** names of columns that all processes read: the target, and what divides the rows */
  readonly shared: readonly string[];
}

export interface TableParts extends ColumnParts {
  /** the columns of the whole table, each with its place in the file, in this order */
  readonly places: ReadonlyMap<string, number>;
}

/** Whether this process reads the column at a place, or with a name. */
export function readsColumn(parts: ColumnParts | undefined, name: string, place: number): boolean {
  if (!parts || place % parts.ranks.size === parts.ranks.rank) return true;
  return parts.shared.includes(name) || parts.shared.includes(`column ${place + 1}`);
}

/** Whether a process (by default this one) interprets, fits and encodes a column: every column, if the table is not in parts. */
export function ownsColumn(parts: TableParts | undefined, name: string, rank = parts?.ranks.rank): boolean {
  return !parts || placeOf(parts, name) % parts.ranks.size === rank;
}

const placeOf = ({ places }: TableParts, name: string): number => places.get(name) ?? -1;

/** The columns of this process: all of them, if the table is not in parts. */
export function ownColumns<Column extends { readonly name: string }>({
  columns,
  parts,
}: {
  readonly columns: readonly Column[];
  readonly parts?: TableParts | undefined;
}): readonly Column[] {
  return columns.filter(({ name }) => ownsColumn(parts, name));
}

/** Whether something is true in all processes. All have to ask. */
export function everywhere(ranks: Ranks, isTrue: boolean): boolean {
  return gatherValues(ranks, [isTrue ? 1 : 0]).every((value) => value === 1);
}

/** What each process found, as JSON holds it, in the order of the ranks. All have to call it. */
export function gatherPlain<Found>(ranks: Ranks, own: Found): Found[] {
  const text = JSON.stringify(own);
  const lengths = gatherValues(ranks, [text.length]);
  const bounds = [0];
  for (const length of lengths) bounds.push(bounds[bounds.length - 1] + length);
  const all = new Float64Array(bounds[ranks.size]);
  for (let i = 0; i < text.length; i++) all[bounds[ranks.rank] + i] = text.charCodeAt(i);
  gatherRanks(ranks, all, bounds);
  return Array.from({ length: ranks.size }, (_, rank) => {
    let received = "";
    for (const unit of all.subarray(bounds[rank], bounds[rank + 1])) received += String.fromCharCode(unit);
    return JSON.parse(received) as Found;
  });
}

/** The findings of all processes about columns, in the order of the columns; those of this process, if the table is not in parts. All must call it. */
export function gatherByColumn<Found>(
  parts: TableParts | undefined,
  own: readonly Found[],
  columnOf: (found: Found) => string,
): readonly Found[] {
  if (!parts) return own;
  return gatherPlain(parts.ranks, own)
    .flat()
    .sort((a, b) => placeOf(parts, columnOf(a)) - placeOf(parts, columnOf(b)));
}
