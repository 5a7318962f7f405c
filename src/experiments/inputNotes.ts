import { short } from "../data/columnContext.ts";
import { dateEncodingOf } from "../data/dateColumn.ts";
import type { WordFeature } from "../data/encodedFeature.ts";
import { nameHint } from "../data/nearestName.ts";
import { cellText, lineOf, type Table, type TableColumn } from "../data/table.ts";
import { knownRows } from "../data/tableColumns.ts";
import type { FeatureColumn, TablePreprocessing } from "../data/tablePreprocessing.ts";
import { rowsWithout, wordEncodingOf } from "../data/wordColumn.ts";
import { DataError } from "../tensor/errors.ts";

// Differences between the rows of a table and the training rows of a model, which make predictions less reliable.

/** Throws DataError that names all columns of the model that a table lacks, with similar names. */
export function checkInputColumns({ features }: TablePreprocessing, { name, columns }: Table): void {
  const names = columns.map((column) => column.name);
  const missing = features.map((feature) => feature.name).filter((wanted) => !names.includes(wanted));
  if (missing.length === 0) return;
  const free = names.filter((each) => !features.some((feature) => feature.name === each));
  const shown = missing.slice(0, 10).map((wanted) => {
    const hint = nameHint(wanted, free);
    return hint ? `${wanted} (${hint})` : wanted;
  });
  const rest = missing.length > shown.length ? `, … (${missing.length} in all)` : "";
  const what = missing.length === 1 ? "the column" : "the columns";
  throw new DataError(
    `${name}: expected ${what} ${shown.join(", ")}${rest}, which the model was trained on; found ${list(names)}`,
  );
}

/** The columns of a table that are not inputs of the model, in one line each: the target, and others. */
export function unusedColumnNotes({ features, target }: TablePreprocessing, { name, columns }: Table): string[] {
  const unused = columns
    .map((column) => column.name)
    .filter((each) => !features.some((feature) => feature.name === each) && each !== target.name);
  if (unused.length === 0) return [];
  const what = unused.length === 1 ? "1 column is" : `${unused.length} columns are`;
  return [`${name}: ${what} not used, because the model has no such input: ${list(unused)}`];
}

/**
 * One line for each column whose rows have values that training did not have: categories, missing values, and numbers that are
 * further outside the range of training than half its width. Columns must exist (`checkInputColumns`).
 */
export function inputWarnings({ features }: TablePreprocessing, table: Table): string[] {
  return features.flatMap((feature) => {
    const column = table.columns.find(({ name }) => name === feature.name);
    if (!column) return [];
    return [missingWarning(feature, column, table), strangeWarning(feature, column, table)].filter(
      (line) => line !== undefined,
    );
  });
}

function missingWarning(feature: FeatureColumn, column: TableColumn, table: Table): string | undefined {
  if (expectsMissing(feature)) return undefined;
  const { count, first } = countRows(table.rows, missingIn(column));
  if (count === 0) return undefined;
  const use = {
    number: "the mean is used",
    category: "no category is set",
    date: "all its features are 0",
    words: "no word is set",
  }[feature.kind];
  return `${feature.name}: missing in ${rowsText(count)}, but never missing in training; ${use} (first in row ${lineOf(table, first)})`;
}

function expectsMissing(feature: FeatureColumn): boolean {
  if (feature.kind === "date") return dateEncodingOf(feature).indicator;
  if (feature.kind === "words") return wordEncodingOf(feature).indicator;
  return feature.kind === "category" ? feature.values.includes("") : feature.indicator;
}

function missingIn({ cells }: TableColumn): (row: number) => boolean {
  if (cells instanceof Float64Array) return (row) => Number.isNaN(cells[row]);
  const missing = codesWhere(cells.values, (text) => text === "");
  return (row) => missing[cells.codes[row]] === 1;
}

function strangeWarning(feature: FeatureColumn, column: TableColumn, table: Table): string | undefined {
  if (feature.kind === "date") return undefined; // what is no date is refused
  if (feature.kind === "words") return wordless(feature, column, table);
  const strange = feature.kind === "category" ? unseen(feature, column) : farOutside(feature, column);
  if (!strange) return undefined;
  const { count, first } = countRows(table.rows, strange.test);
  if (count === 0) return undefined;
  const example = `such as ${cellText(column, first)} in row ${lineOf(table, first)}`;
  return `${feature.name}: ${rowsText(count)} ${count === 1 ? "has" : "have"} ${strange.what}, ${example}`;
}

/** A note on texts, if the share without known words is more than two standard deviations above that of training. */
function wordless(feature: WordFeature, column: TableColumn, table: Table): string | undefined {
  const { words, without } = wordEncodingOf(feature);
  const known = knownRows(column);
  const lacks = rowsWithout(column, known, words);
  const { count, first } = countRows(known.length, (i) => lacks[i] === 1);
  const expected = known.length * without;
  if (count === 0 || count <= expected + 2 * Math.sqrt(expected * (1 - without))) return undefined;
  const has = count === 1 ? "has" : "have";
  const share = Number((100 * without).toPrecision(2));
  const row = known[first];
  return `${feature.name}: ${rowsText(count)} of ${known.length.toLocaleString("en")} ${has} no word that the model knows (${share} % in training), such as ${short(cellText(column, row))} in row ${lineOf(table, row)}`;
}

interface Strange {
  readonly what: string;
  readonly test: (row: number) => boolean;
}

function unseen({ values }: Extract<FeatureColumn, { kind: "category" }>, column: TableColumn): Strange {
  const what = "a category that training did not have";
  const known = new Set([...values, ""]);
  const { cells } = column;
  if (cells instanceof Float64Array) return { what, test: (row) => !known.has(cellText(column, row)) };
  const strange = codesWhere(cells.values, (text) => !known.has(text));
  return { what, test: (row) => strange[cells.codes[row]] === 1 };
}

/** For columns of numbers with a known range. */
function farOutside(feature: FeatureColumn, { cells }: TableColumn): Strange | undefined {
  if (feature.kind !== "number" || !(cells instanceof Float64Array)) return undefined;
  const { minimum, maximum } = feature;
  if (minimum === undefined || maximum === undefined) return undefined;
  const margin = (maximum - minimum) / 2;
  const [low, high] = [minimum, maximum].map((value) => Number(value.toPrecision(6)));
  return {
    what: `a number far outside the training range, ${low} to ${high}`,
    test: (row) => cells[row] < minimum - margin || cells[row] > maximum + margin,
  };
}

function countRows(rows: number, test: (row: number) => boolean): { readonly count: number; readonly first: number } {
  let [count, first] = [0, -1];
  for (let row = 0; row < rows; row++) {
    if (!test(row)) continue;
    if (count === 0) first = row;
    count++;
  }
  return { count, first };
}

/** 1 for each code whose text fits; each text is checked once, independent of its number of rows. */
function codesWhere(values: Iterable<string>, test: (text: string) => boolean): Uint8Array {
  return Uint8Array.from(values, (text) => (test(text) ? 1 : 0));
}

const rowsText = (count: number): string => `${count.toLocaleString("en")} row${count === 1 ? "" : "s"}`;

function list(names: readonly string[], most = 30): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown}, … (${names.length} in all)` : shown;
}
