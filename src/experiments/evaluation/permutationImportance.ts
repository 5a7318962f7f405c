import type { Table } from "../../data/table.ts";
import { pickTableRows } from "../../data/tableColumns.ts";
import { RandomState } from "../../random/randomState.ts";
import { yieldsToEvents } from "../../training/yieldToEvents.ts";
import type { Importance } from "./runEvaluation.ts";

export interface ImportanceOptions {
  /** the score of the model on the rows of a table; higher is better */
  readonly score: (table: Table) => number | Promise<number>;
  /** the columns that are shuffled */
  readonly columns: readonly string[];
  /** the multiplications and additions for one row, which limit the number of rows */
  readonly costPerRow: number;
  readonly repeats?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The most operations of all shuffles together: a few seconds on one core. */
const mostWork = 2e10;
const mostRows = 5000;
const fewestRows = 200;
/** With more columns than this, one shuffle of each decides which are shuffled again. */
const mostRepeated = 30;
const mostColumns = 1000;

/**
 * The mean drop of the score when the cells of a column are shuffled among the rows: what the model loses without the information of this
 * column. A column is shuffled before it is encoded, so all its inputs change together. Columns with the same information can replace each
 * other, so each of them can have a low importance. Breiman 2001; Fisher, Rudin & Dominici 2019, arXiv:1801.01489
 */
export async function permutationImportance(
  table: Table,
  testRows: Int32Array,
  options: ImportanceOptions,
): Promise<Importance> {
  const { score, repeats = 5, seed = 1, signal } = options;
  const random = new RandomState(seed);
  const columns = sample(options.columns, mostColumns, random);
  const shuffles = columns.length + Math.min(columns.length, mostRepeated) * (repeats - 1);
  const affordable = Math.floor(mostWork / Math.max(1, options.costPerRow) / Math.max(1, shuffles));
  const rows = Math.min(testRows.length, mostRows, Math.max(fewestRows, affordable));
  const order = rows < testRows.length ? random.permutation(testRows.length).slice(0, rows).sort() : undefined;
  const chosen = pickTableRows(table, order ? order.map((place) => testRows[place]) : testRows);
  const yieldToEvents = yieldsToEvents();
  const whole = await score(chosen);
  const dropOf = async (name: string): Promise<number> => {
    await yieldToEvents();
    signal?.throwIfAborted();
    return whole - (await score(withShuffled(chosen, name, random)));
  };
  const found: { readonly name: string; readonly drops: number[] }[] = [];
  for (const name of columns) found.push({ name, drops: [await dropOf(name)] });
  found.sort((a, b) => b.drops[0] - a.drops[0]);
  for (const { name, drops } of found.slice(0, mostRepeated)) {
    while (drops.length < repeats) drops.push(await dropOf(name));
  }
  const drops = found
    .slice(0, mostRepeated)
    .map(({ name, drops: each }) => ({ name, ...moments(each) }))
    .sort((a, b) => b.mean - a.mean);
  return { rows, testRows: testRows.length, repeats, columns: options.columns.length, score: whole, drops };
}

/** The table with the cells of one column in another order. */
export function withShuffled(table: Table, name: string, random: RandomState): Table {
  const order = random.permutation(table.rows);
  const columns = table.columns.map((column) => {
    return column.name === name ? pickTableRows({ ...table, columns: [column] }, order).columns[0] : column;
  });
  return { ...table, columns };
}

function sample(names: readonly string[], most: number, random: RandomState): string[] {
  if (names.length <= most) return [...names];
  const chosen = random.permutation(names.length).slice(0, most).sort();
  return Array.from(chosen, (place) => names[place]);
}

/** Mean and standard deviation (with n − 1); 0 for a single value. */
function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
