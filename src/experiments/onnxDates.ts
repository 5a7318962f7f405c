import { addNode, castNode, floatsNode, type OnnxNode, type OnnxValue, stringsNode } from "./onnxNode.ts";

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

/** The needed parts of a DateFeature: `format` is the notation of dates, `cycles` the parts that become sine and cosine. */
export interface DateColumn {
  readonly name: string;
  readonly format: string;
  readonly time?: Scale | undefined;
  readonly year?: Scale | undefined;
  readonly cycles: readonly string[];
  readonly indicator: boolean;
}

/** The input type of dates of each format: texts as in the file, or numbers. */
const inputs: Readonly<Record<string, Pick<OnnxValue, "type" | "doc">>> = {
  ymd: { type: "string", doc: "a date such as 2012-01-31 or 2012-01-31T13:45:00" },
  dmy: { type: "string", doc: "a date with the day first, such as 31.01.2012" },
  mdy: { type: "string", doc: "a date with the month first, such as 01/31/2012" },
  named: { type: "string", doc: "a date such as 2012-01-31 or 2012-01-31T13:45:00, not with the name of the month" },
  time: { type: "string", doc: "a time such as 13:45 or 13:45:30" },
  compact: { type: "double", doc: "a date as a number such as 20120131" },
  unix: { type: "double", doc: "seconds since 1970" },
};

/** The input for a column of dates. */
export function dateInput({ name, format }: DateColumn): OnnxValue {
  const { type, doc } = inputs[format] ?? inputs.ymd;
  const missing = type === "string" ? '"" where it is missing' : "NaN where it is missing";
  return { name, type, shape: ["batch", 1], doc: `${doc}, ${missing}` };
}

/** Values of the graph, (batch, 1) each. */
interface DateValues {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
}

const periods: Readonly<Record<string, { readonly period: number; readonly first: number }>> = {
  month: { period: 12, first: 1 },
  weekday: { period: 7, first: 0 },
  day: { period: 31, first: 1 },
  hour: { period: 24, first: 0 },
};

/** The numbers of a column of dates, (batch, dateWidth), as `encodeDates` makes them. */
export function addDate(nodes: OnnxNode[], column: DateColumn, x: string): string {
  const { format, time, year, cycles, indicator } = column;
  const a = arithmetic(nodes);
  const text = dateInput(column).type === "string";
  const missing = text ? a.op("Equal", x, stringsNode(nodes, [""])) : addNode(nodes, "IsNaN", [x]);
  const values = text
    ? dateOfText(nodes, a.op("Where", missing, stringsNode(nodes, [format === "time" ? "0:0" : "2000-1-1"]), x), format)
    : dateOfNumber(
        nodes,
        a.op("Where", missing, castNode(nodes, a.number(format === "unix" ? 0 : 20000101), "double"), x),
        format,
      );
  const parts: string[] = [];
  const yearMinus = (mean: number): string => {
    const high = Math.fround(mean);
    return a.minus(a.minus(values.year, high), Math.fround(mean - high));
  };
  if (time) {
    const part = (value: string, length: number) => a.times(a.minus(value, 1), 1 / length);
    const ofYear = a.op("Add", part(values.month, 12), part(values.day, 372));
    parts.push(a.op("Div", a.op("Add", yearMinus(time.mean), ofYear), a.number(time.deviation)));
  }
  if (year) parts.push(a.op("Div", yearMinus(year.mean), a.number(year.deviation)));
  const known: Readonly<Record<string, string>> = {
    ...values,
    ...(cycles.includes("weekday") && { weekday: weekdayOf(nodes, values) }),
  };
  for (const cycle of cycles) {
    const { period, first } = periods[cycle];
    const angle = a.times(a.minus(known[cycle], first), (2 * Math.PI) / period);
    parts.push(a.op("Sin", angle), a.op("Cos", angle));
  }
  const present = parts.map((part) => a.op("Where", missing, a.number(0), part));
  if (indicator) present.push(castNode(nodes, missing, "float"));
  return present.length === 1 ? present[0] : addNode(nodes, "Concat", present, { axis: 1 });
}

