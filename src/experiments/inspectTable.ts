import { quoted } from "../data/columnContext.ts";
import { divideTable, rareClassNotes } from "../data/divideTable.ts";
import { findDuplicateRows } from "../data/duplicateRows.ts";
import { findLeaks, type LeakTarget, leakNotes } from "../data/leakage.ts";
import { type ColumnSummary, likelyTarget, summarizeColumns } from "../data/summarizeTable.ts";
import { columnOf, type Table } from "../data/table.ts";
import { knownRows, pickTableRows, placesIn } from "../data/tableColumns.ts";
import { inspectTarget, type TargetOptions } from "../data/tablePreprocessing.ts";
import { RandomState } from "../random/randomState.ts";
import { DataError } from "../tensor/errors.ts";
import { foldCount } from "./prepareData.ts";

/** Facts about a table before training. */
export interface TableInspection {
  readonly columns: readonly ColumnSummary[];
  readonly target?: {
    readonly name: string;
    /** whether it was given, or guessed from its name */
    readonly given: boolean;
    readonly kind: "category" | "number";
    /** of classes: the rows of each, the most frequent first */
    readonly classes?: readonly { readonly value: string; readonly rows: number }[];
  };
  /** rows that repeat the inputs of another row */
  readonly duplicates: number;
  /** one line for each */
  readonly problems: readonly string[];
  /** the use of columns of texts with words in training, one line for each */
  readonly notes: readonly string[];
}

/** The rarest class should have at least this share of the most frequent one. */
const balanced = 0.1;

/**
 * Summarizes each column and names likely problems: columns that are not inputs, many missing values, duplicate rows, and with a target
 * (or one that is likely) rare classes and columns that may contain the answer. Throws DataError for a missing target.
 */
export function inspectTable(table: Table, options: Partial<TargetOptions> = {}): TableInspection {
  const columns = summarizeColumns(table);
  const name = options.target ?? likelyTarget(table);
  const target = name === undefined ? undefined : inspectByTarget(table, { ...options, target: name });
  const { repeated } = findDuplicateRows(table, [name]);
  const problems = [
    ...columns.flatMap((column) => (column.name === name ? [] : columnProblems(column, table.rows))),
    ...(repeated > 0
      ? [
          `${repeated.toLocaleString("en")} of ${table.rows.toLocaleString("en")} rows ${repeated === 1 ? "repeats" : "repeat"} ${name === undefined ? "another row" : "the inputs of another row"}`,
        ]
      : []),
    ...(target?.problems ?? []),
  ];
  return {
    columns,
    ...(target && name !== undefined && { target: { name, given: options.target !== undefined, ...target.found } }),
    duplicates: repeated,
    problems,
    notes: columns.flatMap((column) => (column.name === name ? [] : wordNotes(column))),
  };
}

function columnProblems({ name, type, missing, distinct, words }: ColumnSummary, rows: number): string[] {
  if (words) return [];
  const reasons = {
    id: "is a row number, so it is not used",
    constant: "has one value, so it is not used",
    empty: "is empty, so it is not used",
    text: `has ${distinct.toLocaleString("en")} different texts, too many to be categories, so it is not used`,
  } as const;
  if (type in reasons) return [`${name} ${reasons[type as keyof typeof reasons]}`];
  return missing > rows / 2 ? [`${name} is missing in ${Math.round((100 * missing) / rows)} % of the rows`] : [];
}

function wordNotes({ name, distinct, words }: ColumnSummary): string[] {
  if (!words) return [];
  const { count, mostFrequent } = words;
  const shown = mostFrequent.slice(0, 5).join(", ") + (count > 5 ? ", …" : "");
  return [
    `${name} has ${distinct.toLocaleString("en")} different texts; those of its ${count.toLocaleString("en")} repeated words (${shown}) that are related to the target become inputs; --types ${quoted(`${name}=text`)} leaves the column out`,
  ];
}

function inspectByTarget(table: Table, options: TargetOptions) {
  const given = columnOf(table, options.target);
  const known = knownRows(given);
  const usable = known.length < table.rows ? pickTableRows(table, known) : table;
  let inspected: ReturnType<typeof inspectTarget>;
  try {
    inspected = inspectTarget(usable, options);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { found: { kind: "category" as const }, problems: [error.message] };
  }
  const { name } = inspected;
  const missing = table.rows - usable.rows;
  const problems = missing > 0 ? [`${missing.toLocaleString("en")} rows have no ${name} and are not used`] : [];
  const { cells } = columnOf(usable, name);
  const all = new Int32Array(usable.rows);
  for (let row = 0; row < all.length; row++) all[row] = row;
  if (inspected.kind === "number") {
    if (!(cells instanceof Float64Array)) return { found: { kind: "number" as const }, problems };
    const leaks = findLeaks(usable, name, { kind: "number", values: cells }, all);
    return { found: { kind: "number" as const }, problems: [...problems, ...leakNotes(leaks, name)] };
  }
  const labels = placesIn(inspected.values, columnOf(usable, name));
  const counts = new Float64Array(inspected.values.length);
  for (const label of labels) counts[label]++;
  const classes = inspected.values.map((value, i) => ({ value, rows: counts[i] })).sort((a, b) => b.rows - a.rows);
  const [most, least] = [classes[0], classes[classes.length - 1]];
  if (least.rows < balanced * most.rows)
    problems.push(
      `the classes are imbalanced: ${most.value} has ${most.rows.toLocaleString("en")} rows, ${least.value} ${least.rows.toLocaleString("en")}`,
    );
  // With more rows than this every part has some of them
  if (least.rows < 20) {
    // As training does by default: with folds, the training rows validate
    const folded = foldCount(usable.rows) > 1;
    const fractions = { validation: folded ? 0 : 0.15, test: 0.15, random: new RandomState(1) };
    const { rows } = divideTable(usable, labels, { ...fractions, target: name });
    const parts = folded ? { ...rows, validation: rows.train } : rows;
    problems.push(...rareClassNotes(labels, inspected.values, parts));
  }
  const of: LeakTarget = { kind: "category", labels, classes: inspected.values.length };
  problems.push(...leakNotes(findLeaks(usable, name, of, all), name));
  return { found: { kind: "category" as const, classes }, problems };
}
