import { DataError } from "../tensor/errors.ts";
import { CellScanner } from "./cellScanner.ts";
import { ColumnBuilder, inNumbers, inTexts } from "./columnBuilder.ts";
import { decimalNumber, powersOfTen } from "./decimalNumber.ts";
import { headerSampleRows } from "./header.ts";
import { plainNumber } from "./rawTable.ts";
import { RowLineBuilder } from "./rowLines.ts";

export interface DelimitedOptions {
  /** the name of the file, for messages */
  readonly name: string;
  /** "," ";" "\t" "|", or " " for runs of spaces and tabs */
  readonly delimiter: string;
  readonly isAmongNumbers: (text: string) => boolean;
  /** whether a column is read as texts, from its cell in the first row */
  readonly isText: (cell: string, column: number) => boolean;
  /** by the same cell: whether all rows of a column are kept, or only the first ones, which decide whether there is a header */
  readonly isKept: (cell: string, column: number) => boolean;
  /** an estimate of the number of rows, from the bytes of one */
  readonly estimateRows: (bytesPerRow: number) => number;
  /** the most memory in bytes; a larger table is refused */
  readonly mostBytes?: number | undefined;
  /** the number of the line in which the text begins */
  readonly line: number;
  /** cells to insert before the first row if it has fewer than the others */
  readonly unnamed?: number | undefined;
}

const [tab, newline, carriageReturn, space, quote, comma, point, plus, minus] = [9, 10, 13, 32, 34, 44, 46, 43, 45];
const [zero, lowerE] = [48, 101];
/** The number of rows that memory is allocated for at first. */
const fewRows = 64;
/** What is done with the cells of a column that is not kept, and of most columns in the second reading. */
const skipped = 0;

/**
 * Parses delimited text from bytes into columns, without making a string for each number. The encoding must be a superset of
 * ASCII. `parseRows` is one long function, because a call for each cell would double its time; test/data/simpleCsv.ts is a simple
 * and slow version.
 */
export class DelimitedParser {
  first: string[] | undefined;
  firstLine = 1;
  /** whether the first row is valid UTF-8 */
  firstIsUtf8 = true;
  rows = 0;
  columns: ColumnBuilder[] = [];
  readonly lines = new RowLineBuilder();
  /** the number of rows without content, which are left out, and the line of the first */
  emptyRows = 0;
  emptyLine = 0;
  private readonly options: DelimitedOptions;
  private readonly scanner: CellScanner;
  private capacity = 0;
  private bytesOfRows = 0;
  /** in the second reading: the number of rows so far, and the number of rows to read */
  private again: { row: number; readonly until: number } | undefined;

  constructor(options: DelimitedOptions) {
    this.options = options;
    this.scanner = new CellScanner(options.name, options.delimiter);
    this.scanner.line = options.line;
  }

  /**
   * Parses the rows of text[from, to), where to − 1 is a line end. Returns the start of an incomplete row (a quoted cell is
   * open), or `to`. Throws DataError for a row with more or fewer cells than the first.
   */
  parse(text: Uint8Array, from: number, to: number): number {
    let position = this.first ? from : this.parseFirst(text, from, to);
    if (!this.first) return position;
    const samples = !this.again && this.rows < headerSampleRows && this.columns.some(({ isKept }) => !isKept);
    if (samples) position = this.parseRows(text, position, to, headerSampleRows);
    return samples && this.rows < headerSampleRows ? position : this.parseRows(text, position, to);
  }

  /** The error for a text that ends where `parse` has stopped. */
  openQuote(): DataError {
    return new DataError(
      `${this.options.name}: row ${this.scanner.line}: expected a closing quote, found the end of the file; write a quote within quotes twice`,
    );
  }

  /**
   * Whether a second reading is needed, because columns turned out to be texts after some of their numbers had been read and the
   * original texts of these numbers must be read. If so, `parse` expects the same bytes again, until `done`.
   */
  readAgain(): boolean {
    const until = this.columns.reduce((most, { pendingRows }) => Math.max(most, pendingRows), 0);
    if (until === 0) return false;
    this.again = { row: 0, until };
    this.first = undefined;
    this.scanner.line = this.options.line;
    return true;
  }

  get done(): boolean {
    return this.again !== undefined && this.again.row >= this.again.until;
  }

