import * as v from "valibot";
import { SettingsError } from "../tensor/errors.ts";
import type { TableReading } from "./tableReading.ts";

/** The types that a user can choose for a column, instead of the one detected from its cells. */
export const columnTypes = {
  number: "numbers; other cells are treated as missing",
  "number-english": "numbers such as 1,234.5",
  "number-european": "numbers such as 1.234,5",
  "number-clip": "numbers; infinite cells become the largest or smallest finite number",
  text: "categories, also if all cells are numbers; not used if there are too many",
  category: "categories, up to 1,000 different texts",
  words: "texts; each of the most frequent words is an input",
  date: "dates and times",
  "date-dmy": "dates with the day before the month",
  "date-mdy": "dates with the month before the day",
  unix: "seconds since 1970",
} as const;
export type ColumnType = keyof typeof columnTypes;

/** The types for which a column stays text, whatever its cells are. */
export function textUse(type: ColumnType | undefined): "text" | "category" | "words" | undefined {
  return type === "text" || type === "category" || type === "words" ? type : undefined;
}

const typeNames = Object.keys(columnTypes) as [ColumnType, ...ColumnType[]];

/**
 * Rules of version 1 read a table as Handgrad 0.2 did: the first row is the header, columns are plain numbers or texts, and rows
 * are split one by one. Version 2 decides more and keeps rows with identical inputs together. Version 3 looks for words in texts.
 * Version 4 encodes dates with the time in years; earlier versions used the year alone.
 */
export const currentRules = 4 as const;

/** The user's options for the columns and rows of a table, as plain data that is stored with a run. */
export const tableOptions = {
  /** whether the first row is a header; detected by default */
  header: v.optional(v.boolean()),
  types: v.optional(v.array(v.object({ column: v.string(), type: v.picklist(typeNames) }))),
  /** for an Excel workbook: the name of a sheet, or its number from 1 */
  sheet: v.optional(v.string()),
  /** columns that are not used */
  drop: v.optional(v.array(v.string())),
  /** values that mean "missing": "-999", or "age=-1" for one column; "only" turns off the usual words (NA, ?, …) */
  missing: v.optional(v.array(v.string())),
  /** rows with the same value in this column stay in the same part */
  group: v.optional(v.string()),
  /** a column that orders the rows: the oldest are for training, the latest for testing */
  time: v.optional(v.string()),
  /** whether rows with identical inputs stay in the same part or are split like all other rows; decided from the data by default */
  duplicates: v.optional(v.picklist(["together", "split"])),
  rules: v.optional(v.picklist([1, 2, 3, 4])),
};
const tableOptionsSchema = v.object(tableOptions);
export type TableOptions = v.InferOutput<typeof tableOptionsSchema>;

/** The options that a reader of text files needs before it parses numbers. */
export interface TableReadOptions
  extends Pick<TableOptions, "header" | "types" | "drop" | "missing" | "rules" | "sheet"> {
  /** how the training data was read; other files are read in the same way and nothing is decided */
  readonly reading?: TableReading | undefined;
  /** the expected names of columns; a first row that contains one of them is the header */
  readonly expected?: readonly string[] | undefined;
  /** called with one line for each decision */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** The options of a table for the reader of its file. */
export function readOptionsOf({
  header,
  missing,
  types,
  target,
  group,
  time,
  drop,
  rules,
  sheet,
}: TableOptions & { target?: string | undefined }): TableReadOptions {
  const expected = [target, group, time, ...(drop ?? []), ...(types ?? []).map(({ column }) => column)];
  return {
    ...(header !== undefined && { header }),
    ...(missing && { missing }),
    ...(rules && { rules }),
    ...(types && { types }),
    ...(drop && { drop }),
    ...(sheet !== undefined && { sheet }),
    expected: expected.filter((name) => name !== undefined),
  };
}

/** The names in a list such as a,b or "a, b",c. Quoted names may contain commas; "" within quotes is one quote. Throws SettingsError. */
export function splitList(text: string, what: string): string[] {
  const items: string[] = [];
  let rest = text;
  while (rest.trim() !== "") {
    const match = /^\s*(?:"((?:[^"]|"")*)"([^,]*)|([^,"][^,]*))(?:,|$)/.exec(rest);
    if (!match) throw new SettingsError(`${what}: expected a list such as a,b or "a, b",c, found ${text}`);
    const [all, quoted, after, plain] = match;
    items.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"') + after.trim());
    rest = rest.slice(all.length);
  }
  return items;
}

/** "zip=text,age=number" as data. Throws SettingsError that lists the types. */
export function parseTypes(text: string): NonNullable<TableOptions["types"]> {
  return splitList(text, "--types").map((item) => {
    const at = item.lastIndexOf("=");
    const type = typeNames.find((name) => name === item.slice(at + 1).trim());
    if (at > 0 && type) return { column: item.slice(0, at).trim(), type };
    throw new SettingsError(`--types: expected COLUMN=TYPE with one of ${typeNames.join(", ")}, found ${item}`);
  });
}
