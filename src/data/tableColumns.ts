import { lineOf, type Table, type TableColumn, type TextCells } from "./table.ts";

// Operations on whole columns. They use typed arrays only, without an object for each row and without argument lists that grow
// with the rows, because tables have millions of rows.

/** The chosen rows, in that order; distinct texts are shared with the table. */
export function pickTableRows(table: Table, rows: Int32Array): Table {
  const columns = table.columns.map(({ cells, ...column }) => ({ ...column, cells: pickCells(cells, rows) }));
  const lines = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) lines[i] = lineOf(table, rows[i]);
  return { name: table.name, rows: rows.length, columns, lines, ...(table.parts && { parts: table.parts }) };
}

function pickCells(cells: TableColumn["cells"], rows: Int32Array): TableColumn["cells"] {
  if (!(cells instanceof Float64Array)) return { codes: pickNumbers(cells.codes, rows), values: cells.values };
  return pickNumbers(cells, rows);
}

function pickNumbers<T extends Float64Array | Int32Array>(numbers: T, rows: Int32Array): T {
  const picked = new (numbers.constructor as new (length: number) => T)(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = numbers[rows[i]];
  return picked;
}

/** At most `most` of the rows, evenly spaced. */
export function evenlySpaced(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]);
}

/** The rows (among `rows`, if given) whose cell is not missing, in order. */
export function knownRows({ cells }: TableColumn, rows?: Int32Array): Int32Array {
  const total = rows?.length ?? rowsOf(cells);
  const missing = cells instanceof Float64Array ? -1 : missingCode(cells);
  const known = new Int32Array(total);
  let count = 0;
  for (let i = 0; i < total; i++) {
    const row = rows ? rows[i] : i;
    const there = cells instanceof Float64Array ? !Number.isNaN(cells[row]) : cells.codes[row] !== missing;
    if (there) known[count++] = row;
  }
  return known.subarray(0, count);
}

function rowsOf(cells: TableColumn["cells"]): number {
  return cells instanceof Float64Array ? cells.length : cells.codes.length;
}

/** The code of "", or −1. */
function missingCode({ values }: TextCells): number {
  for (let code = 0; code < values.length; code++) if (values.at(code) === "") return code;
  return -1;
}

/** The number of rows (among all, by default) with each code. */
export function countCodes({ codes, values }: TextCells, rows?: Int32Array): Float64Array {
  const counts = new Float64Array(values.length);
  const total = rows?.length ?? codes.length;
  for (let i = 0; i < total; i++) counts[codes[rows ? rows[i] : i]]++;
  return counts;
}

/** The distinct known numbers in the rows (all by default), ascending. */
export function distinctNumbers(numbers: Float64Array, rows?: Int32Array): Float64Array {
  const sorted = new Float64Array(rows ? pickNumbers(numbers, rows) : numbers).sort(); // NaN comes last
  let count = 0;
  for (let i = 0; i < sorted.length && !Number.isNaN(sorted[i]); i++) {
    if (count === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i] + 0; // −0 is 0
  }
  return sorted.slice(0, count);
}

/** The distinct known values in the rows (all by default) as text: numbers ascending, texts by their codes. */
export function distinctTexts({ cells }: TableColumn, rows?: Int32Array): string[] {
  if (cells instanceof Float64Array) return Array.from(distinctNumbers(cells, rows), String);
  const counts = countCodes(cells, rows);
  const texts: string[] = [];
  for (let code = 0; code < counts.length; code++) {
    const text = counts[code] > 0 ? cells.values.at(code) : "";
    if (text !== "") texts.push(text);
  }
  return texts;
}

/**
 * The number of distinct known values of a column in the rows (all by default). Numbers are counted up to `most` + 1 only, so
 * that millions of them need not be sorted.
 */
export function countDistinct({ cells }: TableColumn, rows?: Int32Array, most = Number.POSITIVE_INFINITY): number {
  if (cells instanceof Float64Array) {
    return most <= mostCounted ? countNumbers(cells, rows, most) : distinctNumbers(cells, rows).length;
  }
  const missing = missingCode(cells);
  return countCodes(cells, rows).reduce((sum, count, code) => sum + (count > 0 && code !== missing ? 1 : 0), 0);
}

/** With more values than this, sorting is faster than a set. */
const mostCounted = 1000;

function countNumbers(numbers: Float64Array, rows: Int32Array | undefined, most: number): number {
  const seen = new Set<number>();
  const total = rows?.length ?? numbers.length;
  let last = Number.NaN;
  for (let i = 0; i < total && seen.size <= most; i++) {
    const value = numbers[rows ? rows[i] : i];
    if (value === last || Number.isNaN(value)) continue;
    last = value;
    seen.add(value);
  }
  return seen.size;
}

/** The index in `values` of each row's cell as text (all rows by default); −1 for a text that is not in `values`. */
export function placesIn(values: readonly string[], { cells }: TableColumn, rows?: Int32Array): Int32Array {
  const total = rows?.length ?? rowsOf(cells);
  const places = new Int32Array(total);
  const placeOf = new Map(values.map((value, place) => [value, place]));
  if (cells instanceof Float64Array) {
    const ofNumber = new Map<number, number>();
    for (let i = 0; i < total; i++) {
      const value = cells[rows ? rows[i] : i];
      let place = ofNumber.get(value);
      if (place === undefined) {
        place = placeOf.get(Number.isNaN(value) ? "" : String(value)) ?? -1;
        if (ofNumber.size < 100_000) ofNumber.set(value, place);
      }
      places[i] = place;
    }
    return places;
  }
  const ofCode = new Int32Array(cells.values.length);
  for (let code = 0; code < ofCode.length; code++) ofCode[code] = placeOf.get(cells.values.at(code)) ?? -1;
  for (let i = 0; i < total; i++) places[i] = ofCode[cells.codes[rows ? rows[i] : i]];
  return places;
}
