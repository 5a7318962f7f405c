import { cellNumber, cellText, type Table, type TableColumn } from "../../data/table.ts";
import type { TablePreprocessing } from "../../data/tablePreprocessing.ts";
import { wordEncodingOf } from "../../data/wordColumn.ts";
import type { ColumnSummary, DataSummary } from "./runEvaluation.ts";

const mostRows = 50_000;
const mostColumns = 100;
const bars = 12;

/** The contents of the columns of a table, from at most 50,000 rows (evenly spaced), and the use of each. */
export function columnSummaries(
  table: Table,
  { target, features, ignored }: TablePreprocessing,
): NonNullable<DataSummary["columns"]> {
  const rows = Math.min(table.rows, mostRows);
  const chosen = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * table.rows) / rows));
  const uses = new Map<string, string>([
    ...features.map((each): [string, string] => [each.name, describeFeature(each)]),
    ...ignored.map(({ name, reason }): [string, string] => [name, `not used: ${reason}`]),
    [target.name, target.kind === "number" ? "target, a number" : `target, ${target.values.length} classes`],
  ]);
  const shown = table.columns.slice(0, mostColumns).map((column) => {
    return { name: column.name, use: uses.get(column.name) ?? "not used", ...describeCells(column, chosen) };
  });
  return { rows, all: table.columns.length, shown };
}

/** In words; other kinds by their name. */
function describeFeature(feature: TablePreprocessing["features"][number]): string {
  if (feature.kind === "category") return `category, ${feature.values.length} values`;
  if (feature.kind === "words") return `text, ${wordEncodingOf(feature).words.length} words`;
  return feature.kind;
}

function describeCells(column: TableColumn, rows: Int32Array): Omit<ColumnSummary, "name" | "use"> {
  if (column.cells instanceof Float64Array)
    return describeNumbers(Float64Array.from(rows, (row) => cellNumber(column, row)));
  const counts = new Map<string, number>();
  for (const row of rows) {
    const text = cellText(column, row);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const missing = counts.get("") ?? 0;
  counts.delete("");
  const common = [...counts].sort((a, b) => b[1] - a[1]);
  const known = rows.length - missing;
  const values = common.slice(0, 4).map(([text, count]) => `${cut(text)} ${Math.round((100 * count) / known)} %`);
  return { missing, distinct: counts.size, values: values.join(", ") + (common.length > 4 ? ", …" : "") };
}

function describeNumbers(cells: Float64Array): Omit<ColumnSummary, "name" | "use"> {
  const known = cells.filter((value) => !Number.isNaN(value)).sort();
  const missing = cells.length - known.length;
  if (known.length === 0) return { missing, distinct: 0, values: "" };
  let distinct = 1;
  for (let i = 1; i < known.length; i++) if (known[i] !== known[i - 1]) distinct++;
  const [low, middle, high] = [known[0], known[known.length >> 1], known[known.length - 1]];
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const histogram = Array<number>(bars).fill(0);
  for (const value of known) histogram[Math.min(bars - 1, Math.floor((bars * (value - low)) / (high - low))) || 0]++;
  const values = `${short(low)} … ${short(high)}, median ${short(middle)}`;
  return { missing, distinct, values, ...(high > low && Number.isFinite(high - low) && { histogram }) };
}

/** A text of at most 40 characters. */
export function cut(text: string, most = 40): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}