  private parseFirst(text: Uint8Array, from: number, to: number): number {
    const { isText, isAmongNumbers, isKept, unnamed = 0 } = this.options;
    let position = from;
    while (position < to) {
      const { line } = this.scanner;
      const row = this.scanner.scanRow(text, position, to);
      if (!row) return position;
      position = row.next;
      if (row.cells.every(({ length }) => length === 0)) {
        this.skipEmpty(line, row.cells.length > 1);
        continue;
      }
      this.firstIsUtf8 = row.cells.every(isUtf8);
      const decoder = new TextDecoder(this.firstIsUtf8 ? "utf-8" : "windows-1252", { ignoreBOM: true });
      this.first = [...Array<string>(unnamed).fill(""), ...row.cells.map((cell) => decoder.decode(cell))];
      this.firstLine = line;
      if (this.again) break;
      this.columns = this.first.map((cell, i) => {
        const column = new ColumnBuilder(isAmongNumbers, isText(cell, i));
        column.isKept = isKept(cell, i);
        return column;
      });
      break;
    }
    return position;
  }

  private parseRows(text: Uint8Array, from: number, to: number, most = Number.POSITIVE_INFINITY): number {
    const { columns, scanner, again } = this;
    const width = columns.length;
    const separator = this.options.delimiter.charCodeAt(0);
    const runs = separator === space;
    const skipsTabs = separator !== tab;
    const decimal = separator === 0x3b ? comma : point;
    let row = again ? again.row : this.rows;
    const until = again ? again.until : most;
    const modes = Uint8Array.from(columns, ({ mode, pendingRows, isKept }) => {
      if (again) return pendingRows > 0 ? inTexts : skipped;
      return isKept || row < headerSampleRows ? mode : skipped;
    });
    let numbers = columns.map((column) => column.numbers);
    let position = from;
    rows: while (position < to && row < until) {
      const start = position;
      const { line } = scanner;
      if (!again && row >= this.capacity) {
        this.reserve(row + 1);
        numbers = columns.map((column) => column.numbers);
      }
      let filled = false;
      let column = 0;
      let byte = text[position];
      for (;;) {
        while (byte === space || (byte === tab && skipsTabs)) byte = text[++position];
        if (column === width) {
          // too many cells, unless all are empty; or a quote is open
          scanner.line = line;
          const all = scanner.scanRow(text, start, to);
          if (all && (filled || all.cells.some(({ length }) => length > 0))) throw this.raggedRow(all.cells, line);
          for (const each of columns) each.takeBack(row);
          if (!all) return start;
          this.skipEmpty(line, true);
          position = all.next;
          continue rows;
        }
        // A plain number: sign, digits, point, digits, exponent; in quotes, perhaps
        if (modes[column] === inNumbers) {
          let next = position;
          const quoted = byte === quote;
          if (quoted) byte = text[++next];
          const negative = byte === minus;
          if (negative || byte === plus) byte = text[++next];
          const whole = next;
          // The first nine digits, the next six and the next nine as separate integers, because integer arithmetic is faster
          let a = 0;
          let b = 0;
          let c = 0;
          let digits = 0;
          let pointAt = -1;
          for (;;) {
            const digit = byte ^ zero;
            if (digit < 10) {
              if (digits < 9) a = (Math.imul(a, 10) + digit) | 0;
              else if (digits < 15) b = (Math.imul(b, 10) + digit) | 0;
              else if (digits < 24) c = (Math.imul(c, 10) + digit) | 0;
              digits++;
            } else if ((byte === point || byte === decimal) && pointAt < 0) pointAt = next;
            else break;
            byte = text[++next];
          }
          const hasPoint = pointAt >= 0;
          const wholeDigits = (hasPoint ? pointAt : next) - whole;
          let exponent = wholeDigits - digits;
          let plain = wholeDigits < 2 || text[whole] !== zero;
          const hasExponent = (byte | 32) === lowerE;
          if (hasExponent) {
            byte = text[++next];
            const down = byte === minus;
            if (down || byte === plus) byte = text[++next];
            const power = next;
            let given = 0;
            let digit = byte ^ zero;
            while (digit < 10) {
              given = Math.min(given * 10 + digit, 99_999);
              byte = text[++next];
              digit = byte ^ zero;
            }
            if (next === power) plain = false;
            exponent += down ? -given : given;
          }
          if (digits === 0 || (wholeDigits > 15 && !hasPoint && !hasExponent)) plain = false;
          if (plain) {
            const end = next;
            if (quoted) {
              plain = byte === quote;
              byte = text[++next];
            }
            const blanks = next;
            while (byte === space || (byte === tab && skipsTabs)) byte = text[++next];
            const lineEnds = byte === newline || byte === carriageReturn;
            if (plain && (byte === separator || lineEnds || (runs && next > blanks))) {
              let value = digits <= 9 ? a : digits <= 15 ? a * powersOfTen[digits - 9] + b : Number.NaN;
              if (exponent >= -22 && exponent <= 22) {
                value = exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[exponent];
              } else if (value !== 0) value = Number.NaN;
              if (Number.isNaN(value) && digits > 15 && digits <= 24) {
                value = decimalNumber(a * 1e6 + b, c, digits - 15, exponent);
              }
              if (Number.isNaN(value)) value = exactNumber(text, whole, end);
              if (value < Number.POSITIVE_INFINITY) {
                numbers[column][row] = negative ? -value : value;
                if (hasPoint && text[pointAt] === comma) columns[column].commas = true;
                filled = true;
                column++;
                position = next;
                if (lineEnds) break;
                if (!runs) position++;
                byte = text[position];
                continue;
              }
            }
          }
        }
        const inQuotes = text[position] === quote;
        if (modes[column] === skipped && !inQuotes && !runs) {
          const cell = position;
          while (byte !== separator && byte !== newline && byte !== carriageReturn) byte = text[++position];
          if (position > cell) filled = true;
          column++;
          if (byte !== separator) break;
          byte = text[++position];
          continue;
        }
        position = scanner.scan(text, position, to);
        if (position < 0) {
          for (const each of columns) each.takeBack(row);
          scanner.line = line;
          position = start;
          break rows;
        }
        const empty = scanner.from === scanner.to;
        if (!empty) filled = true;
        const padded = inQuotes && modes[column] === inNumbers ? this.paddedNumber() : Number.NaN;
        if (!Number.isNaN(padded)) numbers[column][row] = padded;
        else if (modes[column] !== skipped) {
          columns[column].addText(row, scanner.bytes, scanner.from, scanner.to);
          modes[column] = columns[column].mode;
        }
        column++;
        byte = text[position];
        if (byte === newline || byte === carriageReturn) break;
        byte = text[++position];
      }
      position = scanner.afterLineEnd(text, position);
      if (!filled) {
        this.skipEmpty(line, column > 1);
        continue;
      }
      if (column !== width) {
        scanner.line = line;
        throw this.raggedRow(scanner.scanRow(text, start, to)?.cells ?? [], line);
      }
      if (!again) {
        this.lines.add(row, line, scanner.line);
        this.bytesOfRows += position - start;
        this.rows = row + 1;
      } else again.row = row + 1;
      row++;
    }
    return position;
  }

