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
    .option("--header", "of a table: the first row has the names of the columns (default: the data decides)")
    .option("--no-header", 'of a table: the first row is data; columns are called "column 1", …')
    .option("--types <list>", `of a table: types of columns, such as zip=text,when=date (types: ${types})`, parseTypes)
    .option("--sheet <name>", "of an Excel workbook: the sheet with the table, or its number (default: the first)")
    .option("--drop <list>", "of a table: columns that are not used, such as a,b", (text) => splitList(text, "--drop"))
    .option(
      "--missing <list>",
      "of a table: values that mean missing, such as -999,unknown, or age=-1 for one column; `only` keeps NA, ? and the like",
      (text) => splitList(text, "--missing"),
    );
}

/** The options that say which rows belong to which part. */
export function withSplit(command: Command): Command {
  return command
    .option("--group <column>", "of a table: rows with the same value of this column stay in the same part")
    .option("--time <column>", "of a table: train on the oldest rows, validate on later ones, test on the latest")
    .addOption(
      new Option(
        "--duplicates <how>",
        "rows or images that are the same: kept in one part or not (default: the data decides)",
      ).choices(["together", "split"]),
    );
}

/** The fields of a request that are flags of the same name. */
export const tableFlags = ["header", "types", "drop", "missing", "group", "time", "duplicates", "sheet"] as const;

export function tableOptionsOf(flags: TableFlags): TableOptions {
  const { header, types, drop, missing, group, time, duplicates, sheet } = flags;
  return { header, types, drop, missing, group, time, duplicates, sheet };
}
