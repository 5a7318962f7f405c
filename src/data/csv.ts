import { interpretTable, rawOptionsOf } from "./interpretTable.ts";
import { readRawCsv } from "./rawCsv.ts";
import type { Table } from "./table.ts";
import type { TableReadOptions } from "./tableOptions.ts";

/**
 * A CSV file: quoted cells, any line ends; the delimiter (comma, semicolon, tab or bar), whether there is a header and what the columns
 * are is found, and `onNote` is told each decision. With semicolons, 3,14 is a number. Cells such as "", "NA" and "?" become "". Throws
 * DataError for a ragged row (it says which), two columns of one name, a quote without an end, and for no rows.
 */
export function parseCsv(text: string, { name, ...options }: { readonly name: string } & TableReadOptions): Table {
  const { table, notes } = interpretTable(readRawCsv(text, { name, ...rawOptionsOf(options) }), options);
  for (const note of notes) options.onNote?.(note);
  return table;
}
