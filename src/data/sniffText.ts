import { DataError } from "../tensor/errors.ts";
import { CellScanner } from "./cellScanner.ts";
import { plainNumber } from "./rawTable.ts";

/** The format of a delimited text, detected from its beginning. */
export interface TextLayout {
  /** " " for runs of spaces and tabs */
  readonly delimiter: string;
  /** the byte and the line in which the first row begins */
  readonly start: number;
  readonly line: number;
  /** the number of columns at the left without a name in the first row */
  readonly unnamed: number;
  readonly notes: readonly string[];
}

/** Separators in the order of preference: "1,5;2,5" could be separated by semicolons or by commas. */
const separators = ["\t", ";", "|", ","] as const;
const sampledRows = 200;
const sampledCells = 10_000;

/** The names of separators in messages and notes. */
export const delimiterNames: Readonly<Record<string, string>> = {
  ",": "commas",
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars",
  " ": "spaces",
};

/**
 * Detects the separator from the first rows (complete lines), and the lines above the table: a line such as `sep=;`, and comment
 * lines with #. The last comment line may be the header.
 */
export function sniffText(sample: Uint8Array, given?: string): TextLayout {
  const notes: string[] = [];
  let [start, line] = [0, 1];
  let delimiter = given;
  const lineAt = (from: number) => {
    let end = from;
    while (end < sample.length && sample[end] !== 10 && sample[end] !== 13) end++;
    const next = sample[end] === 13 && sample[end + 1] === 10 ? end + 2 : end + 1;
    return { text: new TextDecoder().decode(sample.subarray(from, end)), next: Math.min(next, sample.length) };
  };
  const above = lineAt(0);
  const separator = /^"?sep=(.|\t)"?$/i.exec(above.text);
  if (separator) {
    delimiter ??= separator[1];
    [start, line] = [above.next, 2];
    notes.push(`line 1 (${above.text.trim()}) is not part of the table: it names the separator`);
  }
  let comments = 0;
  let lastComment = start;
  let below = start;
  while (below < sample.length && sample[below] === 0x23) {
    lastComment = below;
    below = lineAt(below).next;
    comments++;
  }
  delimiter ??= findDelimiter(sample, comments > 0 && below < sample.length ? below : start);
  if (comments > 0 && below < sample.length) {
    const [width] = widths(sample, below, delimiter, 1);
    const named = sample[lastComment + 1] === delimiter.charCodeAt(0) && delimiter !== " ";
    const [asHeader] = widths(sample, named ? lastComment : lastComment + 1, delimiter, 1);
    // A comment above a row with numbers can be the header; above a row of words, that row is the header
    const header = asHeader === width && hasNumber(sample, below, delimiter);
    const left = header ? comments - 1 : comments;
    if (left > 0) notes.push(`left out: ${left === 1 ? "1 line" : `${left} lines`} at the top that begin with #`);
    if (header && !named)
      notes.push(`line ${line + comments - 1} is read as the first row, without the # at its beginning`);
    start = header ? (named ? lastComment : lastComment + 1) : below;
    line += header ? comments - 1 : comments;
  }
  const [first, ...others] = widths(sample, start, delimiter, sampledRows);
  const oneMore = others.length > 1 && others.every((width) => width === first + 1);
  const unnamed = oneMore && (delimiter === " " || delimiter === "\t") ? 1 : 0;
  if (unnamed > 0)
    notes.push("the first row has one cell less than all others, so the first column (probably row names) has no name");
  return { delimiter, start, line, unnamed, notes };
}

function findDelimiter(sample: Uint8Array, start: number): string {
  let best: { readonly delimiter: string; readonly share: number; readonly width: number } | undefined;
  for (const delimiter of separators) {
    const found = widths(sample, start, delimiter, sampledRows);
    const counts = new Map<number, number>();
    for (const width of found) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
    const share = found.length === 0 ? 0 : count / found.length;
    if (width > 1 && share > (best?.share ?? 0.5 - 1e-9)) best = { delimiter, share, width };
  }
  if (best && best.share === 1 && best.delimiter !== "\t") return best.delimiter;
  const inRuns = spaceWidth(sample, start);
  if (inRuns > (best && best.share > 0.9 ? best.width : 1)) return " ";
  return best?.delimiter ?? ",";
}

/** The number of cells in each row if spaces are the separator; 0 if rows differ or most cells are not numbers. */
function spaceWidth(sample: Uint8Array, start: number): number {
  const found = widths(sample, start, " ", sampledRows);
  const [first = 0, second = first] = found;
  if (
    found.length < 2 ||
    !found.slice(1).every((width) => width === second) ||
    second < 2 ||
    second - first > 1 ||
    first > second
  )
    return 0;
  let [numbers, cells] = [0, 0];
  eachRow(sample, start, " ", sampledRows, (row) => {
    for (const cell of row) {
      cells++;
      if (!Number.isNaN(plainNumber(new TextDecoder().decode(cell)))) numbers++;
    }
  });
  return numbers >= cells / 3 ? second : 0;
}

function hasNumber(sample: Uint8Array, start: number, delimiter: string): boolean {
  let found = false;
  eachRow(sample, start, delimiter, 1, (row) => {
    found = row.some((cell) => !Number.isNaN(plainNumber(new TextDecoder().decode(cell), delimiter === ";")));
  });
  return found;
}

function widths(sample: Uint8Array, start: number, delimiter: string, most: number): number[] {
  const found: number[] = [];
  eachRow(sample, start, delimiter, most, (row) => found.push(row.length));
  return found;
}

/** Calls `visit` for each row with content, up to the first that cannot be read. */
function eachRow(
  sample: Uint8Array,
  start: number,
  delimiter: string,
  most: number,
  use: (cells: Uint8Array[]) => void,
): void {
  const scanner = new CellScanner("", delimiter);
  try {
    // A few rows are enough for wide tables
    for (
      let [position, rows, cells] = [start, 0, 0];
      position < sample.length && rows < most && (rows < 5 || cells < sampledCells);
    ) {
      const row = scanner.scanRow(sample, position, sample.length);
      if (!row) return;
      position = row.next;
      if (row.cells.every(({ length }) => length === 0)) continue;
      use(row.cells);
      rows++;
      cells += row.cells.length;
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
}
