import { ownColumns, type TableParts } from "./columnParts.ts";
import { addOverRanks } from "./rowParts.ts";
import type { Table, TableColumn } from "./table.ts";
import { countDistinct } from "./tableColumns.ts";
import { isRowNumber, isTooVaried } from "./unusedColumns.ts";
import { frequentWords } from "./wordColumn.ts";

/** Rows with the same inputs as other rows. */
export interface DuplicateRows {
  /** the number of each row's unit; rows with the same inputs have the same number, counted from 0 in the order of their first rows */
  readonly units: Int32Array;
  readonly count: number;
  /** the number of rows that repeat the inputs of an earlier row */
  readonly repeated: number;
  /** the number of rows in the largest unit */
  readonly largest: number;
}

/** The number of rows that are used to decide whether a column has words. */
const sampledRows = 2000;
/** Hashes that are added at a time. */
const rowsAtOnce = 2 ** 16;

/**
 * Finds rows that are equal in all columns that can be inputs. These exclude the target, row numbers, and texts that are too
 * varied to be categories, unless `words` is true and some of their words repeat. Rows are compared by a 64-bit hash, in an
 * open-addressing table with 4 bytes per place. For a table in parts, the hashes of the columns of all processes are added.
 */
export function findDuplicateRows(
  table: Table,
  except: readonly (string | undefined)[],
  { words = true }: { readonly words?: boolean } = {},
): DuplicateRows {
  const { rows } = table;
  const first = new Int32Array(rows);
  const second = new Int32Array(rows);
  for (const column of ownColumns(table)) {
    if (except.includes(column.name) || isUnused(column, rows, words)) continue;
    addColumn(column, first, second);
  }
  if (table.parts) for (const hashes of [first, second]) addHashes(hashes, table.parts);
  let bits = 4;
  while (2 ** bits < 2 * rows) bits++;
  const mask = 2 ** bits - 1;
  const places = new Int32Array(2 ** bits).fill(-1);
  const units = new Int32Array(rows);
  let [count, repeated, largest] = [0, 0, 1];
  const sizes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let place = mixed(first[row] ^ Math.imul(second[row], 0x9e3779b1)) & mask;
    while (places[place] >= 0 && (first[places[place]] !== first[row] || second[places[place]] !== second[row])) {
      place = (place + 1) & mask;
    }
    if (places[place] < 0) {
      places[place] = row;
      units[row] = count++;
    } else {
      units[row] = units[places[place]];
      repeated++;
    }
    largest = Math.max(largest, ++sizes[units[row]]);
  }
  return { units, count, repeated, largest };
}

/** Adds the hashes of all processes, some rows at a time, because the sums take twice the memory. */
function addHashes(hashes: Int32Array, { ranks }: TableParts): void {
  for (let start = 0; start < hashes.length; start += rowsAtOnce) {
    const some = hashes.subarray(start, start + rowsAtOnce);
    const sums = Float64Array.from(some);
    addOverRanks(ranks, sums);
    some.set(sums); // modulo 2³²
  }
}

function isUnused(column: TableColumn, rows: number, words: boolean): boolean {
  if (column.date) return false;
  if (column.cells instanceof Float64Array) return isRowNumber(column, () => countDistinct(column), rows);
  if (column.use === "category" || column.use === "words" || !isTooVaried(column.cells.values.length, rows))
    return false;
  if (!isTooVaried(countDistinct(column), rows)) return false;
  return column.use === "text" || !words || frequentWords(column, sampledRows).length === 0;
}

/** Mixes the bits of each cell into the two hashes of its row. */
function addColumn({ cells }: TableColumn, first: Int32Array, second: Int32Array): void {
  if (cells instanceof Float64Array) {
    const one = new Float64Array(1);
    const halves = new Int32Array(one.buffer);
    for (let row = 0; row < first.length; row++) {
      one[0] = cells[row] + 0; // −0 is 0, and every NaN has the same bits
      if (Number.isNaN(one[0])) [halves[0], halves[1]] = [1, 0x7ff80000];
      first[row] = mixed(Math.imul(first[row], 31) ^ halves[0] ^ Math.imul(halves[1], 0x85ebca6b));
      second[row] = mixed(Math.imul(second[row], 37) ^ halves[1] ^ Math.imul(halves[0], 0xc2b2ae35));
    }
    return;
  }
  const { codes, values } = cells;
  // Distinct codes may have equal texts, because words for missing values became "", so the texts are compared
  const codeOf = new Map<string, number>();
  const same = new Int32Array(values.length);
  for (let code = 0; code < values.length; code++) {
    const text = values.at(code);
    const known = codeOf.get(text);
    if (known === undefined) codeOf.set(text, code);
    same[code] = known ?? code;
  }
  for (let row = 0; row < first.length; row++) {
    const code = same[codes[row]];
    first[row] = mixed(Math.imul(first[row], 31) ^ Math.imul(code + 1, 0x85ebca6b));
    second[row] = mixed(Math.imul(second[row], 37) ^ Math.imul(code + 7, 0xc2b2ae35));
  }
}

/** The finalizer of MurmurHash3. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
