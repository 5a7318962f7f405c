/** The format of the numbers in a column, as plain data. */
export interface NumberFormat {
  readonly decimal: "." | ",";
  /** the separator between groups of digits; "" if there is none */
  readonly thousands: "" | "," | "." | "'" | " ";
  /** the currency, before or after the number */
  readonly currency?: string | undefined;
  /** whether numbers have a per cent sign; 12% is read as 12 */
  readonly percent?: boolean | undefined;
}

const plainPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Infinity, as written by NumPy, pandas, R, C and Java. */
const infinitePattern = /^([+-]?)inf(inity)?$/i;
const currencies = "[$€£¥₹₩₽₺₫₪₱฿]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|R\\$";
const currencyBefore = new RegExp(`^(${currencies})\\s*`);
const currencyAfter = new RegExp(`\\s*(${currencies})$`);

/** A number as written by programs, such as -1.5e3. */
export const isPlainNumber = (text: string): boolean => plainPattern.test(text);

/** inf, -Infinity, … as ±Infinity; undefined for any other text. */
export function parseInfinity(text: string): number | undefined {
  const match = infinitePattern.exec(text);
  return match ? (match[1] === "-" ? -Infinity : Infinity) : undefined;
}

/** A parsed text: the sign, the digits with their separators, and the text around them. */
interface NumberParts {
  readonly sign: 1 | -1;
  readonly digits: string;
  readonly currency: string;
  readonly percent: boolean;
}

/** $1,234.50, -€ 5, (1,234), 12 %, 1.234,50 €; undefined if there is anything besides currency, sign, per cent sign and digits. */
function takeApart(text: string): NumberParts | undefined {
  let rest = text
    .replace(/[\u00a0\u202f\u2009]/g, " ")
    .replace(/\u2212/g, "-")
    .trim();
  let sign: 1 | -1 = 1;
  let signed = false;
  const bracketed = /^\((.*)\)$/.exec(rest);
  if (bracketed) {
    [sign, signed, rest] = [-1, true, bracketed[1].trim()];
  }
  const takeSign = (): boolean => {
    const match = /^([+-])\s*/.exec(rest);
    if (!match) return true;
    if (signed) return false;
    [sign, signed, rest] = [match[1] === "-" ? -1 : 1, true, rest.slice(match[0].length)];
    return true;
  };
  if (!takeSign()) return undefined;
  let currency = "";
  const before = currencyBefore.exec(rest);
  if (before) [currency, rest] = [before[1], rest.slice(before[0].length)];
  if (before && !takeSign()) return undefined;
  const after = currencyAfter.exec(rest);
  if (after && currency) return undefined;
  if (after) [currency, rest] = [after[1], rest.slice(0, -after[0].length)];
  const percent = /\s*%$/.exec(rest);
  if (percent && currency) return undefined;
  if (percent) rest = rest.slice(0, -percent[0].length);
  return /^[\d.,' ’]*\d[\d.,' ’]*(e[+-]?\d+)?$/i.test(rest)
    ? { sign, digits: rest.replaceAll("’", "'"), currency, percent: percent !== null }
    : undefined;
}

/** Three digits follow each separator; in India two, except for the last three. */
const groups = { ",": ",\\d{2,3}", ".": "\\.\\d{3}", "'": "'\\d{3}", " ": " \\d{3}" } as const;
const digitPatterns = new Map<string, RegExp>();

/** Digits, with or without groups. */
function digitPattern({ decimal, thousands }: NumberFormat): RegExp {
  const key = `${decimal}${thousands}`;
  const known = digitPatterns.get(key);
  if (known) return known;
  const point = decimal === "." ? "\\." : ",";
  const plain = `\\d+(?:${point}\\d*)?|${point}\\d+`;
  const last = thousands === "." ? "\\." : thousands;
  const grouped = thousands === "" ? "" : `|\\d{1,3}(?:${groups[thousands]})*${last}\\d{3}(?:${point}\\d*)?`;
  const pattern = new RegExp(`^(?:${plain}${grouped})(?:e[+-]?\\d+)?$`, "i");
  digitPatterns.set(key, pattern);
  return pattern;
}

