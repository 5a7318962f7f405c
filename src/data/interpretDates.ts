import { DataError } from "../tensor/errors.ts";
import { type ColumnContext, type InterpretedColumn, quoted, short } from "./columnContext.ts";
import type { DateFormat } from "./dateFormat.ts";
import { type FoundDates, parseDate } from "./dateText.ts";
import { type TextCells, textCells } from "./table.ts";
import type { ColumnType } from "./tableOptions.ts";

export function ofDates(
  cells: TextCells,
  found: FoundDates,
  type: ColumnType | undefined,
  { name, say, line }: ColumnContext,
): InterpretedColumn {
  const { format, ambiguous, example } = found;
  const { codes, values } = cells;
  const bad = new Uint8Array(values.length);
  for (let code = 0; code < values.length; code++) {
    const text = values.at(code);
    if (text !== "" && !parseDate(text, format)) bad[code] = 1;
  }
  const rows: number[] = [];
  let count = 0;
  for (let row = 0; row < codes.length; row++) {
    if (bad[codes[row]] === 0) continue;
    count++;
    if (rows.length < 3) rows.push(row);
  }
  const reason = type === undefined || type === "date" ? whyInThisOrder(found, values) : undefined;
  const examples = `${name}: ${format === "time" ? "times" : "dates"} such as ${example}`;
  const asText = `--types ${quoted(`${name}=text`)} keeps the texts`;
  if (reason && ambiguous)
    say("date", `${examples} are read as ${reason}; --types ${quoted(`${name}=${otherOrder(format)}`)} changes it`);
  else if (type === undefined) say("date", `${examples}${reason ? ` are read as ${reason}` : ""}; ${asText}`);
  if (count > 0) {
    const where = rows.map((row) => `"${short(values.at(codes[row]))}" in row ${line(row)}`).join(", ");
    say(
      "odd",
      `${name}: ${count} ${count === 1 ? "cell is not a date" : "cells are not dates"} (${where}${count > 3 ? ", …" : ""}) and ${count === 1 ? "is" : "are"} treated as missing`,
    );
  }
  const mapped = count === 0 ? cells : withoutTexts(cells, bad);
  return { cells: mapped, date: format, ...asked(type), reading: { kind: "date", column: name, format } };
}

/** If the user sets the type, all parts of the dates are used. */
const asked = (type: ColumnType | undefined) => (type === undefined ? {} : ({ use: "date" } as const));

const otherOrder = (format: DateFormat): string => (format === "dmy" ? "date-mdy" : "date-dmy");

/** The order of day, month and year, and the reason for it; undefined for formats with only one order. */
function whyInThisOrder({ format, ambiguous, example }: FoundDates, values: TextCells["values"]): string | undefined {
  if (format !== "dmy" && format !== "mdy") return undefined;
  const [order, other] = format === "dmy" ? (["day/month/year", "mdy"] as const) : (["month/day/year", "dmy"] as const);
  if (ambiguous === "sorted") return `${order} (both orders are possible; in this one the rows are sorted by date)`;
  if (ambiguous === "usual") {
    const rule = format === "mdy" ? `with "/" it is the default` : `without "/" it is the default`;
    return `${order} (both orders are possible; ${rule})`;
  }
  const isOnly = (text: string): boolean => parseDate(text, format) !== undefined && !parseDate(text, other);
  if (isOnly(example)) return `${order}, the only order possible`;
  for (let code = 0; code < values.length; code++) {
    const text = values.at(code);
    if (isOnly(text)) return `${order}, the only order possible for ${text}`;
  }
  return `${order} (day and month are equal in all of them)`;
}

function withoutTexts({ codes, values }: TextCells, bad: Uint8Array): TextCells {
  return textCells(Array.from(codes, (code) => (bad[code] ? "" : values.at(code))));
}

/**
 * Numbers that are dates: seconds since 1970 if the user chose the type, and numbers such as 20120131 in a column with a name
 * such as "date".
 */
export function dateOfNumbers(
  numbers: Float64Array,
  type: ColumnType | undefined,
  { name, known, options, say }: ColumnContext,
): InterpretedColumn | undefined {
  if (known || options.reading) return undefined;
  if (type === "unix") {
    const format = "unix";
    return { cells: numbers, date: format, ...asked(type), reading: { kind: "date", column: name, format } };
  }
  const wanted = type === "date";
  if (!wanted && (type !== undefined || !/date|datum|day|tag$/i.test(name))) return undefined;
  let found = false;
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row];
    if (Number.isNaN(number)) continue;
    if (number < 19000101 || number > 21001231 || !parseDate(String(number), "compact")) {
      if (!wanted) return undefined;
      throw new DataError(
        `--types ${name}=date: expected dates such as 20120131, found ${number}; use the type unix for seconds since 1970`,
      );
    }
    found = true;
  }
  if (!found) return undefined;
  const format = "compact";
  if (!wanted)
    say(
      "date",
      `${name}: numbers such as ${numbers.find((number) => !Number.isNaN(number))} are read as dates; --types ${quoted(`${name}=number`)} keeps the numbers`,
    );
  return { cells: numbers, date: format, ...asked(type), reading: { kind: "date", column: name, format } };
}
