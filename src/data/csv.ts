import { amongNumbers, interpretTable } from "./interpretTable.ts";
import { readRawCsv } from "./rawCsv.ts";
import type { Table } from "./table.ts";

/**
 * A CSV file with a header: quoted cells, any line ends; the delimiter (comma, semicolon, tab or bar) is found. With semicolons, 3,14
 * is a number. Cells such as "", "NA" and "?" become "". Throws DataError for a ragged row (it says which), two columns of one
 * name, a quote without an end, and for no rows.
 */
export function parseCsv(text: string, { name }: { readonly name: string }): Table {
  return interpretTable(readRawCsv(text, { name, amongNumbers }));
}