  /** The number in a quoted cell with spaces or line ends around it, such as "1.5 "; else NaN. */
  private paddedNumber(): number {
    const { bytes, from, to } = this.scanner;
    return to - from > 400
      ? Number.NaN
      : plainNumber(new TextDecoder().decode(bytes.subarray(from, to)), this.options.delimiter === ";");
  }

  private skipEmpty(line: number, count: boolean): void {
    if (this.again || !count) return;
    if (this.emptyRows++ === 0) this.emptyLine = line;
  }

  private reserve(rows: number): void {
    // Memory that is never written costs nothing, so the estimate may be too high
    const estimate = this.rows === 0 ? 0 : Math.ceil(this.options.estimateRows(this.bytesOfRows / this.rows));
    const cautious = Math.min(estimate, 16 * this.capacity);
    this.capacity = Math.max(rows, fewRows, cautious, Math.ceil(this.capacity * 1.25));
    this.checkMemory(Math.max(rows, estimate));
    try {
      for (const column of this.columns)
        column.reserve(column.isKept ? this.capacity : Math.min(this.capacity, headerSampleRows));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.tooLarge(this.capacity, 8 * this.capacity * this.columns.length);
    }
  }

  /** The first rows may differ from the rest, so the estimate is used only after some thousand rows. */
  private checkMemory(estimate: number): void {
    const { mostBytes = Number.POSITIVE_INFINITY } = this.options;
    const rows = this.rows < 10_000 ? this.rows : estimate;
    const bytes = this.columns.reduce((sum, column) => sum + (column.isKept ? column.bytesOf(rows, this.rows) : 0), 0);
    if (bytes > mostBytes) throw this.tooLarge(rows, bytes);
  }

  private tooLarge(rows: number, bytes: number): DataError {
    const { name, mostBytes } = this.options;
    const size = `about ${rows.toLocaleString("en")} rows of ${this.columns.length} columns take ${gigabytes(bytes)}`;
    const limit =
      mostBytes === undefined
        ? "more than the available memory"
        : `more than the ${gigabytes(mostBytes)} of memory for data`;
    return new DataError(`${name}: ${size}, ${limit}; use fewer rows or columns`);
  }

  private raggedRow(cells: readonly Uint8Array[], line: number): DataError {
    const { name, delimiter } = this.options;
    const shown = cells.slice(0, 50).map((cell) => new TextDecoder().decode(cell));
    const found = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}`;
    return new DataError(
      `${name}: row ${line}: expected ${this.columns.length} cells like the header, found ${found}: ${shown.join(delimiter).slice(0, 80)}`,
    );
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The digits text[from, to) parsed by JavaScript's Number, for numbers that are hard to round correctly. */
function exactNumber(text: Uint8Array, from: number, to: number): number {
  return Number(new TextDecoder().decode(text.subarray(from, to)).replace(",", "."));
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
