import {
  columnNames,
  type DataSource,
  distinctTexts,
  knownRows,
  type OwnData,
  printable,
  sourceLines,
} from "../src/node.ts";
import { shortNumber } from "./format.ts";

export function plural(count: number, what: string, several = `${what}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? what : several}`;
}

/** What was found in a file or folder. */
export function describeOwnData(data: OwnData): string[] {
  const lines = data.kind === "table" ? describeTable(data) : describeImages(data);
  return [...lines, ...(data.notes ?? []).map(noteLine)].map((line) => printable(line));
}

function describeImages({ format, dataset, validation, test }: Extract<OwnData, { kind: "images" }>): string[] {
  const counts = countLabels(dataset.labels, dataset.labelNames.length);
  const classes = dataset.labelNames.map((name, label) => `${name} ${counts[label].toLocaleString("en")}`);
  const parts = [
    ...(validation ? [`${validation.labels.length.toLocaleString("en")} to choose the best epoch`] : []),
    ...(test ? [`${test.labels.length.toLocaleString("en")} to test`] : []),
  ];
  const given = parts.length > 0 ? `, and ${parts.join(", ")}` : "";
  return [
    `data      ${dataset.name}: ${format}, ${plural(dataset.labels.length, "image")} of ${dataset.inputShape.join("×")}${given}`,
    `classes   ${list(classes)}`,
  ];
}

function describeTable({ format, table }: Extract<OwnData, { kind: "table" }>): string[] {
  const lines = [
    `data      ${table.name}: ${format}, ${plural(table.rows, "row")}, ${plural(columnNames(table).length, "column")}`,
  ];
  const shown = table.columns.slice(0, 30).map((column) => {
    const { name, cells } = column;
    const known = knownRows(column);
    const missing = table.rows - known.length;
    if (known.length === 0) return `  ${name}: empty`;
    const gaps = missing > 0 ? `, ${missing.toLocaleString("en")} missing` : "";
    if (cells instanceof Float64Array) {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const row of known) {
        low = Math.min(low, cells[row]);
        high = Math.max(high, cells[row]);
      }
      return `  ${name}: numbers from ${shortNumber(low)} to ${shortNumber(high)}${gaps}`;
    }
    const texts = distinctTexts(column);
    return `  ${name}: ${plural(texts.length, "text")}: ${list(texts, 5)}${gaps}`;
  });
  const rest = columnNames(table).length - shown.length;
  const read = table.parts ? ` (this rank reads ${table.columns.length} of ${columnNames(table).length})` : "";
  return [...lines, ...shown, ...(rest > 0 ? [`  … and ${plural(rest, "column")} more${read}`] : [])];
}

/** A decision as a line; a warning begins with the word. */
const noteLine = (note: string): string =>
  note.startsWith("WARNING: ") ? `WARNING   ${note.slice("WARNING: ".length)}` : `note      ${note}`;

/** What becomes of the data in training, with all notes but those that were `shown` when the data was read. */
export function describeSource(source: DataSource, shown: readonly string[] = []): string[] {
  return sourceLines(source, shown).map(({ term, text }) => {
    return printable(term === "note" ? noteLine(text) : `${term.padEnd(9)} ${text}`);
  });
}

function countLabels(labels: Int32Array, classes: number): number[] {
  const counts = Array<number>(classes).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

function list(items: readonly string[], most = 12): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown}, … (${items.length})` : shown;
}
