import { DataError } from "../tensor/errors.ts";
import type { RawTable, RawTableOptions } from "./rawTable.ts";
import { RowLineBuilder } from "./rowLines.ts";
import { type CellValue, ValueColumns } from "./valueColumns.ts";

const mostDepth = 20;

/** Reads JSON objects one by one, as rows. Nested objects become columns such as "size.width". Throws DataError. */
class JsonRows {
  readonly columns: ValueColumns;
  private readonly name: string;
  private readonly nested = new Set<string>();
  private readonly lists = new Set<string>();

  constructor(options: RawTableOptions) {
    this.columns = new ValueColumns(options);
    this.name = options.name;
  }

  add(value: unknown, place: string): void {
    const row = this.columns.rows;
    this.columns.rows++;
    if (Array.isArray(value)) {
      for (const [i, cell] of value.entries()) this.set(row, `column ${i + 1}`, cell, 0, place);
      return;
    }
    if (typeof value !== "object" || value === null) {
      throw new DataError(`${this.name}: ${place}: expected an object such as {"height": 1.5}, found ${shown(value)}`);
    }
    for (const [name, cell] of Object.entries(value)) this.set(row, name, cell, 0, place);
  }

  private set(row: number, name: string, value: unknown, depth: number, place: string): void {
    if (typeof value !== "object" || value === null) {
      this.columns.set(row, name, value as CellValue);
      if (value === null || value === "") this.columns.declare(name);
      return;
    }
    if (Array.isArray(value)) {
      this.lists.add(name);
      this.columns.set(
        row,
        name,
        JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each)),
      );
      return;
    }
    if (depth === mostDepth)
      throw new DataError(`${this.name}: ${place}: expected at most ${mostDepth} levels of nested objects, found more`);
    this.nested.add(name);
    for (const [key, cell] of Object.entries(value)) this.set(row, `${name}.${key}`, cell, depth + 1, place);
  }

  finish(format: string, lines: RawTable["lines"], notes: readonly string[]): RawTable {
    if (this.columns.rows === 0) throw new DataError(`${this.name}: expected rows, found none`);
    const { names, rows } = this.columns;
    const example = [...this.nested].find((name) => !name.includes("."));
    const inner = names.find((name) => name.startsWith(`${example}.`)) ?? `${example}.…`;
    const all = [
      ...notes,
      ...(example === undefined ? [] : [`objects within rows become columns, such as ${inner}`]),
      ...(this.lists.size === 0 ? [] : [`lists are read as texts: ${[...this.lists].slice(0, 5).join(", ")}`]),
    ];
    return { name: this.name, format, names, rows, columns: this.columns.finish(), lines, notes: all };
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Integers with more digits than float64 has are kept as text. */
function parse(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const exact = (_: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
    return /^-?\d+$/.test(context?.source ?? "") ? context?.source : value;
  };
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]);
}

/** Whether a text is JSON lines: its first line is a JSON value and other lines follow, or it consists of one object. */
export function isJsonLines(head: string): boolean {
  const text = head.replace(/^\ufeff/, "").trimStart();
  const [line, ...rest] = text.split("\n");
  try {
    const value: unknown = JSON.parse(line);
    if (rest.some((each) => each.trim() !== "")) return true;
    if (typeof value !== "object" || value === null) return true;
    return !Array.isArray(value) && !Object.values(value).some((each) => typeof each === "object" && each !== null);
  } catch {
    // the first line is longer than the head
    return rest.length === 0 && text.startsWith("{") && head.length > 10_000;
  }
}

/** One JSON object in each line (JSONL, NDJSON); `push` the text in pieces, `end`, `finish`. */
export class JsonLinesReader {
  private readonly rows: JsonRows;
  private readonly name: string;
  private readonly mostBytes: number;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private line = 1;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private readonly lines = new RowLineBuilder();

  constructor(options: RawTableOptions) {
    this.rows = new JsonRows(options);
    this.name = options.name;
    this.mostBytes = Math.min(options.mostBytes ?? Number.POSITIVE_INFINITY, 500_000_000);
  }

  push(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
      this.addLine(piece.subarray(start, end));
      start = end + 1;
    }
    if (start === piece.length) return;
    this.waiting.push(piece.slice(start));
    this.waitingBytes += piece.length - start;
    if (this.waitingBytes > this.mostBytes) {
      throw new DataError(
        `${this.name}: row ${this.line}: expected a line of at most ${this.mostBytes.toLocaleString("en")} bytes, found more`,
      );
    }
    this.rows.columns.checkMemory();
  }

  private addLine(bytes: Uint8Array): void {
    let line = bytes;
    if (this.waiting.length > 0) {
      line = new Uint8Array(this.waitingBytes + bytes.length);
      let at = 0;
      for (const part of [...this.waiting, bytes]) {
        line.set(part, at);
        at += part.length;
      }
      this.waiting = [];
      this.waitingBytes = 0;
    }
    const place = `row ${this.line++}`;
    let text: string;
    try {
      text = this.decoder.decode(line).trim();
    } catch {
      throw new DataError(`${this.name}: ${place}: expected JSON in UTF-8, found other bytes`);
    }
    if (text === "") return;
    let value: unknown;
    try {
      value = parse(text);
    } catch (error) {
      throw new DataError(`${this.name}: ${place}: not JSON: ${(error as Error).message}`);
    }
    this.lines.add(this.rows.columns.rows, this.line - 1, this.line);
    this.rows.add(value, place);
  }

  end(): void {
    if (this.waitingBytes > 0) this.addLine(new Uint8Array(0));
  }

  finish(): RawTable {
    return this.rows.finish("JSON lines", this.lines.finish(), []);
  }
}

/** The cells of a column: a list, or an object with the keys 0, 1, …, as written by pandas. */
function listOf(cells: unknown): unknown[] | undefined {
  if (Array.isArray(cells)) return cells;
  if (typeof cells !== "object" || cells === null) return undefined;
  return Object.keys(cells).every((key, i) => key === String(i)) ? Object.values(cells) : undefined;
}

/** Reads a JSON text: a list of objects or of lists, an object of columns, or one object as a row. Throws DataError. */
export function readRawJson(text: string, options: RawTableOptions): RawTable {
  const { name } = options;
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new DataError(`${name}: not JSON: ${(error as Error).message}`);
  }
  const rows = new JsonRows(options);
  const lines = { at: (row: number) => row + 1 };
  if (!Array.isArray(value)) {
    const columns = Object.entries(value as Record<string, unknown>).map(
      ([key, cells]) => [key, listOf(cells)] as const,
    );
    const [, first] = columns[0] ?? [];
    if (!first || columns.some(([, cells]) => cells?.length !== first.length)) {
      rows.add(value, "row 1");
      return rows.finish("JSON, one object", lines, []);
    }
    for (let row = 0; row < first.length; row++) {
      rows.add(Object.fromEntries(columns.map(([key, cells]) => [key, (cells as unknown[])[row]])), `row ${row + 1}`);
    }
    return rows.finish("JSON, columns", lines, []);
  }
  for (const [i, row] of value.entries()) rows.add(row, `row ${i + 1}`);
  return rows.finish("JSON", lines, []);
}
