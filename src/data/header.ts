import { looksLikeNumber } from "./numberText.ts";
import type { TableReadOptions } from "./tableOptions.ts";

/** Whether the first row contains column names, and a note with the reason if it is not obvious. */
export interface HeaderDecision {
  readonly header: boolean;
  readonly note?: string;
}

/** The number of rows that are used to decide. */
export const headerSampleRows = 1000;

const isWhole = (cell: string): boolean => /^\d+$/.test(cell);
const override = (header: boolean) => (header ? "--no-header reads it as data" : "--header reads it as column names");

/**
 * Decides from the first rows of a file whether the first row is a header. A text above numbers is a name; a number above numbers
 * is data, unless the first row counts up (0, 1, 2 or 2019, 2020). If no column has numbers, the first row is data if its texts
 * occur again below. `isMissing` recognizes the words for a missing value.
 */
export function detectHeader(
  first: readonly string[],
  below: readonly (readonly string[])[],
  isMissing: (cell: string) => boolean,
  { header, rules, reading, expected = [] }: Pick<TableReadOptions, "header" | "rules" | "expected" | "reading"> = {},
): HeaderDecision {
  const cells = first.map((cell) => cell.trim());
  if (header !== undefined) return { header };
  if (rules === 1 || cells.some((cell) => expected.includes(cell))) return { header: true };
  if (reading) return { header: reading.header };
  const columns = cells.map((_, i) => below.map((row) => (row[i] ?? "").trim()).filter((cell) => !isMissing(cell)));
  const numeric = columns.map((column) => column.length > 0 && column.every(looksLikeNumber));
  const named = cells.filter((cell, i) => numeric[i] && cell !== "" && !isMissing(cell) && !looksLikeNumber(cell));
  const counted = cells.filter((cell, i) => (numeric[i] || columns[i].length === 0) && looksLikeNumber(cell));
  if (named.length > 0 && counted.length === 0) return { header: true };
  const noHeader = (why: string): HeaderDecision => ({
    header: false,
    note: `no header found: ${why}; columns are called "column 1" to "column ${cells.length}"; ${override(false)}`,
  });
  if (counted.length > 0) {
    const inARow = counted.every((cell, i) => isWhole(cell) && Number(cell) === Number(counted[0]) + i);
    const texts = cells.filter((cell) => cell !== "" && !looksLikeNumber(cell));
    // pandas writes 0,1,2 as the header of a table without names; 2019,2020 are years as names
    if (
      inARow &&
      counted.length > 2 &&
      texts.length + counted.length >= cells.length - 1 &&
      !follows(counted, below, cells)
    )
      return {
        header: true,
        note: `the first row (${counted[0]} to ${counted.at(-1)}) is read as column names; ${override(true)}`,
      };
    if (named.length > counted.length)
      return {
        header: true,
        note: `the first row (${brief(cells)}) is read as column names, although some are numbers; ${override(true)}`,
      };
    return noHeader("the first row contains numbers, like the rows below");
  }
  if (numeric.some(Boolean)) return { header: true };
  if (below.length === 0) return { header: true };
  const again = cells.filter((cell, i) => cell !== "" && columns[i].includes(cell)).length;
  const repeated = new Set(cells.filter(Boolean)).size < cells.filter(Boolean).length;
  if (again > 0 && again >= cells.length / 4)
    return noHeader(`values of the first row (${brief(cells)}) also occur in the rows below`);
  if (repeated) return noHeader(`the first row (${brief(cells)}) contains the same text twice`);
  const categories = columns.filter((column) => column.length >= 6 && new Set(column).size <= column.length / 2).length;
  if (categories > 0) return { header: true };
  return {
    header: true,
    note: `the first row (${brief(cells)}) is read as column names, although all columns are text; ${override(true)}`,
  };
}

/** Whether the rows below count up in the same way, so that the first row is data. */
function follows(counted: readonly string[], below: readonly (readonly string[])[], cells: readonly string[]): boolean {
  const places = cells.flatMap((cell, i) => (counted.includes(cell) ? [i] : []));
  return below
    .slice(0, 20)
    .every((row) => places.every((place, i) => Number(row[place]) === Number(row[places[0]]) + i));
}

function brief(cells: readonly string[]): string {
  const shown = cells.slice(0, 3).join(", ");
  const text = cells.length > 3 ? `${shown}, …` : shown;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The names in a header. An empty name becomes "column 1", "column 2", …. */
export function numberedNames(header: readonly string[]): string[] {
  return header.map((cell, i) => cell.trim() || `column ${i + 1}`);
}
