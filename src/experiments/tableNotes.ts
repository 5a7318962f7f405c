import { quoted } from "../data/columnContext.ts";
import { gatherByColumn, ownsColumn } from "../data/columnParts.ts";
import { datePartsText } from "../data/dateColumn.ts";
import { rareClassNotes } from "../data/divideTable.ts";
import type { WordFeature } from "../data/encodedFeature.ts";
import { findLeaks, type LeakTarget, leakNotes } from "../data/leakage.ts";
import type { SplitRows } from "../data/split.ts";
import { columnOf, type Table, type TableColumn } from "../data/table.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import { wordEncodingOf } from "../data/wordColumn.ts";

/** A note on the parts of dates that are not inputs. */
function leftOut({ name, use }: TableColumn, target: string): string {
  if (use === "date") return "parts that never vary are left out";
  return `parts that never vary, or are not related to ${target}, are left out; --types ${quoted(`${name}=date`)} keeps the latter`;
}

interface FeatureNote {
  readonly name: string;
  readonly kind: "date" | "words";
  readonly note: string;
}

const mostShown = 8;

/** A note on the words of a column that are inputs, and on the options to change this. */
function wordsNote(feature: WordFeature, table: Table, target: string): string {
  const { name } = feature;
  const { words } = wordEncodingOf(feature);
  const shown = words.slice(0, mostShown).join(", ") + (words.length > mostShown ? ", …" : "");
  const option = (type: string) => `--types ${quoted(`${name}=${type}`)}`;
  const [are, become] = words.length === 1 ? ["word is", "becomes an input"] : ["words are", "become inputs"];
  if (columnOf(table, name).use === "words") return `${name}: ${words.length} of its words ${become} (${shown})`;
  return `${name}: too varied for categories, but ${words.length} ${are} related to ${target} and ${become} (${shown}); ${option("text")} leaves the column out, ${option("words")} takes the most frequent words`;
}

/** Notes on the prepared columns and rows: parts of dates, words of texts, rare classes, columns that contain the target. */
export function tableNotes(
  table: Table,
  { features, target }: TablePreprocessing,
  labels: Int32Array,
  rows: SplitRows,
): string[] {
  const { parts } = table;
  const noted = features.flatMap((feature): FeatureNote[] => {
    const { name, kind } = feature;
    if (!ownsColumn(parts, name)) return [];
    if (kind === "words") return [{ name, kind, note: wordsNote(feature, table, target.name) }];
    if (kind !== "date") return [];
    const note = `${name} becomes ${datePartsText(feature)}; ${leftOut(columnOf(table, name), target.name)}`;
    return [{ name, kind, note }];
  });
  const rare = target.kind === "category" ? rareClassNotes(labels, target.values, rows) : [];
  const { cells } = columnOf(table, target.name);
  const values = cells instanceof Float64Array ? cells : undefined;
  const of: LeakTarget | undefined =
    target.kind === "category"
      ? { kind: "category", labels, classes: target.values.length }
      : values && { kind: "number", values };
  const used = {
    ...table,
    columns: table.columns.filter(
      ({ name }) => name === target.name || (ownsColumn(parts, name) && features.some((each) => each.name === name)),
    ),
  };
  const found = of ? findLeaks(used, target.name, of, rows.train) : [];
  const notes = gatherByColumn(parts, noted, ({ name }) => name);
  const leaks = gatherByColumn(parts, found, ({ column }) => column);
  const notesOf = (wanted: FeatureNote["kind"]) => notes.flatMap(({ kind, note }) => (kind === wanted ? [note] : []));
  return [...notesOf("date"), ...notesOf("words"), ...rare, ...leakNotes(leaks, target.name)];
}
