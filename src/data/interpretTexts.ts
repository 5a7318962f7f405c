import { DataError } from "../tensor/errors.ts";
import { type ColumnContext, type InterpretedColumn, quoted, short } from "./columnContext.ts";
import { findDateFormat } from "./dateText.ts";
import { ofDates } from "./interpretDates.ts";
import { ofNumbers, sayFormat } from "./interpretNumbers.ts";
import { findNumberFormat, type NumberFormat, parseNumber } from "./numberText.ts";
import type { TextCells } from "./table.ts";
import { countCodes } from "./tableColumns.ts";
import { type ColumnType, textUse } from "./tableOptions.ts";
import type { ColumnReading } from "./tableReading.ts";

/** The number of different texts that are used to find the format. The others become strings only if the column can contain numbers. */
const sampledTexts = 20_000;

/** At most `most` of the known distinct texts, with the number of rows of each. */
function knownTexts(cells: TextCells, all: Float64Array, most = Number.POSITIVE_INFINITY) {
  const texts: string[] = [];
  const counts: number[] = [];
  let rows = 0;
  for (let code = 0; code < all.length && texts.length < most; code++) {
    const text = all[code] > 0 ? cells.values.at(code) : "";
    if (text === "") continue;
    texts.push(text);
    counts.push(all[code]);
    rows += all[code];
  }
  return { texts, counts, rows };
}

/** A column of texts: dates, numbers in another notation, or texts. */
export function ofTexts(cells: TextCells, type: ColumnType | undefined, context: ColumnContext): InterpretedColumn {
  const { name, options, known, say } = context;
  const use = textUse(type);
  if (options.rules === 1) return { cells };
  if (known?.kind === "text" || use) return { cells, ...(use && { use }), reading: { kind: "text", column: name } };
  if (known?.kind === "date") return { cells, date: known.format, reading: known };
  if (known) return fromTexts(cells, known.format ?? { decimal: ".", thousands: "" }, known, type, context);
  if (options.reading) return { cells };
  const occurrences = countCodes(cells);
  const sample = knownTexts(cells, occurrences, sampledTexts);
  if (sample.rows === 0) return { cells };
  const wantsDate = type === "date" || type === "date-dmy" || type === "date-mdy";
  if (type === undefined || wantsDate) {
    const orders = type === "date-dmy" ? (["dmy"] as const) : type === "date-mdy" ? (["mdy"] as const) : undefined;
    const found = findDateFormat(sample.texts, sample.counts, orders);
    if (found && (wantsDate || found.rows >= 0.95 * sample.rows)) return ofDates(cells, found, type, context);
    if (wantsDate)
      throw new DataError(
        `--types ${name}=${type}: expected dates in this order, found none; the first cell is ${sample.texts[0]}`,
      );
  }
  if (type === undefined && sample.texts.some((text) => /^\d{16,}$/.test(text))) return { cells };
  const notation = type === "number-english" ? "english" : type === "number-european" ? "european" : undefined;
  const found = findNumberFormat(sample.texts, sample.counts, notation);
  if (!found) {
    if (type !== undefined)
      throw new DataError(
        `--types ${name}=${type}: expected numbers in this notation, found none; the first cell is ${sample.texts[0]}`,
      );
    return { cells };
  }
  const { texts, counts, rows } = sample.texts.length < sampledTexts ? sample : knownTexts(cells, occurrences);
  if (type === undefined && texts.some((text) => /^\d{16,}$/.test(text))) return { cells };
  const isNumber = texts.map((text) => parseNumber(text, found.format) !== undefined);
  const numeric = counts.reduce((sum, count, i) => sum + (isNumber[i] ? count : 0), 0);
  const distinct = isNumber.filter(Boolean).length;
  const odd = rows - numeric;
  const enough = odd === 0 || odd <= rows / 100 || (odd <= rows / 10 && distinct > 10);
  if (type === undefined && (!enough || numeric === 0)) {
    if (numeric >= rows / 2) {
      const example = texts[isNumber.indexOf(false)];
      say(
        "mixed",
        `${name}: ${numeric.toLocaleString("en")} of ${rows.toLocaleString("en")} cells are numbers, but not "${short(example)}": read as text; --types ${quoted(`${name}=number`)} treats the others as missing`,
      );
    }
    return { cells };
  }
  if (texts.some((text) => /[^\d.+\-e]/i.test(text)) && type === undefined) {
    const example = texts.find((text, i) => isNumber[i] && /[^\d.+\-e]/i.test(text) && !/inf/i.test(text));
    if (example !== undefined || found.ambiguous)
      sayFormat(name, example ?? texts[0], found.format, found.ambiguous, say);
  }
  const reading = {
    kind: "number",
    column: name,
    format: found.format,
    ...(odd > 0 && { oddIsMissing: true }),
  } as const;
  return fromTexts(cells, found.format, reading, type, context);
}

/**
 * Parses texts as numbers. If training treated texts that are not numbers as missing values, so does this. Otherwise it throws
 * DataError for them.
 */
function fromTexts(
  cells: TextCells,
  format: NumberFormat,
  reading: Extract<ColumnReading, { kind: "number" }>,
  type: ColumnType | undefined,
  context: ColumnContext,
): InterpretedColumn {
  const { name, known, say, line } = context;
  const { codes, values } = cells;
  const numberOf = new Float64Array(values.length);
  const odd = new Uint8Array(values.length);
  for (let code = 0; code < values.length; code++) {
    const text = values.at(code);
    const value = text === "" ? Number.NaN : parseNumber(text, format);
    numberOf[code] = value ?? Number.NaN;
    odd[code] = value === undefined ? 1 : 0;
  }
  const numbers = new Float64Array(codes.length);
  const oddRows: number[] = [];
  let oddCount = 0;
  for (let row = 0; row < codes.length; row++) {
    numbers[row] = numberOf[codes[row]];
    if (odd[codes[row]] === 0) continue;
    oddCount++;
    if (oddRows.length < 3) oddRows.push(row);
  }
  if (oddCount > 0 && known && !reading.oddIsMissing) {
    const [row] = oddRows;
    throw new DataError(`row ${line(row)}: ${name}: expected a number, found ${short(values.at(codes[row]))}`);
  }
  if (oddCount > 0 && !known) {
    const where = oddRows.map((row) => `"${short(values.at(codes[row]))}" in row ${line(row)}`).join(", ");
    const are = oddCount === 1 ? "1 cell is not a number" : `${oddCount.toLocaleString("en")} cells are not numbers`;
    const it = oddCount === 1 ? "it" : "them";
    say(
      "odd",
      `${name}: ${are} (${where}${oddCount > oddRows.length ? ", …" : ""}) and ${oddCount === 1 ? "is" : "are"} treated as missing; --types ${quoted(`${name}=text`)} keeps ${it} as text`,
    );
  }
  return ofNumbers(numbers, reading, type, context);
}
