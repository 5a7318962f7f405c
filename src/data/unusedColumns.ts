import type { TableColumn } from "./table.ts";

/** A column of text with more values than this says something else in nearly every row: names, comments. */
export const mostCategories = 100;

/** If a user asks for categories, they may be so many: each is an input. */
export const mostOneHot = 1000;

/** Whether texts are too many to be categories. */
export function isTooVaried(distinct: number, known: number): boolean {
  return distinct > mostCategories || (distinct > 10 && distinct > known / 2);
}

/** What columns are called that number the rows. */
export const rowNumberName = /^(id|index|row|nr|no|number|unnamed.*|column 1)$|[ _]id$/i;

/** Whether a column of whole numbers, all different, has the name of a row number. */
export function isRowNumber({ name, cells }: TableColumn, distinct: () => number, rows: number): boolean {
  if (!rowNumberName.test(name) || !(cells instanceof Float64Array)) return false;
  return cells.every((value) => Number.isInteger(value)) && distinct() === rows;
}
