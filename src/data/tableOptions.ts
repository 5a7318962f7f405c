import * as v from "valibot";
import { SettingsError } from "../tensor/errors.ts";
import type { TableReading } from "./tableReading.ts";

/** What a user can say about a column in place of what its cells suggest. */
export const columnTypes = {
  number: "numbers; cells that are none are treated as missing",
  "number-english": "numbers such as 1,234.5",
  "number-european": "numbers such as 1.234,5",
  "number-clip": "numbers; infinite cells become the largest or smallest finite one",
  text: "categories, also if all cells are numbers; not used if there are too many",
  category: "categories, up to 1,000 different texts",
  words: "the most frequent words of texts, each an input",
  date: "dates and times",
  "date-dmy": "dates with the day before the month",
  "date-mdy": "dates with the month before the day",
  unix: "seconds since 1970",
} as const;
export type ColumnType = keyof typeof columnTypes;

/** The types of columns that stay texts, whatever their cells are. */
export function textUse(type: ColumnType | undefined): "text" | "category" | "words" | undefined {
  return type === "text" || type === "category" || type === "words" ? type : undefined;
}

const typeNames = Object.keys(columnTypes) as [ColumnType, ...ColumnType[]];

/**
 * Rules of version 1 read a table as Handgrad 0.2 did: the first row is the header, columns are plain numbers or texts, and rows are
 * split one by one. Version 2 decides more and keeps rows with identical inputs together. Version 3 looks for words in texts. Version 4
 * encodes dates with the time in years; before it was the year alone.
 */
export const currentRules = 4 as const;

/** What a user decides about the columns and rows of a table, as plain data that is stored with a run. */
export const tableOptions = {
  /** whether the first row has the names of the columns; the data decides if it is left out */
  header: v.optional(v.boolean()),
  types: v.optional(v.array(v.object({ column: v.string(), type: v.picklist(typeNames) }))),
  /** of an Excel workbook: the name of a sheet, or its number from 1 */
  sheet: v.optional(v.string()),
  /** columns that are not used */
  drop: v.optional(v.array(v.string())),
  /** values that mean "missing": "-999", "age=-1" for one column; "only" switches the usual words (NA, ?, …) off */
  missing: v.optional(v.array(v.string())),
  /** rows with the same value in this column stay in the same part */
  group: v.optional(v.string()),
  /** a column that orders the rows: the oldest train, the latest test */
  time: v.optional(v.string()),
  /** rows with identical inputs: in one part, or split like all others; the data decides if it is left out */
  duplicates: v.optional(v.picklist(["together", "split"])),
  rules: v.optional(v.picklist([1, 2, 3, 4])),
};
const tableOptionsSchema = v.object(tableOptions);
export type TableOptions = v.InferOutput<typeof tableOptionsSchema>;

/** What a reader of text files has to know about the cells before it turns them into numbers. */
export interface TableReadOptions
  extends Pick<TableOptions, "header" | "types" | "drop" | "missing" | "rules" | "sheet"> {
  /** how the data of training was read: the same is done again, and nothing is decided */
  readonly reading?: TableReading | undefined;
  /** names of columns that are expected: a first row that has one of them is the header */
  readonly expected?: readonly string[] | undefined;
  /** called with each decision in one line */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** What the options of a table say to the reader of its file. */
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

/** "a, b" and `"a, b",c` as the names in it; quotes keep commas, "" within quotes is one quote. Throws SettingsError. */
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
