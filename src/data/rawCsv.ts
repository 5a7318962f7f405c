import { DataError } from "../tensor/errors.ts";
import { everywhere, readsColumn } from "./columnParts.ts";
import { DelimitedParser } from "./delimitedParser.ts";
import { headerSampleRows } from "./header.ts";
import type { RawTable, RawTableOptions } from "./rawTable.ts";
import { delimiterNames, sniffText } from "./sniffText.ts";

/** So much of the text is looked at to find the separator. */
export const sampleBytes = 2 ** 16;

/** The table in a text with commas, semicolons, tabs, bars or spaces between cells. Throws DataError. */
export function readRawCsv(text: string, options: RawTableOptions): RawTable {
  const bytes = new TextEncoder().encode(text.replace(/^\ufeff/, ""));
  const reader = new DelimitedReader({ ...options, totalBytes: () => bytes.length });
  reader.push(bytes);
  reader.end();
  if (reader.readAgain()) {
    reader.push(bytes);
    reader.end();
  }
  return reader.finish();
}

export interface DelimitedReaderOptions extends RawTableOptions {
  /** of the text as UTF-8, as far as it is known: memory is reserved by it */
  readonly totalBytes: () => number;
}

/**
 * Takes delimited text in pieces of any length: `push` them, `end`; if `readAgain` says so, `push` the same once more and `end`; then
 * `finish`.
 */
export class DelimitedReader {
  private readonly options: DelimitedReaderOptions;
  private parser: DelimitedParser | undefined;
  private notes: readonly string[] = [];
  private delimiter = ",";
  /** where the first row begins, and how much of that has not been skipped yet */
  private start = 0;
  private toSkip = 0;
  /** bytes that have not been parsed, and how many there must be before it is worth trying again */
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private enough = sampleBytes;

  constructor(options: DelimitedReaderOptions) {
    this.options = options;
  }

  /** The piece is not kept, but parts of it are copied. */
  push(piece: Uint8Array): void {
    if (piece.indexOf(0) >= 0) throw new DataError(`${this.options.name}: not a text file: it has zero bytes`);
    if (this.done) return;
    this.waiting.push(piece);
    this.waitingBytes += piece.length;
    if (this.waitingBytes >= this.enough) this.parse(this.takeWaiting(0), false);
    // A piece that is kept must be a copy: its reader may write over it
    else this.waiting[this.waiting.length - 1] = piece.slice();
  }

  /** Whether nothing more is needed. */
  get done(): boolean {
    return this.parser?.done ?? false;
  }

  end(): void {
    const text = this.takeWaiting(1);
    text[text.length - 1] = 10;
    const last = text[text.length - 2];
    this.parse(last === 10 || last === 13 || text.length === 1 ? text.subarray(0, -1) : text, true);
  }

  private takeWaiting(room: number): Uint8Array {
    const { waiting } = this;
    if (waiting.length === 1 && room === 0) {
      this.waiting = [];
      this.waitingBytes = 0;
      return waiting[0];
    }
    const all = new Uint8Array(this.waitingBytes + room);
    let length = 0;
    for (const piece of waiting) {
      all.set(piece, length);
      length += piece.length;
    }
    this.waiting = [];
    this.waitingBytes = 0;
    return all;
  }

  private parse(text: Uint8Array, last: boolean): void {
    const cut = last ? text.length : lastLineEnd(text);
    if (cut === 0 && !last) {
      this.keep(text, 0);
      return;
    }
    this.parser ??= this.layOut(text.subarray(0, Math.min(cut, lastLineEnd(text.subarray(0, sampleBytes)) || cut)));
    const { parser } = this;
    if (parser.done) return;
    const from = Math.min(this.toSkip, cut);
    this.toSkip -= from;
    const position = parser.parse(text, from, cut);
    if (last && position < cut && !parser.done) throw parser.openQuote();
    this.keep(text, position);
  }

  private keep(text: Uint8Array, from: number): void {
    const { name, mostBytes = Number.POSITIVE_INFINITY } = this.options;
    if (text.length - from > mostBytes / 4) {
      throw new DataError(`${name}: a row of more than ${text.length - from} bytes does not fit into memory`);
    }
    if (from < text.length) {
      const rest = text.slice(from);
      this.waiting = [rest];
      this.waitingBytes = rest.length;
    }
    // A row that does not end is tried again when twice as much of it is there, so that long rows take linear time
    this.enough = Math.max(1, 2 * this.waitingBytes);
  }

  private layOut(sample: Uint8Array): DelimitedParser {
    const { name, amongNumbers, asText = [], totalBytes, mostBytes, parts } = this.options;
    const { delimiter, start, line, unnamed, notes } = sniffText(sample, this.options.delimiter);
    this.delimiter = delimiter;
    this.start = start;
    this.toSkip = start;
    this.notes = delimiter === " " ? [`the cells are separated by ${delimiterNames[delimiter]}`, ...notes] : notes;
    const context = { decimalComma: delimiter === ";" };
    return new DelimitedParser({
      ...{ name, delimiter, unnamed, line },
      isAmongNumbers: (text) => amongNumbers(text, context),
      isText: (cell, column) => asText.includes(cell) || asText.includes(`column ${column + 1}`),
      isKept: (cell, column) => readsColumn(parts, cell, column),
      estimateRows: (bytesPerRow) => (totalBytes() / bytesPerRow) * 1.02 + 100,
      mostBytes,
    });
  }

  readAgain(): boolean {
    if (!this.parser?.readAgain()) return false;
    this.toSkip = this.start;
    this.waiting = [];
    this.waitingBytes = 0;
    this.enough = 1;
    return true;
  }

  finish(): RawTable {
    const { name, parts } = this.options;
    const { parser, delimiter } = this;
    if (!parser?.first) throw new DataError(`${name}: the file is empty`);
    const { first, firstLine, firstIsUtf8, rows, emptyRows, emptyLine } = parser;
    const notes = [...this.notes];
    const isUtf8 = firstIsUtf8 && parser.columns.every((column) => column.isUtf8());
    const encoding = (parts ? everywhere(parts.ranks, isUtf8) : isUtf8) ? "utf-8" : "windows-1252";
    if (encoding !== "utf-8") {
      notes.push(
        "the text is not UTF-8 and is read as windows-1252 (Western European); save it as UTF-8 if letters are wrong",
      );
    }
    if (emptyRows > 0) {
      notes.push(
        `left out: ${emptyRows === 1 ? "1 row" : `${emptyRows} rows`} without any content (row ${emptyLine}${emptyRows > 1 ? " is the first" : ""})`,
      );
    }
    return {
      ...{
        name,
        format: formatNames[delimiter] ?? "delimited text",
        delimiter,
        decimalComma: delimiter === ";",
        first,
        firstLine,
      },
      rows,
      columns: parser.columns.map((column) =>
        column.finish(column.isKept ? rows : Math.min(rows, headerSampleRows), encoding),
      ),
      lines: parser.lines.finish(),
      notes,
    };
  }
}

const formatNames: Readonly<Record<string, string>> = {
  ",": "CSV",
  ";": "CSV with semicolons",
  "\t": "TSV",
  "|": "text with bars",
  " ": "text with spaces",
};

/** Behind the last line end; 0 if there is none. A carriage return at the very end may be half of one. */
function lastLineEnd(text: Uint8Array): number {
  const feed = text.lastIndexOf(10);
  if (feed >= 0) return feed + 1;
  const end = text[text.length - 1] === 13 ? text.length - 2 : text.length - 1;
  return text.lastIndexOf(13, end) + 1;
}
