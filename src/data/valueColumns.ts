import { DataError } from "../tensor/errors.ts";
import { ColumnBuilder } from "./columnBuilder.ts";
import { readsColumn } from "./columnParts.ts";
import type { RawCells, RawTableOptions } from "./rawTable.ts";

/** A cell in a format with typed values. */
export type CellValue = number | string | boolean | bigint | null | undefined;

/** With more names than this, the names are probably data. */
const mostColumns = 20_000;

/** Collects values row by row into columns with names, for formats that are not delimited text. */
export class ValueColumns {
  private readonly columns = new Map<string, { readonly builder: ColumnBuilder; capacity: number; next: number }>();
  private readonly options: RawTableOptions;
  rows = 0;

  constructor(options: RawTableOptions) {
    this.options = options;
  }

  get names(): string[] {
    return [...this.columns.keys()];
  }

  /** Adds columns that exist even without a value. Memory is allocated for the `expected` number of rows. */
  declare(name: string, expected = 0): void {
    this.columnOf(name, 0, expected);
  }

  /** Sets a cell. The rows of a column must come in ascending order; rows that are left out are empty. */
  set(row: number, name: string, value: CellValue): void {
    if (row >= this.rows) this.rows = row + 1;
    if (value === null || value === undefined || value === "") return;
    const column = this.columnOf(name, row, 0);
    const { builder } = column;
    if (row < column.next)
      throw new DataError(`${this.options.name}: row ${row + 1}: expected one value for ${name}, found two`);
    if (!builder.isKept) {
      column.next = row + 1;
      return;
    }
    if (row >= column.capacity) {
      column.capacity = Math.max(row + 1, Math.ceil(1.5 * column.capacity), 64);
      builder.reserve(column.capacity);
    }
    fillEmpty(column, row);
    column.next = row + 1;
    if (typeof value === "number") builder.addNumber(row, value);
    else if (typeof value === "bigint") {
      if (Number.isSafeInteger(Number(value))) builder.addNumber(row, Number(value));
      else builder.addString(row, String(value));
    } else builder.addString(row, String(value));
  }

  private columnOf(name: string, row: number, expected: number) {
    const known = this.columns.get(name);
    if (known) return known;
    const { name: file, amongNumbers, asText = [] } = this.options;
    if (this.columns.size === mostColumns) {
      throw new DataError(
        `${file}: row ${row + 1}: expected the same names in each row, found more than ${mostColumns} different ones`,
      );
    }
    const isText = asText.includes(name) || asText.includes(`column ${this.columns.size + 1}`);
    const builder = new ColumnBuilder((text) => amongNumbers(text, { decimalComma: false }), isText, true);
    builder.isKept = readsColumn(this.options.parts, name, this.columns.size);
    if (builder.isKept) builder.reserve(expected);
    const column = { builder, capacity: expected, next: 0 };
    this.columns.set(name, column);
    return column;
  }

  /** Throws DataError if the columns take more than `mostBytes` of memory. */
  checkMemory(): void {
    const { name, mostBytes = Number.POSITIVE_INFINITY } = this.options;
    let bytes = 0;
    for (const { builder } of this.columns.values()) if (builder.isKept) bytes += builder.bytesOf(this.rows, this.rows);
    if (bytes <= mostBytes) return;
    throw new DataError(
      `${name}: ${this.rows} rows take more than the ${(mostBytes / 1e9).toFixed(1)} GB of memory for data; use fewer rows or columns`,
    );
  }

  finish(): RawCells[] {
    return [...this.columns.values()].map((column) => {
      if (!column.builder.isKept) return { kind: "numbers", numbers: new Float64Array(0) };
      column.builder.reserve(this.rows);
      fillEmpty(column, this.rows);
      return column.builder.finish(this.rows, "utf-8");
    });
  }
}

const noBytes = new Uint8Array(0);

function fillEmpty(column: { readonly builder: ColumnBuilder; next: number }, end: number): void {
  for (let row = column.next; row < end; row++) column.builder.addText(row, noBytes, 0, 0);
  column.next = end;
}
