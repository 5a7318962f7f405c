import { type Command, Option } from "commander";
import { columnTypes, parseTypes, splitList, type TableOptions } from "../src/node.ts";

/** What a user can decide about the columns of a table: the same options for `train`, `sweep` and `data info`. */
export interface TableFlags {
  readonly header?: boolean;
  readonly types?: NonNullable<TableOptions["types"]>;
  readonly drop?: string[];
  readonly sheet?: string;
  readonly missing?: string[];
  readonly group?: string;
  readonly time?: string;
  readonly duplicates?: "together" | "split";
}

/** The options that say how a table is read. */
export function withColumns(command: Command): Command {
  const types = Object.keys(columnTypes).join(", ");
  return command
    .option("--header", "the first row contains the column names (tables; default: detected)")
    .option("--no-header", 'the first row is data; columns are called "column 1", … (tables)')
    .option("--types <list>", `types of columns, such as zip=text,when=date (tables; types: ${types})`, parseTypes)
    .option("--sheet <name>", "name or number of the sheet with the table (Excel; default: the first)")
    .option("--drop <list>", "columns to leave out, such as a,b (tables)", (text) => splitList(text, "--drop"))
    .option(
      "--missing <list>",
      "values that mean missing, such as -999,unknown, or age=-1 for one column; `only` keeps NA, ? and similar words as text (tables)",
      (text) => splitList(text, "--missing"),
    );
}

/** The options that say which rows belong to which part. */
export function withSplit(command: Command): Command {
  return command
    .option("--group <column>", "keep rows with the same value in this column in the same part (tables)")
    .option("--time <column>", "train on the oldest rows, validate on later ones, test on the latest (tables)")
    .addOption(
      new Option(
        "--duplicates <how>",
        "whether identical rows or images stay in the same part (default: detected)",
      ).choices(["together", "split"]),
    );
}

/** The fields of a request that are flags of the same name. */
export const tableFlags = ["header", "types", "drop", "missing", "group", "time", "duplicates", "sheet"] as const;

export function tableOptionsOf(flags: TableFlags): TableOptions {
  const { header, types, drop, missing, group, time, duplicates, sheet } = flags;
  return { header, types, drop, missing, group, time, duplicates, sheet };
}
