import * as v from "valibot";
import { cos, sin } from "../mathematics/trigonometric.ts";
import { explain, finite, positive, problemLines } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import { type DateFormat, dateFormats } from "./dateFormat.ts";
import { type DateParts, parseDate, partsOfUnix } from "./dateText.ts";
import type { ColumnEncoder, DateFeature, EncodedFeature } from "./encodedFeature.ts";
import { type RowTarget, relatedWords } from "./relatedWords.ts";
import { lineOf, type Table, type TableColumn } from "./table.ts";
import { evenlySpaced, knownRows } from "./tableColumns.ts";

/** How often the parts of a date repeat, and where they begin. */
export const datePeriods = {
  month: { period: 12, first: 1 },
  weekday: { period: 7, first: 0 },
  day: { period: 31, first: 1 },
  hour: { period: 24, first: 0 },
} as const;
type CyclicPart = keyof typeof datePeriods;
const cyclicParts = Object.keys(datePeriods) as [CyclicPart, ...CyclicPart[]];

const scale = v.optional(v.object({ mean: finite, deviation: positive }));
const encodingSchema = v.object({
  format: v.picklist(dateFormats),
  /**
   * (t − mean)/deviation with the date in years, t = year + (month − 1)/12 + (day − 1)/372; absent if all training dates are in
   * the same year
   */
  time: scale,
  /** the year alone, used instead of `time` if the rows are split by time, and in models of earlier versions */
  year: scale,
  /** each becomes sin and cos of 2π(part − first)/period */
  cycles: v.array(v.picklist(cyclicParts)),
  /** whether an indicator for missing dates is added */
  indicator: v.boolean(),
});

/**
 * The inputs of a date: the time, then sine and cosine of each cyclic part, then the indicator. A missing date is 0 in all of
 * them except the indicator.
 */
export type DateEncoding = v.InferOutput<typeof encodingSchema>;

const widthOf = ({ time, year, cycles, indicator }: DateEncoding): number =>
  (time ? 1 : 0) + (year ? 1 : 0) + 2 * cycles.length + (indicator ? 1 : 0);

/** The date encoding of a feature. Throws DataError if the description in a model file is damaged. */
export function dateEncodingOf({ name, width, encoding }: EncodedFeature): DateEncoding {
  const result = v.safeParse(encodingSchema, encoding);
  if (result.success && widthOf(result.output) === width) return result.output;
  const problems = result.success
    ? [`width: expected ${widthOf(result.output)}, found ${width}`]
    : explain(result.issues);
  throw new DataError(problemLines(`${name}: the model's description of dates is damaged`, problems));
}

/** With fewer rows, a test cannot show whether a part of the dates is related to the target. More than `mostRows` are not needed. */
const [fewestRows, mostRows] = [100, 20_000];
/** A part is related to the target if any of its values is, by the test that is also used for words, with this false discovery rate. */
const partRate = 0.05;

export interface DateFit {
  /** the rows that are used; all by default */
  readonly rows?: Int32Array | undefined;
  /** the targets of rows, used to leave out parts that are not related to the target; by default all parts that vary are used */
  readonly targetOf?: ((rows: Int32Array) => RowTarget) | undefined;
  /** whether the year alone is used instead of the time */
  readonly wholeYears?: boolean | undefined;
}

/** A date in years; all months have the same length, so that the graph of an ONNX model needs no calendar. */
const timeOf = ({ year, month, day }: DateParts): number => year + (month - 1) / 12 + (day - 1) / 372;

