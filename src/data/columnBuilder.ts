import type { OddCells, RawCells } from "./rawTable.ts";
import type { TextCells } from "./table.ts";
import { grown, type TextEncodingName, TextPool } from "./textPool.ts";

export const inNumbers = 1;
export const inTexts = 2;

const encoder = new TextEncoder();
let scratch = new Uint8Array(256);
const noBytes = new Uint8Array(0);

/**
 * One column while it is read. It starts as numbers, with the other cells stored separately. The first text that cannot be in a
 * column of numbers turns it into a column of texts. `pendingRows` is then the number of rows that must be read again, because
 * the original text of their numbers was not kept.
 */
export class ColumnBuilder {
  mode: typeof inNumbers | typeof inTexts = inNumbers;
  /** the values of a column of numbers */
  numbers = new Float64Array(0);
  /** the codes of a column of texts */
  codes = new Int32Array(0);
  /** whether a number had a decimal comma */
  commas = false;
  pendingRows = 0;
  /** whether all rows are kept, not the first ones alone */
  isKept = true;
  private readonly pool = new TextPool();
  private oddRows = new Int32Array(0);
  private oddCodes = new Int32Array(0);
  private oddCount = 0;
  private readonly isAmongNumbers: (text: string) => boolean;
  private readonly decoder = new TextDecoder();

  /** whether cells come as values and not as text: the number 1 becomes the text "1", and no row is read again */
  private readonly ofValues: boolean;

  constructor(isAmongNumbers: (text: string) => boolean, asText: boolean, ofValues = false) {
    this.isAmongNumbers = isAmongNumbers;
    this.ofValues = ofValues;
    if (asText) this.mode = inTexts;
  }

  /** the estimated memory for `rows` rows, if the remaining rows are like those that were read */
  bytesOf(rows: number, read: number): number {
    const perRow = this.mode === inNumbers ? 8 : 4;
    return perRow * rows + (this.pool.memory / Math.max(read, 1)) * rows;
  }

  /** Allocates space for this number of rows. */
  reserve(rows: number): void {
    if (this.mode === inNumbers) this.numbers = resized(this.numbers, rows);
    if (this.mode === inTexts) this.codes = resized(this.codes, rows);
  }

  /** Adds a cell that is not a plain number; it is empty if from = to. */
  addText(row: number, source: Uint8Array, from: number, to: number): void {
    if (this.mode === inTexts) {
      this.codes[row] = this.pool.intern(source, from, to);
      return;
    }
    this.numbers[row] = Number.NaN;
    if (from === to) return;
    const code = this.pool.intern(source, from, to);
    if (this.pool.isNew && !this.isAmongNumbers(this.decoder.decode(source.subarray(from, to)))) {
      this.becomeTexts(row);
      this.codes[row] = code;
      return;
    }
    if (this.oddCount === this.oddRows.length) {
      this.oddRows = grown(this.oddRows, this.oddCount + 1);
      this.oddCodes = grown(this.oddCodes, this.oddCount + 1);
    }
    this.oddRows[this.oddCount] = row;
    this.oddCodes[this.oddCount++] = code;
  }

  /** Removes the cell of the last row. */
  takeBack(row: number): void {
    while (this.oddCount > 0 && this.oddRows[this.oddCount - 1] === row) this.oddCount--;
  }

  private becomeTexts(rows: number): void {
    this.codes = new Int32Array(this.numbers.length);
    const empty = this.pool.intern(noBytes, 0, 0);
    this.codes.fill(empty, 0, rows);
    for (let i = 0; i < this.oddCount; i++) this.codes[this.oddRows[i]] = this.oddCodes[i];
    let last = rows - 1;
    while (last >= 0 && Number.isNaN(this.numbers[last])) last--;
    this.pendingRows = last + 1;
    const { numbers } = this;
    this.mode = inTexts;
    this.numbers = new Float64Array(0);
    this.oddCount = 0;
    if (!this.ofValues) return;
    for (let row = 0; row < this.pendingRows; row++) {
      if (!Number.isNaN(numbers[row])) this.addString(row, String(numbers[row]));
    }
    this.pendingRows = 0;
  }

  addNumber(row: number, value: number): void {
    if (this.mode === inNumbers && Math.abs(value) < Number.POSITIVE_INFINITY) this.numbers[row] = value;
    else
      this.addString(
        row,
        Number.isNaN(value) ? "" : Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf",
      );
  }

  /** Removes the spaces around a text. */
  addString(row: number, text: string): void {
    const trimmed = text.trim();
    if (scratch.length < 3 * trimmed.length) scratch = new Uint8Array(6 * trimmed.length);
    this.addText(row, scratch, 0, encoder.encodeInto(trimmed, scratch).written);
  }

  isUtf8(): boolean {
    return this.pool.isUtf8();
  }

  /** The finished column with this number of rows; nothing can be added afterwards. */
  finish(rows: number, encoding: TextEncodingName): RawCells {
    if (this.mode === inTexts) return { kind: "texts", texts: this.texts(this.codes.subarray(0, rows), encoding) };
    const odd: OddCells | undefined =
      this.oddCount === 0
        ? undefined
        : {
            rows: this.oddRows.slice(0, this.oddCount),
            texts: this.texts(this.oddCodes.slice(0, this.oddCount), encoding),
          };
    return { kind: "numbers", numbers: this.numbers.subarray(0, rows), odd, commas: this.commas };
  }

  private texts(codes: Int32Array, encoding: TextEncodingName): TextCells {
    return { codes, values: this.pool.finish(encoding) };
  }
}

function resized<T extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(array: T, length: number): T {
  const other = new (array.constructor as new (length: number) => T)(length);
  other.set(array.length <= length ? array : (array.subarray(0, length) as T));
  return other;
}
