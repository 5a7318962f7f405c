import { DataError } from "../tensor/errors.ts";

const [tab, newline, carriageReturn, space, quote] = [9, 10, 13, 32, 34];

/** Finds cells one by one in bytes of delimited text. A separator of " " means a run of spaces and tabs. */
export class CellScanner {
  /** the content of the cell that was scanned last, without quotes and surrounding spaces: bytes[from, to) */
  bytes: Uint8Array = new Uint8Array(0);
  from = 0;
  to = 0;
  /** the number of the current line */
  line = 1;
  private readonly name: string;
  private readonly separator: number;
  private readonly runs: boolean;
  private unquoted = new Uint8Array(64);

  constructor(name: string, delimiter: string) {
    this.name = name;
    this.separator = delimiter.charCodeAt(0);
    this.runs = delimiter === " ";
  }

  /**
   * Scans the cell that begins at `start`. Returns the position of the last byte of its separator or of the line end, or −1 if
   * the text ends within quotes. Throws DataError if more text follows the closing quote.
   */
  scan(text: Uint8Array, start: number, end: number): number {
    const { separator, runs } = this;
    let position = start;
    while (text[position] === space || (text[position] === tab && separator !== tab)) position++;
    if (text[position] === quote) return this.scanQuoted(text, position, end);
    this.bytes = text;
    this.from = position;
    let byte = text[position];
    if (runs)
      while (byte !== space && byte !== tab && byte !== newline && byte !== carriageReturn) byte = text[++position];
    else while (byte !== separator && byte !== newline && byte !== carriageReturn) byte = text[++position];
    let to = position;
    while (to > this.from && (text[to - 1] === space || text[to - 1] === tab)) to--;
    this.to = to;
    return runs ? this.endOfRun(text, position) : position;
  }

  private scanQuoted(text: Uint8Array, start: number, end: number): number {
    let position = start + 1;
    let doubled = false;
    for (;;) {
      const close = text.indexOf(quote, position);
      if (close < 0 || close >= end) return -1;
      if (text[close + 1] !== quote || close + 1 >= end) {
        position = close;
        break;
      }
      doubled = true;
      position = close + 2;
    }
    this.countLines(text, start, position);
    this.bytes = text;
    this.from = start + 1;
    this.to = position;
    if (doubled) this.halveQuotes();
    while (this.from < this.to && isSpace(this.bytes[this.from])) this.from++;
    while (this.from < this.to && isSpace(this.bytes[this.to - 1])) this.to--;
    position++;
    if (this.runs && isBlank(text[position])) return this.endOfRun(text, position);
    while (text[position] === space || (text[position] === tab && this.separator !== tab)) position++;
    const byte = text[position];
    if (byte === this.separator || byte === newline || byte === carriageReturn) return position;
    const found = new TextDecoder().decode(text.subarray(position, Math.min(position + 20, end))).split(/[\r\n]/)[0];
    throw new DataError(
      `${this.name}: row ${this.line}: expected the end of the cell after its closing quote, found ${found}; a quote within quotes is written twice`,
    );
  }

  /** The last of a run of spaces and tabs, or the line end that follows. */
  private endOfRun(text: Uint8Array, start: number): number {
    let position = start;
    while (isBlank(text[position])) position++;
    return text[position] === newline || text[position] === carriageReturn ? position : position - 1;
  }

  private halveQuotes(): void {
    const length = this.to - this.from;
    if (this.unquoted.length < length) this.unquoted = new Uint8Array(2 * length);
    let to = 0;
    for (let i = this.from; i < this.to; i++) {
      if (this.bytes[i] === quote) i++;
      this.unquoted[to++] = this.bytes[i];
    }
    this.bytes = this.unquoted;
    this.from = 0;
    this.to = to;
  }

  private countLines(text: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      if (text[i] === newline || (text[i] === carriageReturn && text[i + 1] !== newline)) this.line++;
    }
  }

  /** The position after the line end at a position. */
  afterLineEnd(text: Uint8Array, position: number): number {
    this.line++;
    return text[position] === carriageReturn && text[position + 1] === newline ? position + 2 : position + 1;
  }

  /** All cells of a row and the position of the next row; undefined if the text ends within the row. */
  scanRow(
    text: Uint8Array,
    start: number,
    end: number,
  ): { readonly cells: Uint8Array[]; readonly next: number } | undefined {
    const { line } = this;
    const cells: Uint8Array[] = [];
    let position = start;
    for (;;) {
      position = this.scan(text, position, end);
      if (position < 0 || position >= end) {
        this.line = line;
        return undefined;
      }
      cells.push(this.bytes.slice(this.from, this.to));
      if (isLineEnd(text[position])) return { cells, next: this.afterLineEnd(text, position) };
      position++;
    }
  }
}

const isBlank = (byte: number): boolean => byte === space || byte === tab;
const isSpace = (byte: number): boolean => byte === space || (byte >= tab && byte <= carriageReturn);
const isLineEnd = (byte: number): boolean => byte === newline || byte === carriageReturn;
