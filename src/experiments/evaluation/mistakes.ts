import type { Dataset } from "../../data/dataset.ts";
import { cellText, lineOf, type TableColumn } from "../../data/table.ts";
import { sizeOf } from "../../tensor/tensor.ts";
import type { DataSource } from "../dataSource.ts";
import { cut } from "./columnSummaries.ts";
import type { Mistakes } from "./runEvaluation.ts";
import { smallImage } from "./smallImages.ts";

/** A test row with its true and its predicted value. */
export interface RankedRow {
  /** in the test part, from 0 */
  readonly row: number;
  readonly truth: string;
  readonly predicted: string;
  readonly certainty: number;
}

const mostRows = 12;
const mostImages = 24;
const mostColumns = 24;

/** The number of mistakes in a report. */
export const mistakesShown = ({ inputs }: Dataset): number => (inputs instanceof Uint8Array ? mostImages : mostRows);

/** The rows with their original cells, or their image. The most important columns come first in `columns`. */
export function describeMistakes(
  source: Pick<DataSource, "table" | "rows" | "request">,
  test: Dataset,
  ranked: readonly RankedRow[],
  { wrong, columns }: { readonly wrong: number; readonly columns: readonly string[] },
): Mistakes {
  const { table, rows } = source;
  // Other cells of a table in parts are not kept
  const kept = table?.parts ? columns.filter((name) => table.columns.some((column) => column.name === name)) : columns;
  const shown = kept.slice(0, mostColumns);
  const ofArrays = /\.np[yz]$/i.test(source.request.path ?? ""); // their rows count from 0
  const found = ranked.slice(0, mistakesShown(test)).map(({ row, truth, predicted, certainty }) => {
    const mistake = { truth: cut(truth, 60), predicted: cut(predicted, 60), certainty };
    if (table && rows) {
      const at = rows.test[row];
      const cells = shown.map((name) => {
        const column = table.columns.find((each) => each.name === name);
        return column ? cut(shownCell(column, at), 60) : "";
      });
      return { row: lineOf(table, at) - (ofArrays ? 2 : 0), ...mistake, cells };
    }
    if (!(test.inputs instanceof Uint8Array) || test.inputShape.length !== 3) return { row: row + 1, ...mistake };
    const size = sizeOf(test.inputShape);
    const place = test.parts ? test.parts.places[row] : row;
    if (place < 0) return { row: row + 1, ...mistake }; // another process has the image
    const image = smallImage(test.inputs.subarray(place * size, (place + 1) * size), test.inputShape);
    return { row: row + 1, ...mistake, image };
  });
  return { wrong, columns: table ? shown : [], rows: found };
}

/** The original cell; a number to six digits. */
function shownCell(column: TableColumn, row: number): string {
  const { cells } = column;
  if (!(cells instanceof Float64Array) || Number.isNaN(cells[row])) return cellText(column, row);
  return String(Number(cells[row].toPrecision(6)));
}

/** The `most` largest by a number for each row, largest first; among equals the earlier row. */
export function largest(values: Float64Array, most: number): number[] {
  const kept: number[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value) || (kept.length === most && value <= values[kept[most - 1]])) continue;
    let place = kept.length;
    while (place > 0 && values[kept[place - 1]] < value) place--;
    kept.splice(place, 0, row);
    if (kept.length > most) kept.pop();
  }
  return kept;
}
