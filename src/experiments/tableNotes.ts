import { datePartsInWords } from "../data/dateColumn.ts";
import { rareClassNotes } from "../data/divideTable.ts";
import { findLeaks, type LeakTarget, leakNotes } from "../data/leakage.ts";
import type { SplitRows } from "../data/split.ts";
import { columnOf, type Table } from "../data/table.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";

/** What a user should know about the columns and rows that were prepared: parts of dates, rare classes, columns with the answer. */
export function tableNotes(
  table: Table,
  { features, target }: TablePreprocessing,
  labels: Int32Array,
  rows: SplitRows,
): string[] {
  const dates = features.flatMap((feature) =>
    feature.kind === "date"
      ? [`${feature.name} becomes ${datePartsInWords(feature)}; parts that never vary are left out`]
      : [],
  );
  const rare = target.kind === "category" ? rareClassNotes(labels, target.values, rows) : [];
  const { cells } = columnOf(table, target.name);
  const values = cells instanceof Float64Array ? cells : undefined;
  const of: LeakTarget | undefined =
    target.kind === "category"
      ? { kind: "category", labels, classes: target.values.length }
      : values && { kind: "number", values };
  const used = {
    ...table,
    columns: table.columns.filter(({ name }) => name === target.name || features.some((each) => each.name === name)),
  };
  const leaks = of ? findLeaks(used, target.name, of, rows.train) : [];
  return [...dates, ...rare, ...leakNotes(leaks, target.name)];
}
