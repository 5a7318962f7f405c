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
  /** the share of the training rows with a text that has none of the words */
  without: share,
  /** whether a number says that the text is missing */
  indicator: v.boolean(),
});

/** For each word 1 where the text has it, else 0; then the indicator. A missing text is 0 in all but that. */
export type WordEncoding = v.InferOutput<typeof encodingSchema>;

const widthOf = ({ words, indicator }: WordEncoding): number => words.length + (indicator ? 1 : 0);

/** How a feature finds words. Throws DataError for what a damaged file says. */
export function wordEncodingOf({ name, width, encoding }: EncodedFeature): WordEncoding {
  const result = v.safeParse(encodingSchema, encoding);
  if (result.success && widthOf(result.output) === width) return result.output;
  const problems = result.success
    ? [`width: expected ${widthOf(result.output)}, found ${width}`]
    : explain(result.issues);
  throw new DataError(problemLines(`${name}: how the model finds words is damaged`, problems));
}

/** A word that occurs in fewer rows, or is missing in fewer, says nothing that can be learned. */
const fewestRows = 3;
/** Each word is an input: so many of a column, and of all columns of a table. */
const [mostWords, mostOfTable] = [100, 300];
/** Words are chosen by at most this number of rows, evenly spaced, and by the first words of each text. */
const [mostCountedRows, mostCountedWords] = [20_000, 500];
/** Longer words are codes, such as hashes. */
const longestWord = 40;
/** Words of one row are forgotten when there are more: texts at random have millions. */
const mostRemembered = 200_000;
/** The numbers that words may make of a table: 500 MB. */
const mostNumbers = 2 ** 27;

export interface WordFit {
  /** the rows that are looked at */
  readonly rows: Int32Array;
  /** the target of rows, to choose the words that are related to it; by default the most frequent words are chosen */
  readonly targetOf?: ((rows: Int32Array) => RowTarget) | undefined;
  /** how many columns share the words of a table */
  readonly columns?: number;
}

/** The words of a column that become inputs, the most significant (or most frequent) first. If there are none, why. */
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

/** A feature of these words. */
function wordFeature(name: string, encoding: WordEncoding): WordFeature {
  return { kind: "words", name, width: widthOf(encoding), encoding };
}

/** The words that can be inputs, by the rows of a whole table (or by some of them): the most frequent first. */
export function frequentWords(column: TableColumn, most = mostCountedRows): string[] {
  const { cells } = column;
  const total = cells instanceof Float64Array ? cells.length : cells.codes.length;
  const all = Int32Array.from({ length: total }, (_, row) => row);
  return byFrequency(repeatedWords(column, evenlySpaced(all, most)));
}

/** Words that occur in at least three of some rows and not in nearly all, each with the places of its rows among them. */
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

/** The most frequent words first, equally frequent ones in the order of their characters. */
export function byFrequency(placesOf: ReadonlyMap<string, readonly number[]>): string[] {
  return [...placesOf].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([word]) => word);
}

/** Visits each distinct text of some rows once, with the places of its rows among them. */
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

/** 1 for each of some rows whose text has none of the words. */
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
