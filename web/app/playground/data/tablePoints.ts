import { cellText, columnOf, distinctTexts, type Table } from "handgrad";
import { type Axis, drawnClasses, inOrder, type OwnPoints, onGrid } from "./ownPoints.ts";
import type { Point } from "./sets.ts";

/** Tables with more rows are sampled evenly. */
const mostRows = 2000;
/** Values this many deviations from the mean are at the edge of the plane. */
const deviations = 3;

/** Points, and the number of rows that were left out. */
export interface TablePoints {
  readonly own: OwnPoints;
  /** rows with a missing value */
  readonly left: number;
  /** whether only some of the rows are shown */
  readonly sampled: boolean;
}

export interface TableChoice {
  readonly x: string;
  readonly y: string;
  readonly target: string;
  readonly task: "classes" | "numbers";
}

/** The columns with numbers, which can be positions. */
export function numberColumns(table: Table): string[] {
  return table.columns.filter(({ cells }) => cells instanceof Float64Array).map(({ name }) => name);
}

/** The default choice: the first two columns of numbers, and the last column as the target. */
export function likelyChoice(table: Table): TableChoice | undefined {
  const numbers = numberColumns(table);
  const target = table.columns.findLast(({ name }) => !numbers.slice(0, 2).includes(name));
  if (numbers.length < 2 || !target) return undefined;
  const [x, y] = numbers;
  return { x, y, target: target.name, task: likelyTask(table, target.name) };
}

/** Columns with few different values are classes, texts always. */
export function likelyTask(table: Table, target: string): TableChoice["task"] {
  const isNumber = columnOf(table, target).cells instanceof Float64Array;
  return isNumber && classesOf(table, target).length > drawnClasses ? "numbers" : "classes";
}

const classesOf = (table: Table, name: string): string[] => {
  const column = columnOf(table, name);
  return [...distinctTexts(column, rowsOf(table))].filter((text) => text !== "");
};

const rowsOf = ({ rows }: Pick<Table, "rows">): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/**
 * Two columns of a table as positions and a third as class or number. Rows with a missing value are left out; `left` is their number.
 * Throws RangeError, in words for the page, for columns that do not fit.
 */
export function tablePoints(table: Table, { x, y, target, task }: TableChoice): TablePoints {
  const columns = [x, y, ...(task === "numbers" ? [target] : [])].map((name) => numbersOf(table, name));
  const names = task === "classes" ? classNames(table, target) : [];
  const texts = columnOf(table, target);
  const classOf = (row: number): number => names.indexOf(cellText(texts, row));
  const isWhole = (row: number): boolean =>
    columns.every((cells) => Number.isFinite(cells[row])) && (task === "numbers" || classOf(row) >= 0);
  const whole = [...rowsOf(table)].filter(isWhole);
  if (whole.length < 4)
    throw new RangeError(
      `${table.name}: expected at least 4 rows with ${x}, ${y} and ${target}, found ${whole.length}`,
    );
  const rows = whole.length <= mostRows ? whole : evenly(whole, mostRows);
  const axes = columns.map((cells, i) =>
    axisOf(
      [x, y, target][i],
      rows.map((row) => cells[row]),
    ),
  );
  const place = (i: number, row: number): number => onGrid((columns[i][row] - axes[i].centre) / axes[i].unit);
  const points = rows.map(
    (row): Point => [place(0, row), place(1, row), task === "numbers" ? place(2, row) : classOf(row)],
  );
  const own: OwnPoints = {
    points: task === "numbers" ? points : inOrder(points),
    classNames: names,
    x: axes[0],
    y: axes[1],
    ...(task === "numbers" && { target: axes[2] }),
  };
  return { own, left: table.rows - whole.length, sampled: rows.length < whole.length };
}

function numbersOf(table: Table, name: string): Float64Array {
  const { cells } = columnOf(table, name);
  if (cells instanceof Float64Array) return cells;
  throw new RangeError(`${table.name}: ${name}: expected a column of numbers, found texts; choose another column`);
}

function classNames(table: Table, target: string): string[] {
  const names = classesOf(table, target).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (names.length >= 2 && names.length <= drawnClasses) return names;
  throw new RangeError(
    `${table.name}: ${target}: expected 2 to ${drawnClasses} different classes, found ${names.length}; choose another column${names.length > drawnClasses ? ", or predict it as a number" : ""}`,
  );
}

const evenly = (rows: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);

/** Six positions wide for three deviations on each side; of a constant column everything is at 0. */
function axisOf(name: string, values: readonly number[]): Axis {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0);
  const unit = (Math.sqrt(variance) * deviations) / 6;
  const short = (value: number): number => Number(value.toPrecision(6));
  return { name, centre: short(mean), unit: unit > 0 ? short(unit) : 1 };
}
