import * as v from "valibot";
import { explain, problemLines, share } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { ColumnEncoder, EncodedFeature, WordFeature } from "./encodedFeature.ts";
import { type RowTarget, relatedWords } from "./relatedWords.ts";
import { cellText, type TableColumn } from "./table.ts";
import { countCodes, evenlySpaced, knownRows } from "./tableColumns.ts";
import { wordsIn } from "./words.ts";

const wordSchema = v.pipe(
  v.string(),
  v.check((word) => wordsIn(word)[0] === word, "expected a word in lower case"),
);

const encodingSchema = v.object({
  words: v.array(wordSchema),
  /** the fraction of the training rows with a text that contain none of the words */
  without: share,
  /** whether an indicator for missing texts is added */
  indicator: v.boolean(),
});

/**
 * The inputs of a text: for each word 1 if the text contains it, otherwise 0; then the indicator. A missing text is 0 in all of
 * them except the indicator.
 */
export type WordEncoding = v.InferOutput<typeof encodingSchema>;

const widthOf = ({ words, indicator }: WordEncoding): number => words.length + (indicator ? 1 : 0);

/** The word encoding of a feature. Throws DataError if the description in a model file is damaged. */
export function wordEncodingOf({ name, width, encoding }: EncodedFeature): WordEncoding {
  const result = v.safeParse(encodingSchema, encoding);
  if (result.success && widthOf(result.output) === width) return result.output;
  const problems = result.success
    ? [`width: expected ${widthOf(result.output)}, found ${width}`]
    : explain(result.issues);
  throw new DataError(problemLines(`${name}: the model's description of words is damaged`, problems));
}

/** Words that occur in fewer rows, or are absent from fewer rows, are not used. */
const fewestRows = 3;
/** The most words of a column, and of all columns of a table. Each word is an input. */
const [mostWords, mostOfTable] = [100, 300];
/** The most rows (evenly spaced) and the most words of each text (the first ones) that are used to choose words. */
const [mostCountedRows, mostCountedWords] = [20_000, 500];
/** Longer words are probably codes, such as hashes. */
const longestWord = 40;
/** When more words are counted, words with only one row are discarded: random texts have millions of words. */
const mostRemembered = 200_000;
/** The most numbers that words may add to a table: 500 MB. */
const mostNumbers = 2 ** 27;

export interface WordFit {
  /** the rows that are used */
  readonly rows: Int32Array;
  /** the targets of rows, used to choose words that are related to the target; by default the most frequent words are chosen */
  readonly targetOf?: ((rows: Int32Array) => RowTarget) | undefined;
  /** the number of columns with words in the table */
  readonly columns?: number;
}

/** The words of a column that become inputs, the most significant (or most frequent) first; or the reason why there are none. */
export function fitWords(column: TableColumn, { rows, targetOf, columns = 1 }: WordFit): WordFeature | string {
  const counted = evenlySpaced(rows, mostCountedRows);
  const rowsOf = repeatedWords(column, counted);
  if (rowsOf.size === 0) return "whose words do not repeat";
  const found = targetOf ? relatedWords(rowsOf, targetOf(counted)) : byFrequency(rowsOf);
  if (found.length === 0) return "whose words are not related to the target";
  const ofColumn = Math.floor(Math.min(mostOfTable, mostNumbers / rows.length) / columns);
  const words = found.slice(0, Math.max(1, Math.min(mostWords, ofColumn)));
  const covered = new Set(words.flatMap((word) => rowsOf.get(word) ?? [])).size;
  const known = knownRows(column, counted).length;
  const without = (known - covered) / known;
  return wordFeature(column.name, { words, without, indicator: knownRows(column, rows).length < rows.length });
}

/** The feature for these words. */
function wordFeature(name: string, encoding: WordEncoding): WordFeature {
  return { kind: "words", name, width: widthOf(encoding), encoding };
}

/** The words that can be inputs, the most frequent first, counted in all rows or a sample of them. */
export function frequentWords(column: TableColumn, most = mostCountedRows): string[] {
  const { cells } = column;
  const total = cells instanceof Float64Array ? cells.length : cells.codes.length;
  const all = Int32Array.from({ length: total }, (_, row) => row);
  return byFrequency(repeatedWords(column, evenlySpaced(all, most)));
}

/** The words that occur in at least three of the given rows and are absent from at least three, with the positions of their rows. */
export function repeatedWords(column: TableColumn, rows: Int32Array): Map<string, number[]> {
  const placesOf = new Map<string, number[]>();
  eachText(column, rows, (text, places) => {
    let left = mostCountedWords;
    for (const word of new Set(wordsIn(text))) {
      if (left-- === 0) break;
      if (word.length > longestWord) continue;
      const known = placesOf.get(word);
      if (known) for (const place of places) known.push(place);
      else placesOf.set(word, [...places]);
    }
    if (placesOf.size > mostRemembered) dropWords(placesOf, 2, rows.length);
  });
  dropWords(placesOf, fewestRows, rows.length - fewestRows);
  return placesOf;
}

function dropWords(placesOf: Map<string, number[]>, fewest: number, most: number): void {
  for (const [word, { length }] of placesOf) if (length < fewest || length > most) placesOf.delete(word);
}

/** Sorts words by frequency; equally frequent words in the order of their characters. */
export function byFrequency(placesOf: ReadonlyMap<string, readonly number[]>): string[] {
  return [...placesOf].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([word]) => word);
}

/** Visits each distinct text of the given rows once, with the positions of its rows. */
function eachText(column: TableColumn, rows: Int32Array, visit: (text: string, places: Int32Array) => void): void {
  const { cells } = column;
  if (cells instanceof Float64Array) {
    for (let i = 0; i < rows.length; i++) visit(cellText(column, rows[i]), Int32Array.of(i));
    return;
  }
  const counts = countCodes(cells, rows);
  const ends = new Int32Array(counts.length);
  for (let code = 1; code < counts.length; code++) ends[code] = ends[code - 1] + counts[code - 1];
  const places = new Int32Array(rows.length); // ordered by code
  for (let i = 0; i < rows.length; i++) places[ends[cells.codes[rows[i]]]++] = i;
  for (let code = 0; code < counts.length; code++)
    if (counts[code] > 0) visit(cells.values.at(code), places.subarray(ends[code] - counts[code], ends[code]));
}

/** 1 for each of the given rows whose text contains none of the words. */
export function rowsWithout(column: TableColumn, rows: Int32Array, words: readonly string[]): Uint8Array {
  const without = new Uint8Array(rows.length).fill(1);
  const known = new Set(words);
  eachText(column, rows, (text, places) => {
    if (wordsIn(text).some((word) => known.has(word))) for (const place of places) without[place] = 0;
  });
  return without;
}

/** `ColumnEncoder` */
export const encodeWords: ColumnEncoder = (feature, table, column, rows, encoded, { offset, width }) => {
  const { words, indicator } = wordEncodingOf(feature);
  const numberOf = new Map(words.map((word, number) => [word, number]));
  eachText(column, rows ?? Int32Array.from({ length: table.rows }, (_, row) => row), (text, places) => {
    const set = (number: number) => {
      for (const place of places) encoded[place * width + offset + number] = 1;
    };
    if (indicator && text === "") set(words.length);
    for (const word of wordsIn(text)) {
      const number = numberOf.get(word);
      if (number !== undefined) set(number);
    }
  });
};