/** Short forms of operations with a fixed number. */
function arithmetic(nodes: OnnxNode[]) {
  const op = (operator: string, ...values: string[]): string => addNode(nodes, operator, values);
  const number = (value: number): string => floatsNode(nodes, [value]);
  return {
    op,
    number,
    plus: (x: string, value: number) => op("Add", x, number(value)),
    minus: (x: string, value: number) => op("Sub", x, number(value)),
    times: (x: string, value: number) => op("Mul", x, number(value)),
    /** ⌊x/value⌋ */
    floorOver: (x: string, value: number) => op("Floor", op("Div", x, number(value))),
    less: (x: string, value: number) => op("Less", x, number(value)),
  };
}

const delimiters = ["-", "/", "."];
const orders: Readonly<Record<string, readonly [year: number, month: number, day: number]>> = {
  dmy: [2, 1, 0],
  mdy: [2, 0, 1],
};

function dateOfText(nodes: OnnxNode[], x: string, format: string): DateValues {
  const a = arithmetic(nodes);
  const split = (value: string, delimiter: string): [parts: string, counts: string] => {
    const output = addNode(nodes, "StringSplit", [value], { delimiter });
    const counts = `${output}_counts`;
    nodes[nodes.length - 1] = { ...nodes[nodes.length - 1], moreOutputs: [counts] };
    return [output, counts];
  };
  const append = (value: string, suffix: string) => a.op("StringConcat", value, stringsNode(nodes, [suffix]));
  // (batch, 1, parts) → (batch, 1)
  const part = (parts: string, index: number): string =>
    addNode(nodes, "Gather", [parts, scalar(nodes, index)], { axis: 2 });
  const toNumber = (value: string): string => castNode(nodes, value, "float");
  const clockOf = (clock: string): string => {
    const [parts] = split(append(clock, ":0:0"), ":");
    const [hours, minutes, seconds] = [0, 1, 2].map((i) => toNumber(part(parts, i)));
    return a.op("Add", hours, a.op("Add", a.op("Div", minutes, a.number(60)), a.op("Div", seconds, a.number(3600))));
  };
  if (format === "time") {
    const [year, month, day] = [1970, 1, 1].map((value) => constantLike(nodes, x, value));
    return { year, month, day, hour: clockOf(x) };
  }
  // "2012-01-31T13:45" and "2012-01-31 13:45" as date and clock; a date alone gets 0:0
  const [byLetter] = split(append(x, "T0:0"), "T");
  const spaced = a.op("StringConcat", append(part(byLetter, 0), " "), part(byLetter, 1));
  const [words] = split(spaced, "");
  const [date, clock] = [part(words, 0), part(words, 1)];
  // The first delimiter that gives two or three parts; "2012-01" has no day
  let three: string[] = [];
  for (const delimiter of delimiters) {
    const [parts, counts] = split(append(date, `${delimiter}0${delimiter}0`), delimiter);
    const fits = a.op("Greater", castNode(nodes, counts, "float"), a.number(3));
    three = [0, 1, 2].map((i) => a.op("Where", fits, part(parts, i), three[i] ?? stringsNode(nodes, ["0"])));
  }
  const numbers = three.map(toNumber);
  const [year, month, day] = (orders[format] ?? [0, 1, 2]).map((i) => numbers[i]);
  // 68 is 2068, 69 is 1969
  const century = a.op("Where", a.less(year, 69), a.number(2000), a.number(1900));
  const full = a.op("Where", a.less(year, 100), a.op("Add", year, century), year);
  return { year: full, month, day: a.op("Max", day, a.number(1)), hour: clockOf(clock) };
}

