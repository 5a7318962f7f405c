import type { RowLines } from "./table.ts";
import { grown } from "./textPool.ts";

/** Collects the lines in which rows begin. Only rows that do not begin in the line after the previous row take memory. */
export class RowLineBuilder {
  private rows = new Int32Array(16);
  private lines = new Int32Array(16);
  private length = 0;
  private expected = 0;

  /** Records that a row begins in `line`; `next` is the line after the row. */
  add(row: number, line: number, next: number): void {
    if (line !== this.expected) {
      if (this.length === this.rows.length) {
        this.rows = grown(this.rows, this.length + 1);
        this.lines = grown(this.lines, this.length + 1);
      }
      this.rows[this.length] = row;
      this.lines[this.length++] = line;
      this.expected = line;
    }
    this.expected++;
    if (next !== this.expected) this.expected = -1; // the row has several lines
  }

  finish(): RowLines {
    const { rows, lines, length } = this;
    return {
      at(row) {
        let [low, high] = [0, length]; // the last jump at or before the row
        while (high - low > 1) {
          const middle = (low + high) >>> 1;
          if (rows[middle] <= row) low = middle;
          else high = middle;
        }
        return length === 0 ? undefined : lines[low] + row - rows[low];
      },
    };
  }
}
