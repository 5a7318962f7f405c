import { type ColumnContext, cellsIn, type InterpretedColumn, quoted } from "./columnContext.ts";
import { findInfinite } from "./infiniteCells.ts";
import { findNumberFormat, type NumberFormat, parseNumber } from "./numberText.ts";
import type { OddCells } from "./rawTable.ts";
import { findSentinels } from "./sentinels.ts";
import { countCodes } from "./tableColumns.ts";
import type { ColumnType } from "./tableOptions.ts";
import type { ColumnReading } from "./tableReading.ts";

/**
 * Fills in the unusual cells of a column of numbers: words for missing values, 007, inf and 1,234.5. Returns the format of
 * numbers such as 1,234.5.
 */
export function fillOdd(
  numbers: Float64Array,
  odd: OddCells | undefined,
  { name, words, options, known, say }: ColumnContext,
): NumberFormat | undefined {
  if (!odd) return undefined;
  const { codes, values } = odd.texts;
  const counts = countCodes(odd.texts);
  const texts = Array.from(values);
  const others = texts.filter((text) => !words.has(text, name));
  const fractions = numbers.some((number) => !Number.isInteger(number) && !Number.isNaN(number));
  const found = findNumberFormat(others, new Array<number>(others.length).fill(1));
  const fixed = known?.kind === "number" ? known.format : undefined;
  const format: NumberFormat = fixed ?? found?.format ?? { decimal: ".", thousands: "," };
  const value = texts.map((text, code) => {
    if (!words.has(text, name)) return parseNumber(text, format) ?? Number.NaN;
    words.count(text, counts[code]);
    return Number.NaN;
  });
  if (!known && options.rules !== 1) {
    const padded = others.find((text) => /^[+-]?0\d/.test(text));
    if (padded !== undefined)
      say(
        "zeros",
        `${name}: ${padded} is read as the number ${Number(padded)}; --types ${quoted(`${name}=text`)} keeps it as it is`,
      );
    const grouped = others.find((text) => /[,' ]/.test(text));
    if (grouped !== undefined) sayFormat(name, grouped, format, fractions ? undefined : found?.ambiguous, say);
  }
  odd.rows.forEach((row, i) => {
    numbers[row] = value[codes[i]];
  });
  return fixed ?? (others.some((text) => text.includes(",")) ? format : undefined);
}

/** Notes how a number in a format such as 1.234,5 is read. */
export function sayFormat(
  name: string,
  text: string,
  format: NumberFormat,
  ambiguous: { text: string; value: number; other: number } | undefined,
  say: ColumnContext["say"],
): void {
  const shown = ambiguous?.text ?? text;
  const read = `${name}: "${shown}" is read as ${parseNumber(shown, format)}`;
  const other = format.decimal === "." ? "number-european" : "number-english";
  say(
    "format",
    ambiguous
      ? `${read}, but could also be ${ambiguous.other}; --types ${quoted(`${name}=${other}`)} changes it`
      : `${read}; --types ${quoted(`${name}=text`)} keeps the text`,
  );
}

/** Handles infinite cells and numbers that mean "missing", after all texts are parsed. */
export function ofNumbers(
  numbers: Float64Array,
  reading: Extract<ColumnReading, { kind: "number" }>,
  type: ColumnType | undefined,
  { name, words, options, known, say, line }: ColumnContext,
): InterpretedColumn {
  if (options.rules === 1) return { cells: numbers };
  const fixed = known?.kind === "number" ? known : undefined;
  const own = (options.missing ?? []).flatMap((item) => {
    const at = item.lastIndexOf("=");
    const value = at <= 0 || item.slice(0, at) === name ? item.slice(at + 1).trim() : "";
    return value === "" || Number.isNaN(Number(value)) ? [] : [Number(value)];
  });
  const guessed = options.reading || options.missing ? [] : findSentinels(numbers);
  const missing = fixed?.missing ?? (own.length > 0 ? own : guessed.map(({ value }) => value));
  for (const { value, rows } of guessed) {
    say(
      "sentinel",
      `${name}: ${value} in ${rows} rows is far from all other numbers and is treated as missing; --missing none keeps it`,
    );
  }
  const infinite = findInfinite(numbers);
  const clip =
    fixed?.clip ?? (type === "number-clip" && infinite.finite ? { low: infinite.low, high: infinite.high } : undefined);
  if (infinite.rows > 0) {
    const what = clip ? `are read as ${clip.low} and ${clip.high}` : "are treated as missing";
    const way = clip ? "number" : "number-clip";
    const instead = clip ? "treats them as missing" : "reads them as the smallest and the largest finite number";
    say(
      "infinite",
      `${name}: ${cellsIn(infinite.rows, "infinite cell", [infinite.first], line)} ${what.replace(/^are/, infinite.rows === 1 ? "is" : "are")}${options.reading ? "" : `; --types ${quoted(`${name}=${way}`)} ${instead}`}`,
    );
  }
  if (missing.length > 0 || infinite.rows > 0) {
    const met = new Float64Array(missing.length);
    for (let row = 0; row < numbers.length; row++) {
      const value = numbers[row];
      const place = missing.indexOf(value);
      if (place >= 0) {
        numbers[row] = Number.NaN;
        met[place]++;
      } else if (value === Infinity || value === -Infinity)
        numbers[row] = clip ? (value > 0 ? clip.high : clip.low) : Number.NaN;
    }
    if (own.length > 0) for (const [i, value] of missing.entries()) words.count(String(value), met[i]);
  }
  const decided = { ...reading, ...(missing.length > 0 && { missing }), ...(clip && { clip }) };
  return { cells: numbers, ...(Object.keys(decided).length > 2 && { reading: decided }) };
}
