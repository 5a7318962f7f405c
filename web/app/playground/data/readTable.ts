// Loaded when the first table is opened, because most visitors open none.
import { readTableFile, type Table } from "handgrad";
import { likelyChoice, likelyTask, type TableChoice, tablePoints } from "./tablePoints.ts";

/** The parts of a table that the page shows. */
export interface TableInfo {
  readonly columns: readonly {
    readonly name: string;
    readonly isNumber: boolean;
    readonly task: TableChoice["task"];
  }[];
  readonly likely: TableChoice;
}

/** A table that was opened, in the worker. */
export class OpenTable {
  readonly info: TableInfo;
  private readonly table: Table;

  private constructor(table: Table, likely: TableChoice) {
    this.table = table;
    this.info = {
      columns: table.columns.map(({ name, cells }) => ({
        name,
        isNumber: cells instanceof Float64Array,
        task: likelyTask(table, name),
      })),
      likely,
    };
  }

  /** Throws DataError for a file that is not a table, RangeError for a table without two columns of numbers and a target. */
  static async read(file: File): Promise<OpenTable> {
    const table = await readTableFile({ path: file.name, file }, {});
    const likely = likelyChoice(table);
    if (likely) return new OpenTable(table, likely);
    throw new RangeError(
      `${file.name}: expected at least two columns of numbers and one more as the target, found ${table.columns.map(({ name }) => name).join(", ")}`,
    );
  }

  /** Throws RangeError, in words for the page, for columns that do not fit. */
  points(choice: TableChoice): ReturnType<typeof tablePoints> {
    return tablePoints(this.table, choice);
  }
}
