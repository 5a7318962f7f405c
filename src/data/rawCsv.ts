import Papa from "papaparse";
import { DataError } from "../tensor/errors.ts";
import { plainNumber, type RawCells, type RawTable, type RawTableOptions } from "./rawTable.ts";
import { textCells } from "./table.ts";

/** The cells of a CSV file (comma, semicolon, tab or bar). Throws DataError for a ragged row, an open quote, and for no text. */
export function readRawCsv(text: string, options: RawTableOptions): RawTable {
  const { name, amongNumbers, asText = [] } = options;
  if (text.includes("\0")) throw new DataError(`${name}: not a text file: it has zero bytes`);
  const parsed = Papa.parse<string[]>(text.replace(/^\ufeff/, ""), {
    skipEmptyLines: "greedy",
    delimiter: options.delimiter ?? "",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  // A file of one column has no delimiter; that is no error
  const problem = parsed.errors.find(({ code }) => code !== "UndetectableDelimiter");
  if (problem) throw new DataError(`${name}: row ${(problem.row ?? 0) + 1}: ${problem.message}`);
  const { delimiter } = parsed.meta;
  const decimalComma = delimiter === ";";
  const rows = parsed.data;
  const [first] = rows;
  if (!first) throw new DataError(`${name}: the file is empty`);
  rows.forEach((row, i) => {
    if (row.length === first.length) return;
    const start = row.join(delimiter).slice(0, 80);
    throw new DataError(
      `${name}: row ${i + 1} has ${row.length} ${row.length === 1 ? "cell" : "cells"}, the header ${first.length}: ${start}`,
    );
  });
  const header = first.map((cell) => cell.trim());
  const columns = header.map((column, j): RawCells => {
    const texts = rows.slice(1).map((row) => row[j].trim());
    const plain = (cell: string) => plainNumber.test(decimalComma ? cell.replace(",", ".") : cell);
    const odd = texts.flatMap((cell, row) => (cell === "" || plain(cell) ? [] : [row]));
    if (
      asText.includes(column) ||
      asText.includes(`column ${j + 1}`) ||
      odd.some((row) => !amongNumbers(texts[row], { decimalComma }))
    ) {
      return { kind: "texts", texts: textCells(texts) };
    }
    const number = (cell: string) => (plain(cell) ? Number(decimalComma ? cell.replace(",", ".") : cell) : Number.NaN);
    return {
      kind: "numbers",
      numbers: Float64Array.from(texts, number),
      commas: texts.some((cell) => cell.includes(",") && plain(cell)),
      ...(odd.length > 0 && { odd: { rows: Int32Array.from(odd), texts: textCells(odd.map((row) => texts[row])) } }),
    };
  });
  return { name, format: "CSV", delimiter, decimalComma, first: header, rows: rows.length - 1, columns, notes: [] };
}