/** The parts of a column of dates that become inputs, or why there is no feature. */
export function fitDate(
  column: TableColumn,
  total: number,
  { rows, targetOf, wholeYears = false }: DateFit = {},
): DateFeature | string {
  const { name, date: format } = column;
  if (!format) throw new DataError(`${name}: expected a column of dates`);
  const known = knownRows(column, rows);
  const dateOf = dateReader(column, format);
  const numberOf = (parts: DateParts): number => (wholeYears ? parts.year : timeOf(parts));
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
    mean += numberOf(parts);
  }
  mean /= known.length;
  for (const row of known) {
    const parts = dateOf(row);
    if (parts) square += (numberOf(parts) - mean) ** 2 / known.length;
  }
  const varies = (part: keyof DateParts): boolean => {
    const [low, high] = range.get(part) ?? [0, 0];
    return high > low;
  };
  // The weekday carries no information if all dates are the first of a month or of a year
  const used = (part: CyclicPart): boolean => varies(part) && (part !== "weekday" || varies("day"));
  const varied = cyclicParts.filter(used);
  const tested = evenlySpaced(known, mostRows);
  const target = known.length < fewestRows ? undefined : targetOf?.(tested);
  const cycles = target ? varied.filter((part) => isRelated(part, tested, dateOf, target)) : varied;
  const scaled = varies("year") && { [wholeYears ? "year" : "time"]: { mean, deviation: Math.sqrt(square) } };
  if (!scaled && cycles.length === 0 && known.length === total)
    return varied.length > 0 ? "no part of the dates is related to the target" : "always the same date";
  const encoding: DateEncoding = { format, ...scaled, cycles, indicator: known.length < total };
  return { kind: "date", name, width: widthOf(encoding), encoding };
}

function isRelated(
  part: CyclicPart,
  rows: Int32Array,
  dateOf: ReturnType<typeof dateReader>,
  target: RowTarget,
): boolean {
  const placesOf = new Map<string, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const value = String(Math.floor(dateOf(rows[i])?.[part] ?? Number.NaN)); // hours have minutes
    const places = placesOf.get(value);
    if (places) places.push(i);
    else placesOf.set(value, [i]);
  }
  return relatedWords(placesOf, target, partRate).length > 0;
}

/** `ColumnEncoder` */
export const encodeDates: ColumnEncoder = (feature, table, column, rows, encoded, { offset, width }) => {
  const { name } = feature;
  const { format, time, year, cycles, indicator } = dateEncodingOf(feature);
  const dateOf = dateReader(column, format);
  const total = rows?.length ?? table.rows;
  for (let i = 0; i < total; i++) {
    const row = rows ? rows[i] : i;
    let place = i * width + offset;
    const parts = dateOf(row);
    if (parts === undefined) throw wrongDate(table, column, row, name);
    if (parts === null) {
      if (indicator) encoded[place + feature.width - 1] = 1;
      continue;
    }
    if (time) encoded[place++] = (timeOf(parts) - time.mean) / time.deviation;
    if (year) encoded[place++] = (parts.year - year.mean) / year.deviation;
    for (const cycle of cycles) {
      const { period, first } = datePeriods[cycle];
      const angle = (2 * Math.PI * (parts[cycle] - first)) / period;
      encoded[place++] = withoutNoise(sin(angle));
      encoded[place++] = withoutNoise(cos(angle));
    }
  }
};

/** Rounded, so that sin π is 0 and not 1.2e-16: nearly equal numbers would make bins of width 0. */
const withoutNoise = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : value);

function wrongDate(table: Table, { cells }: TableColumn, row: number, name: string): DataError {
  const found = cells instanceof Float64Array ? cells[row] : cells.values.at(cells.codes[row]);
  return new DataError(`${table.name}: row ${lineOf(table, row)}: ${name} must be a date as in training, got ${found}`);
}

/** The date of a row: null if it is missing, undefined if the cell is not a date. Each text is parsed once. */
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

/** The time of each row in milliseconds since 1970 (NaN if missing), or its number if the column contains no dates. */
export function instantsOf(table: Table, column: TableColumn): Float64Array {
  const { cells, date } = column;
  if (!date && cells instanceof Float64Array) return cells;
  if (!date)
    throw new DataError(`${table.name}: ${column.name} cannot order the rows: expected dates or numbers, found texts`);
  const dateOf = dateReader(column, date);
  return Float64Array.from({ length: table.rows }, (_, row) => dateOf(row)?.instant ?? Number.NaN);
}

/** "time in years, month, day" in words, for notes. */
export function datePartsText(feature: DateFeature): string {
  const { time, year, cycles } = dateEncodingOf(feature);
  return (
    [...(time ? ["time in years"] : []), ...(year ? ["year"] : []), ...cycles].join(", ") || "whether it is missing"
  );
}
