import { interpretTable, rawOptionsOf } from "./interpretTable.ts";
import { readRawCsv } from "./rawCsv.ts";
import type { Table } from "./table.ts";
import type { TableReadOptions } from "./tableOptions.ts";

/**
 * Reads a CSV file with quoted cells and any line ends. It detects the delimiter (comma, semicolon, tab or bar), the header and
 * the types of the columns, and calls `onNote` with each decision. With semicolons, 3,14 is a number. Cells such as "", "NA" and
 * "?" become "". Throws DataError for a row with a different number of cells (with its number), two columns with the same name, a
 * quote that is not closed, and a file without rows.
 */
export function parseCsv(text: string, { name, ...options }: { readonly name: string } & TableReadOptions): Table {
  const { table, notes } = interpretTable(readRawCsv(text, { name, ...rawOptionsOf(options) }), options);
  for (const note of notes) options.onNote?.(note);
  return table;
}