function scalar(nodes: OnnxNode[], value: number): string {
  return addNode(nodes, "Constant", [], { value_int: value });
}

/** A fixed number for each row. */
function constantLike(nodes: OnnxNode[], x: string, value: number): string {
  const zeros = castNode(nodes, addNode(nodes, "Equal", [x, stringsNode(nodes, [""])]), "float");
  return arithmetic(nodes).plus(arithmetic(nodes).times(zeros, 0), value);
}

/** From seconds since 1970, or 20120131; in float64 until the parts are small. Source: Hinnant, "chrono-compatible low-level date algorithms". */
function dateOfNumber(nodes: OnnxNode[], x: string, format: string): DateValues {
  const a = arithmetic(nodes);
  const constant = (value: number) => addNode(nodes, "Constant", [], { value: { doubles: [value] } });
  const small = (value: string) => castNode(nodes, value, "float");
  const floorOver = (value: string, by: number) => a.op("Floor", a.op("Div", value, constant(by)));
  const rest = (value: string, by: number) => a.op("Sub", value, a.op("Mul", floorOver(value, by), constant(by)));
  if (format === "compact") {
    const hour = small(a.op("Mul", x, constant(0)));
    return {
      year: small(floorOver(x, 10_000)),
      month: small(rest(floorOver(x, 100), 100)),
      day: small(rest(x, 100)),
      hour,
    };
  }
  const hour = a.op("Div", small(a.op("Floor", rest(x, 86_400))), a.number(3600));
  const z = a.plus(small(floorOver(x, 86_400)), 719_468);
  const era = a.floorOver(z, 146_097);
  const dayOfEra = a.op("Sub", z, a.times(era, 146_097));
  const leaps = a.op(
    "Sub",
    a.floorOver(dayOfEra, 36_524),
    a.op("Add", a.floorOver(dayOfEra, 1460), a.floorOver(dayOfEra, 146_096)),
  );
  const yearOfEra = a.floorOver(a.op("Add", dayOfEra, leaps), 365);
  const before = a.op(
    "Sub",
    a.op("Add", a.times(yearOfEra, 365), a.floorOver(yearOfEra, 4)),
    a.floorOver(yearOfEra, 100),
  );
  const dayOfYear = a.op("Sub", dayOfEra, before);
  const month = a.floorOver(a.plus(a.times(dayOfYear, 5), 2), 153); // 0 is March
  const day = a.plus(a.op("Sub", dayOfYear, a.floorOver(a.plus(a.times(month, 153), 2), 5)), 1);
  const late = a.less(month, 10);
  const fromJanuary = a.op("Where", late, a.plus(month, 3), a.minus(month, 9));
  const year = a.op("Add", yearOfEra, a.times(era, 400));
  return { year: a.op("Where", late, year, a.plus(year, 1)), month: fromJanuary, day, hour };
}

/** 0 is Monday. Source: as above. */
function weekdayOf(nodes: OnnxNode[], { year, month, day }: DateValues): string {
  const a = arithmetic(nodes);
  const early = a.less(month, 3);
  const y = a.op("Where", early, a.minus(year, 1), year);
  const m = a.op("Where", early, a.plus(month, 9), a.minus(month, 3));
  const era = a.floorOver(y, 400);
  const yearOfEra = a.op("Sub", y, a.times(era, 400));
  const dayOfYear = a.minus(a.op("Add", a.floorOver(a.plus(a.times(m, 153), 2), 5), day), 1);
  const leaps = a.op("Sub", a.floorOver(yearOfEra, 4), a.floorOver(yearOfEra, 100));
  const dayOfEra = a.op("Add", a.op("Add", a.times(yearOfEra, 365), leaps), dayOfYear);
  // Days since 1970-01-01, a Thursday; 146,097 days of an era are whole weeks
  const days = a.plus(dayOfEra, 3 - 719_468);
  return a.op("Sub", days, a.times(a.floorOver(days, 7), 7));
}
