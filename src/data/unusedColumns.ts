import type { TableColumn } from "./table.ts";

/** A column of text with more different values than this is usually different in nearly every row, such as names or comments. */
export const mostCategories = 100;

/** The most categories if the user chose this type; each category is an input. */
export const mostOneHot = 1000;

/** Whether a column has too many different texts for categories. */
export function isTooVaried(distinct: number, known: number): boolean {
  return distinct > mostCategories || (distinct > 10 && distinct > known / 2);
}

/** The usual names of columns with row numbers. */
export const rowNumberName = /^(id|index|row|nr|no|number|unnamed.*|column 1)$|[ _]id$/i;

/** Whether a column has a usual name for row numbers and different whole numbers. */
export function isRowNumber({ name, cells }: TableColumn, distinct: () => number, rows: number): boolean {
  if (!rowNumberName.test(name) || !(cells instanceof Float64Array)) return false;
  return cells.every((value) => Number.isInteger(value)) && distinct() === rows;
}
