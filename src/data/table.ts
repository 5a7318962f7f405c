import { DataError } from "../tensor/errors.ts";

/** One column as it came: text, with "" where nothing stood, or numbers, with NaN where nothing stood. */
export interface TableColumn {
  readonly name: string;
  readonly cells: readonly string[] | Float64Array;
}

/** Columns of one length. */
export interface Table {
  /** the file's, for messages */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

/** The named column. Throws DataError that lists those that there are. */
export function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((each) => each.name === name);
  if (column) return column;
  const names = table.columns.map((each) => each.name).join(", ");
  throw new DataError(`${table.name}: no column is called ${name}; there are ${names}`);
}

/** The chosen rows, in that order. */
export function pickTableRows(table: Table, rows: Int32Array): Table {
  const columns = table.columns.map(({ name, cells }) => {
    const picked =
      cells instanceof Float64Array
        ? Float64Array.from(rows, (row) => cells[row])
        : Array.from(rows, (row) => cells[row]);
    return { name, cells: picked };
  });
  return { name: table.name, rows: rows.length, columns };
}

/** One cell as text, "" where it is missing: how a category is compared. */
export function cellText({ cells }: TableColumn, row: number): string {
  const cell = cells[row];
  return typeof cell === "string" ? cell : Number.isNaN(cell) ? "" : String(cell);
}

/** One cell as a number, NaN where it is missing or no number. */
export function cellNumber({ cells }: TableColumn, row: number): number {
  const cell = cells[row];
  return typeof cell === "number" ? cell : cell === "" ? Number.NaN : Number(cell.replace(",", "."));
}
