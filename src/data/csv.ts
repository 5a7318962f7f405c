import Papa from "papaparse";
import { DataError } from "../tensor/errors.ts";
import { type Table, textCells } from "./table.ts";

/** What stands for "nothing is known", whatever its case. */
const missingWords = new Set(["", "?", "na", "n/a", "nan", "null", "missing", "-"]);
const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A CSV file with a header: quoted cells, any line ends; the delimiter (comma, semicolon, tab or bar) is found. With semicolons, 3,14
 * is a number. Cells such as "", "NA" and "?" become "". Throws DataError for a ragged row (it says which), two columns of one
 * name, a quote without an end, and for no rows.
 */
export function parseCsv(text: string, { name }: { readonly name: string }): Table {
  if (text.includes("\0")) throw new DataError(`${name}: not a text file: it has zero bytes`);
  const parsed = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), {
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  // A file of one column has no delimiter; that is no error
  const problem = parsed.errors.find(({ code }) => code !== "UndetectableDelimiter");
  if (problem) throw new DataError(`${name}: row ${(problem.row ?? 0) + 1}: ${problem.message}`);
  const [header, ...rows] = parsed.data;
  if (!header) throw new DataError(`${name}: the file is empty`);
  const names = header.map((cell, i) => cell.trim() || `column ${i + 1}`);
  const repeated = names.find((column, i) => names.indexOf(column) !== i);
  if (repeated !== undefined) throw new DataError(`${name}: two columns are called ${repeated}`);
  if (rows.length === 0) throw new DataError(`${name}: a header, but no rows`);
  rows.forEach((row, i) => {
    if (row.length === names.length) return;
    throw new DataError(
      `${name}: row ${i + 2} has ${row.length} ${row.length === 1 ? "cell" : "cells"}, the header ${names.length}: ${row.join(parsed.meta.delimiter).slice(0, 80)}`,
    );
  });
  const decimalComma = parsed.meta.delimiter === ";";
  const columns = names.map((column, i) => {
    const cells = rows.map((row) => cleaned(row[i]));
    return { name: column, cells: numbersOf(cells, decimalComma) ?? textCells(cells) };
  });
  return { name, rows: rows.length, columns };
}

function cleaned(cell: string): string {
  const text = cell.trim();
  return missingWords.has(text.toLowerCase()) ? "" : text;
}

/** The cells as numbers, when all that are there are such, and at least one is. */
function numbersOf(cells: readonly string[], decimalComma: boolean): Float64Array | undefined {
  const numbers = new Float64Array(cells.length);
  let found = false;
  for (const [i, cell] of cells.entries()) {
    const text = decimalComma ? cell.replace(",", ".") : cell;
    if (cell === "") numbers[i] = Number.NaN;
    else if (numberPattern.test(text) && Number.isFinite(Number(text))) {
      numbers[i] = Number(text);
      found = true;
    } else return undefined;
  }
  return found ? numbers : undefined;
}
