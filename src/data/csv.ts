import Papa from "papaparse";
import { DataError } from "../tensor/errors.ts";
import { detectHeader, headerSampleRows, numberedNames } from "./header.ts";
import { MissingWords } from "./missingWords.ts";
import { isPlainNumber, parseInfinity } from "./numberText.ts";
import { type Table, textCells } from "./table.ts";
import type { TableReadOptions } from "./tableOptions.ts";

/**
 * A CSV file: quoted cells, any line ends; the delimiter (comma, semicolon, tab or bar) and whether there is a header are found. With
 * semicolons, 3,14 is a number. Cells such as "", "NA" and "?" become "". Throws DataError for a ragged row (it says which), two columns
 * of one name, a quote without an end, and for no rows.
 */
export function parseCsv(text: string, { name, ...options }: { readonly name: string } & TableReadOptions): Table {
  const { onNote = () => {}, rules, textColumns = [] } = options;
  if (text.includes("\0")) throw new DataError(`${name}: not a text file: it has zero bytes`);
  const parsed = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), {
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  // A file of one column has no delimiter; that is no error
  const problem = parsed.errors.find(({ code }) => code !== "UndetectableDelimiter");
  if (problem) throw new DataError(`${name}: row ${(problem.row ?? 0) + 1}: ${problem.message}`);
  const [first, ...below] = parsed.data;
  if (!first) throw new DataError(`${name}: the file is empty`);
  const missing = new MissingWords(options);
  const sample = below.slice(0, headerSampleRows);
  const { header, note } = detectHeader(first, sample, (cell) => missing.has(cell), options);
  if (note) onNote(note);
  const rows = header ? below : parsed.data;
  const start = header ? 2 : 1;
  const names = numberedNames(header ? first : first.map(() => ""));
  const repeated = names.find((column, i) => names.indexOf(column) !== i);
  if (repeated !== undefined) throw new DataError(`${name}: two columns are called ${repeated}`);
  if (rows.length === 0) throw new DataError(`${name}: a header, but no rows`);
  rows.forEach((row, i) => {
    if (row.length === names.length) return;
    throw new DataError(
      `${name}: row ${i + start} has ${row.length} ${row.length === 1 ? "cell" : "cells"}, the ${header ? "header" : "first row"} ${names.length}: ${row.join(parsed.meta.delimiter).slice(0, 80)}`,
    );
  });
  const decimalComma = parsed.meta.delimiter === ";";
  const columns = names.map((column, i) => {
    const cells = rows.map((row) => missing.clean(row[i]));
    const numbers = textColumns.includes(column)
      ? undefined
      : numbersOf(cells, { decimalComma, infinite: rules !== 1 });
    return { name: column, cells: numbers ?? textCells(cells) };
  });
  const found = missing.note();
  if (found) onNote(found);
  return { name, rows: rows.length, columns, ...(!header && { lines: Int32Array.from(rows, (_, i) => i + 1) }) };
}

/** The cells as numbers, when all that are there are such, and at least one is finite. */
function numbersOf(
  cells: readonly string[],
  { decimalComma, infinite }: { readonly decimalComma: boolean; readonly infinite: boolean },
): Float64Array | undefined {
  const numbers = new Float64Array(cells.length);
  let found = false;
  for (const [i, cell] of cells.entries()) {
    const text = decimalComma ? cell.replace(",", ".") : cell;
    if (cell === "") numbers[i] = Number.NaN;
    else if (isPlainNumber(text) && Number.isFinite(Number(text))) {
      numbers[i] = Number(text);
      found = true;
    } else {
      const endless = infinite ? parseInfinity(text) : undefined;
      if (endless === undefined) return undefined;
      numbers[i] = endless;
    }
  }
  return found ? numbers : undefined;
}