/** The number that a text represents in a format; undefined if it is not a number. inf and Infinity are infinite. */
export function parseNumber(text: string, format: NumberFormat): number | undefined {
  const infinite = parseInfinity(text);
  if (infinite !== undefined) return infinite;
  const parts = takeApart(text);
  if (!parts || !digitPattern(format).test(parts.digits)) return undefined;
  if (parts.currency && parts.currency !== format.currency) return undefined;
  if (parts.percent && !format.percent) return undefined;
  const { decimal, thousands } = format;
  const bare = thousands === "" ? parts.digits : parts.digits.replaceAll(thousands, "");
  const value = Number(decimal === "," ? bare.replace(",", ".") : bare);
  return Number.isFinite(value) ? parts.sign * value : undefined;
}

const english: NumberFormat = { decimal: ".", thousands: "," };
const european: NumberFormat = { decimal: ",", thousands: "." };
const candidates: readonly NumberFormat[] = [
  { decimal: ".", thousands: "" },
  english,
  european,
  { decimal: ".", thousands: "'" },
  { decimal: ",", thousands: " " },
  { decimal: ".", thousands: " " },
];

/** Whether a cell is a number in any of the formats. An empty cell is not a number. */
export function looksLikeNumber(text: string): boolean {
  if (isPlainNumber(text) || parseInfinity(text) !== undefined) return true;
  const parts = takeApart(text);
  return parts !== undefined && candidates.some((format) => digitPattern(format).test(parts.digits));
}

/** Whether a text is a number such as 1,234 or 1,234.5, in a format that reads plain numbers in the same way. */
export function looksLikeEnglishNumber(text: string): boolean {
  return /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text);
}

/** The number of distinct texts that are used to choose a format. */
const formatSample = 20_000;

export interface FoundFormat {
  readonly format: NumberFormat;
  /** the number of rows with a number in this format */
  readonly rows: number;
  /** a text that would be another number in the other notation; undefined if only one notation fits the cells */
  readonly ambiguous?: { readonly text: string; readonly value: number; readonly other: number } | undefined;
}

/**
 * The format in which most rows of a column are numbers, from its distinct texts with their counts. All amounts must have the
 * same currency, and either all cells or none have a per cent sign. If both notations fit, as for "1,234", English is chosen and
 * `ambiguous` is set.
 */
export function findNumberFormat(
  all: readonly string[],
  counts: ArrayLike<number>,
  only?: "english" | "european",
): FoundFormat | undefined {
  const texts = all.slice(0, formatSample);
  const marks = new Map<string, number>();
  let percents = 0;
  let bare = 0;
  texts.forEach((text, i) => {
    const parts = takeApart(text);
    if (!parts) return;
    if (parts.currency) marks.set(parts.currency, (marks.get(parts.currency) ?? 0) + counts[i]);
    else if (parts.percent) percents += counts[i];
    else bare += counts[i];
  });
  if (marks.size > 1 || (percents > 0 && (marks.size > 0 || (percents < bare * 50 && bare > 0)))) return undefined;
  const [currency] = marks.keys();
  const around = { ...(currency && { currency }), ...(percents > 0 && { percent: true }) };
  const allowed = only ? [only === "english" ? english : european] : candidates;
  const rowsOf = (format: NumberFormat) =>
    texts.reduce(
      (sum, text, i) => (parseNumber(text, { ...format, ...around }) === undefined ? sum : sum + counts[i]),
      0,
    );
  let best: { format: NumberFormat; rows: number } | undefined;
  for (const each of allowed) {
    const rows = rowsOf(each);
    if (rows > (best?.rows ?? 0)) best = { format: { ...each, ...around }, rows };
  }
  if (!best) return undefined;
  const { format, rows } = best;
  const alternative = { ...(format.decimal === "." ? european : english), ...around };
  if (only || format.thousands === "'" || format.thousands === " " || rowsOf(alternative) < rows)
    return { format, rows };
  for (const text of texts) {
    const [value, other] = [parseNumber(text, format), parseNumber(text, alternative)];
    if (value !== undefined && other !== undefined && value !== other)
      return { format, rows, ambiguous: { text, value, other } };
  }
  return { format, rows };
}
