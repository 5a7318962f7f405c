import type { ColumnContext, InterpretedColumn } from "./columnContext.ts";
import { dateOfNumbers } from "./interpretDates.ts";
import { fillOdd, ofNumbers } from "./interpretNumbers.ts";
import { ofTexts } from "./interpretTexts.ts";
import type { RawCells } from "./rawTable.ts";
import { type TextCells, textCells } from "./table.ts";
import { countCodes } from "./tableColumns.ts";
import { textUse } from "./tableOptions.ts";

/** Decides the type of a column. Throws DataError if no cell fits the type that the user chose. */
export function interpretColumn(cells: RawCells, context: ColumnContext): InterpretedColumn {
  const { name, options, known } = context;
  const type = options.types?.find(({ column }) => column === name)?.type;
  if (cells.kind === "texts") return ofTexts(cleanTexts(cells.texts, context), type, context);
  const { numbers } = cells;
  const format = fillOdd(numbers, cells.odd, context);
  const use = textUse(type);
  if (use || known?.kind === "text")
    return { cells: textOfNumbers(numbers), ...(use && { use }), reading: { kind: "text", column: name } };
  if (known?.kind === "date") return { cells: numbers, date: known.format, reading: known };
  const date = options.rules === 1 ? undefined : dateOfNumbers(numbers, type, context);
  if (date) return date;
  // A column without any number is a column of missing texts
  if (!numbers.some((number) => !Number.isNaN(number)))
    return { cells: textCells(new Array<string>(numbers.length).fill("")) };
  return ofNumbers(numbers, { kind: "number", column: name, ...(format && { format }) }, type, context);
}

/** Texts, with "" for each text that means a missing value. */
function cleanTexts(cells: TextCells, { words, name }: ColumnContext): TextCells {
  const { codes, values } = cells;
  let missing = -1;
  const mapped = new Int32Array(values.length);
  const counts = countCodes(cells);
  let changed = false;
  for (let code = 0; code < values.length; code++) {
    mapped[code] = code;
    if (!words.has(values.at(code), name)) continue;
    words.count(values.at(code), counts[code]);
    if (missing < 0) missing = code;
    changed ||= code !== missing || values.at(code) !== "";
    mapped[code] = missing;
  }
  if (!changed) return cells;
  const kept = { length: values.length, at: (code: number) => (mapped[code] === missing ? "" : values.at(code)) };
  const list = {
    ...kept,
    *[Symbol.iterator]() {
      for (let code = 0; code < kept.length; code++) yield kept.at(code);
    },
  };
  return { codes: codes.map((code) => mapped[code]), values: list };
}

function textOfNumbers(numbers: Float64Array): TextCells {
  return textCells(Array.from(numbers, (number) => (Number.isNaN(number) ? "" : String(number))));
}
