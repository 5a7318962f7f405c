import { DataError } from "../tensor/errors.ts";
import type { RawCells, RawTable } from "./rawTable.ts";
import { type Table, type TextCells, textCells } from "./table.ts";

/** Texts that stand for a missing value, whatever their case. */
const missingWords = new Set(["", "?", "na", "n/a", "nan", "null", "missing", "-"]);

/** Whether a column of numbers may contain a text (`RawTableOptions.amongNumbers`). */
export function amongNumbers(text: string): boolean {
  return missingWords.has(text.toLowerCase()) || isZeroPadded(text);
}

const isZeroPadded = (text: string): boolean => /^[+-]?\d+(\.\d*)?$/.test(text) && Number.isFinite(Number(text));

/** Decides what the columns of a table are: numbers, or text with "" for a missing value. The first row is the header. */
export function interpretTable(raw: RawTable): Table {
  const { name, rows, lines } = raw;
  const names = (raw.names ?? raw.first ?? []).map((cell, i) => cell || `column ${i + 1}`);
  const repeated = names.find((column, i) => names.indexOf(column) !== i);
  if (repeated !== undefined) throw new DataError(`${name}: two columns are called ${repeated}`);
  if (rows === 0) throw new DataError(`${name}: a header, but no rows`);
  const columns = names.map((column, i) => ({ name: column, cells: interpretCells(raw.columns[i]) }));
  return { name, rows, columns, lines };
}

function interpretCells(cells: RawCells): Float64Array | TextCells {
  if (cells.kind === "texts") {
    const { codes, values } = cells.texts;
    const cleaned = textCells(Array.from(values, (text) => (missingWords.has(text.toLowerCase()) ? "" : text)));
    return { codes: codes.map((code) => cleaned.codes[code]), values: cleaned.values };
  }
  const { numbers, odd } = cells;
  odd?.rows.forEach((row, i) => {
    const text = odd.texts.values.at(odd.texts.codes[i]);
    if (!missingWords.has(text.toLowerCase())) numbers[row] = Number(text);
  });
  // A column without any number is one of missing texts
  if (numbers.some((number) => !Number.isNaN(number))) return numbers;
  return textCells(Array.from(numbers, () => ""));
}
