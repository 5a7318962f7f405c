import type { DateFormat } from "./dateFormat.ts";

/** A date as written in a cell. `instant` is in milliseconds since 1970 (UTC), for sorting. */
export interface DateParts {
  readonly year: number;
  /** 1 … 12 */
  readonly month: number;
  readonly day: number;
  /** 0 is Monday */
  readonly weekday: number;
  /** 0 … 24, with minutes as fractions */
  readonly hour: number;
  readonly instant: number;
}

const clock = "(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,]\\d+)?)?\\s*(am|pm)?";
const zone = "\\s*(z|utc|gmt|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})?";
const withClock = `(?:(?:[t,]|\\s)\\s*${clock}${zone})?`;
const patterns = {
  ymd: new RegExp(`^(\\d{4})([-/.])(\\d{1,2})(?:\\2(\\d{1,2}))?${withClock}$`, "i"),
  numbers: new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${withClock}$`, "i"),
  dayFirst: new RegExp(
    `^(?:[a-z]{3,9},?\\s+)?(\\d{1,2})(?:st|nd|rd|th)?[-\\s.]+([a-z]{3,9})[-\\s.,]+(\\d{4}|\\d{2})${withClock}$`,
    "i",
  ),
  monthFirst: new RegExp(
    `^(?:[a-z]{3,9},?\\s+)?([a-z]{3,9})[-\\s.]+(\\d{1,2})(?:st|nd|rd|th)?[-\\s.,]+(\\d{4})${withClock}$`,
    "i",
  ),
  monthYear: /^([a-z]{3,9})[-\s.,]+(\d{4})$/i,
  compact: /^(\d{4})(\d{2})(\d{2})$/,
  time: new RegExp(`^${clock}$`, "i"),
};
const months = "january,february,march,april,may,june,july,august,september,october,november,december".split(",");

/** 1 … 12 for an English month name or its first three or more letters; 0 for any other word. */
function monthNumber(word: string): number {
  const name = word.toLowerCase();
  if (name === "sept") return 9;
  return 1 + months.findIndex((month) => month === name || (name.length === 3 && month.startsWith(name)));
}

type Clock = readonly (string | undefined)[];

/** Checks the calendar and the clock; undefined for 31 June or 25:00. */
function partsOf(year: number, month: number, day: number, [h, m, s, half, place]: Clock = []): DateParts | undefined {
  let hours = Number(h ?? 0);
  const [minutes, seconds] = [Number(m ?? 0), Number(s ?? 0)];
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  if (half !== undefined) hours = (hours % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  if (hours > 24 || minutes > 59 || seconds > 60 || (hours === 24 && minutes + seconds > 0)) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const hour = hours + minutes / 60 + seconds / 3600;
  const instant = date.getTime() + Math.round(hour * 3_600_000) - zoneMinutes(place) * 60_000;
  return { year, month, day, weekday: (date.getUTCDay() + 6) % 7, hour, instant };
}

function zoneMinutes(place: string | undefined): number {
  const match = place === undefined ? null : /^([+-])(\d{2}):?(\d{2})?$/.exec(place);
  return match ? (match[1] === "-" ? -1 : 1) * (60 * Number(match[2]) + Number(match[3] ?? 0)) : 0;
}

/** 68 is 2068, 69 is 1969, as in POSIX. */
const fullYear = (text: string): number =>
  text.length > 2 ? Number(text) : Number(text) + (Number(text) < 69 ? 2000 : 1900);

/** The date that a text means in a format; undefined if it is not a date. */
export function parseDate(text: string, order: DateFormat): DateParts | undefined {
  if (order === "ymd") {
    const match = patterns.ymd.exec(text);
    return match ? partsOf(Number(match[1]), Number(match[3]), Number(match[4] ?? 1), match.slice(5)) : undefined;
  }
  if (order === "dmy" || order === "mdy") {
    const match = patterns.numbers.exec(text);
    if (!match) return undefined;
    const [day, month] = order === "dmy" ? [match[1], match[3]] : [match[3], match[1]];
    return partsOf(fullYear(match[4]), Number(month), Number(day), match.slice(5));
  }
  if (order === "compact") {
    const match = patterns.compact.exec(text);
    return match ? partsOf(Number(match[1]), Number(match[2]), Number(match[3])) : undefined;
  }
  if (order === "unix") return text.trim() === "" ? undefined : partsOfUnix(Number(text));
  if (order === "time") {
    const match = patterns.time.exec(text);
    return match ? partsOf(1970, 1, 1, match.slice(1)) : undefined;
  }
  const day = patterns.dayFirst.exec(text);
  if (day) return named(fullYear(day[3]), day[2], day[1], day.slice(4));
  const month = patterns.monthFirst.exec(text);
  if (month) return named(Number(month[3]), month[1], month[2], month.slice(4));
  const pair = patterns.monthYear.exec(text);
  return pair ? named(Number(pair[2]), pair[1], "1") : undefined;
}

function named(year: number, month: string, day: string, rest?: Clock): DateParts | undefined {
  const number = monthNumber(month);
  return number > 0 ? partsOf(year, number, Number(day), rest) : undefined;
}

/** The date of seconds since 1970, in UTC. */
export function partsOfUnix(seconds: number): DateParts | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const hour = date.getUTCHours() + date.getUTCMinutes() / 60 + date.getUTCSeconds() / 3600;
  return { year, month, day, weekday: (date.getUTCDay() + 6) % 7, hour, instant: date.getTime() };
}

export interface FoundDates {
  readonly format: DateFormat;
  /** the number of rows with a date in this format */
  readonly rows: number;
  /** how the order of day and month was chosen, if both orders are possible for every cell */
  readonly ambiguous?: "sorted" | "usual" | undefined;
  readonly example: string;
}

/** The number of distinct texts that are used to choose the order. */
const orderSample = 20_000;

/**
 * The format in which most rows of a column are dates, from its distinct texts (in the order of their first rows) and their
 * counts. If both orders of day and month are possible, the order in which the rows are sorted by date is chosen. Otherwise 01/02
 * is read as 2 January, and 01.02. and 01-02 as 1 February.
 */
export function findDateFormat(
  texts: readonly string[],
  counts: ArrayLike<number>,
  orders: readonly DateFormat[] = ["ymd", "dmy", "mdy", "named", "time"],
): FoundDates | undefined {
  const sample = texts.slice(0, orderSample);
  // Most columns of text contain no dates, and their first texts show it
  const start = sample.slice(0, 50);
  const plausible = orders.filter((order) => start.some((text) => parseDate(text, order)));
  let best: { order: DateFormat; rows: number } | undefined;
  const rows = new Map<string, number>();
  for (const order of plausible) {
    let sum = 0;
    sample.forEach((text, i) => {
      if (parseDate(text, order)) sum += counts[i];
    });
    rows.set(order, sum);
    if (sum > (best?.rows ?? 0)) best = { order, rows: sum };
  }
  if (!best) return undefined;
  let { order } = best;
  let ambiguous: FoundDates["ambiguous"];
  if ((order === "dmy" || order === "mdy") && rows.get("dmy") === rows.get("mdy")) {
    const sorted = (["dmy", "mdy"] as const).filter((each) => isSorted(sample, each));
    ambiguous = sorted.length === 1 ? "sorted" : "usual";
    order =
      sorted.length === 1 ? sorted[0] : sample.some((text) => patterns.numbers.exec(text)?.[2] === "/") ? "mdy" : "dmy";
    if (sample.every((text) => sameEitherWay(text))) ambiguous = undefined;
  }
  const example = sample.find((text) => parseDate(text, order) && !sameEitherWay(text)) ?? sample[0];
  return { format: order, rows: best.rows, ambiguous, example };
}

function sameEitherWay(text: string): boolean {
  const [dmy, mdy] = [parseDate(text, "dmy"), parseDate(text, "mdy")];
  return dmy?.instant === mdy?.instant;
}

/** Whether distinct dates are in ascending or in descending order. */
function isSorted(texts: readonly string[], order: DateFormat): boolean {
  const instants = texts.flatMap((text) => parseDate(text, order)?.instant ?? []);
  if (instants.length < 5) return false;
  const up = instants.every((instant, i) => i === 0 || instant >= instants[i - 1]);
  return up || instants.every((instant, i) => i === 0 || instant <= instants[i - 1]);
}
