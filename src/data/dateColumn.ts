import { DataError } from "../tensor/errors.ts";
import { type CyclicPart, type DateEncoder, type DateFeature, dateWidth } from "./dateFeature.ts";
import { type DateFormat, dateFormats } from "./dateFormat.ts";
import { type DateParts, parseDate, partsOfUnix } from "./dateText.ts";
import { lineOf, type Table, type TableColumn } from "./table.ts";
import { knownRows } from "./tableColumns.ts";

/** How often the parts of a date repeat, and where they begin. */
export const datePeriods = {
  month: { period: 12, first: 1 },
  weekday: { period: 7, first: 0 },
  day: { period: 31, first: 1 },
  hour: { period: 24, first: 0 },
} as const satisfies Record<CyclicPart, object>;
const cyclicParts = Object.keys(datePeriods) as CyclicPart[];

/** The format and the parts of a feature. Throws DataError for names that a damaged file has. */
export function checkedDate({ name, format, cycles }: DateFeature): {
  readonly format: DateFormat;
  readonly cycles: readonly CyclicPart[];
} {
  const known = dateFormats.find((each) => each === format);
  const parts = cycles.flatMap((cycle) => cyclicParts.find((part) => part === cycle) ?? []);
  if (known && parts.length === cycles.length) return { format: known, cycles: parts };
  throw new DataError(`${name}: the model reads dates in an unknown way: ${format}, ${cycles.join(", ")}`);
}

/** The parts that vary in some rows of a column of dates (by default all), or why there is no feature. */
export function fitDate(column: TableColumn, total: number, rows?: Int32Array): DateFeature | string {
  const { name, date: format } = column;
  if (!format) throw new DataError(`${name}: expected a column of dates`);
  const known = knownRows(column, rows);
  const dateOf = dateReader(column, format);
  const range = new Map<keyof DateParts, [number, number]>();
  let [mean, square] = [0, 0];
  for (const row of known) {
    const parts = dateOf(row);
    if (!parts) continue;
    for (const part of ["year", ...cyclicParts] as const) {
      const [low, high] = range.get(part) ?? [Infinity, -Infinity];
      if (parts[part] < low || parts[part] > high)
        range.set(part, [Math.min(low, parts[part]), Math.max(high, parts[part])]);
    }
    mean += parts.year / known.length;
  }
  for (const row of known) square += ((dateOf(row)?.year ?? mean) - mean) ** 2 / known.length;
  const varies = (part: keyof DateParts): boolean => {
    const [low, high] = range.get(part) ?? [0, 0];
    return high > low;
  };
  // The weekday of the first of a month, or of a year, says nothing
  const used = (part: CyclicPart): boolean => varies(part) && (part !== "weekday" || varies("day"));
  const cycles = cyclicParts.filter(used);
  const year = varies("year") ? { mean, deviation: Math.sqrt(square) } : undefined;
  if (!year && cycles.length === 0 && known.length === total) return "always the same date";
  return { kind: "date", name, format, ...(year && { year }), cycles, indicator: known.length < total };
}

/** `DateEncoder` */
export const encodeDates: DateEncoder = (feature, table, column, rows, encoded, { offset, width }) => {
  const { name, year, indicator } = feature;
  const { format, cycles } = checkedDate(feature);
  const dateOf = dateReader(column, format);
  const total = rows?.length ?? table.rows;
  for (let i = 0; i < total; i++) {
    const row = rows ? rows[i] : i;
    let place = i * width + offset;
    const parts = dateOf(row);
    if (parts === undefined) throw wrongDate(table, column, row, name);
    if (parts === null) {
      if (indicator) encoded[place + dateWidth(feature) - 1] = 1;
      continue;
    }
    if (year) encoded[place++] = (parts.year - year.mean) / year.deviation;
    for (const cycle of cycles) {
      const { period, first } = datePeriods[cycle];
      const angle = (2 * Math.PI * (parts[cycle] - first)) / period;
      encoded[place++] = Math.sin(angle);
      encoded[place++] = Math.cos(angle);
    }
  }
};

function wrongDate(table: Table, { cells }: TableColumn, row: number, name: string): DataError {
  const found = cells instanceof Float64Array ? cells[row] : cells.values.at(cells.codes[row]);
  return new DataError(`${table.name}: row ${lineOf(table, row)}: ${name} must be a date as in training, got ${found}`);
}

/** The date of a row; null where it is missing, undefined where it is none. Each text is parsed once. */
function dateReader({ cells }: TableColumn, format: DateFormat): (row: number) => DateParts | null | undefined {
  if (cells instanceof Float64Array) {
    return (row) => {
      if (Number.isNaN(cells[row])) return null;
      return format === "unix" ? partsOfUnix(cells[row]) : parseDate(String(cells[row]), format);
    };
  }
  const { codes, values } = cells;
  const parsed: (DateParts | null | undefined)[] = [];
  return (row) => {
    const code = codes[row];
    if (!(code in parsed)) {
      const text = values.at(code);
      parsed[code] = text === "" ? null : parseDate(text, format);
    }
    return parsed[code];
  };
}

/** For each row its time in milliseconds since 1970 (NaN where it is missing), or the number of a column that holds no dates. */
export function instantsOf(table: Table, column: TableColumn): Float64Array {
  const { cells, date } = column;
  if (!date && cells instanceof Float64Array) return cells;
  if (!date)
    throw new DataError(`${table.name}: ${column.name} orders no rows: expected dates or numbers, found texts`);
  const dateOf = dateReader(column, date);
  return Float64Array.from({ length: table.rows }, (_, row) => dateOf(row)?.instant ?? Number.NaN);
}

/** "year, month, day" in words, for notes. */
export function datePartsInWords({ year, cycles }: DateFeature): string {
  return [...(year ? ["year"] : []), ...cycles].join(", ");
}
