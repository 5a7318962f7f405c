import { DataError } from "../tensor/errors.ts";
import { everywhere, readsColumn } from "./columnParts.ts";
import { DelimitedParser } from "./delimitedParser.ts";
import { headerSampleRows } from "./header.ts";
import type { RawTable, RawTableOptions } from "./rawTable.ts";
import { delimiterNames, sniffText } from "./sniffText.ts";

/** The length of the text in bytes that is used to find the separator. */
export const sampleBytes = 2 ** 16;

/** Reads the table in a text with commas, semicolons, tabs, bars or spaces between cells. Throws DataError. */
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
  /** the length of the text in bytes as UTF-8, if known; it determines how much memory is allocated */
  readonly totalBytes: () => number;
}

/**
 * Reads delimited text in pieces of any length. Call `push` for each piece, then `end`. If `readAgain` returns true, repeat
 * `push` and `end` with the same text. Then call `finish`.
 */
export class DelimitedReader {
  private readonly options: DelimitedReaderOptions;
  private parser: DelimitedParser | undefined;
  private notes: readonly string[] = [];
  private delimiter = ",";
  /** the position of the first row, and the number of bytes before it that are still to be skipped */
  private start = 0;
  private toSkip = 0;
  /** bytes that have not been parsed, and the number of bytes at which parsing is tried again */
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private enough = sampleBytes;

  constructor(options: DelimitedReaderOptions) {
    this.options = options;
  }

  /** Parts of the piece are copied; the piece itself is not kept. */
  push(piece: Uint8Array): void {
    if (piece.indexOf(0) >= 0) throw new DataError(`${this.options.name}: not a text file: it contains zero bytes`);
    if (this.done) return;
    this.waiting.push(piece);
    this.waitingBytes += piece.length;
    if (this.waitingBytes >= this.enough) this.parse(this.takeWaiting(0), false);
    // Copied, because the caller may overwrite the piece
    else this.waiting[this.waiting.length - 1] = piece.slice();
  }

  /** Whether no more text is needed. */
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
      throw new DataError(`${name}: a row has more than ${text.length - from} bytes and does not fit into memory`);
    }
    if (from < text.length) {
      const rest = text.slice(from);
      this.waiting = [rest];
      this.waitingBytes = rest.length;
    }
    // An incomplete row is parsed again when its length has doubled, so that long rows take linear time
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

/** The position after the last line end; 0 if there is none. A carriage return at the very end may be half of a line end. */
function lastLineEnd(text: Uint8Array): number {
  const feed = text.lastIndexOf(10);
  if (feed >= 0) return feed + 1;
  const end = text[text.length - 1] === 13 ? text.length - 2 : text.length - 1;
  return text.lastIndexOf(13, end) + 1;
}
