import {
  type ColumnSummary,
  inspectImages,
  inspectTable,
  type OwnData,
  printable,
  type TableInspection,
} from "../src/node.ts";
import { plural } from "./describeData.ts";
import { shortNumber } from "./format.ts";

// What `data info` shows: an aligned table of the columns, the classes with bars, and likely problems.

const blocks = "▁▂▃▄▅▆▇█";

/** Counts as at most `width` blocks, a space for 0. Each block sums the same number of counts, so that heights are comparable. */
export function histogram(counts: readonly number[], width: number): string {
  let each = Math.ceil(counts.length / Math.max(1, width));
  while (counts.length % each !== 0) each++;
  const sums = Array<number>(counts.length / each).fill(0);
  for (const [i, count] of counts.entries()) sums[Math.floor(i / each)] += count;
  const most = Math.max(...sums);
  return sums.map((sum) => (sum === 0 ? " " : blocks[Math.round((sum / most) * (blocks.length - 1))])).join("");
}

/** A count as a bar of eighths of a character. */
export function bar(count: number, most: number, width: number): string {
  const eighths = Math.max(1, Math.round((8 * width * count) / most));
  return "█".repeat(Math.floor(eighths / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
}

export const terminalWidth = (): number => Math.max(60, Math.min(process.stdout.columns ?? 100, 160));

/** The length in characters; wide ones are counted as two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[\u{1f300}-\u{1faff}]/u.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = "";
  for (const character of text) {
    if (widthOf(short + character) > width - 1) break;
    short += character;
  }
  return `${short}…`;
}

const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;

const shown = (value: number | string | undefined): string =>
  value === undefined ? "" : typeof value === "number" ? shortNumber(value) : value;

const mostColumns = 60;

/** A table, its classes and likely problems, in lines of at most `width` characters. */
export function tableInfo(
  { format, table, notes = [] }: Extract<OwnData, { kind: "table" }>,
  { columns, target, problems, notes: ofTexts }: TableInspection,
  width = terminalWidth(),
): string[] {
  const shownColumns = columns.slice(0, mostColumns);
  const rows = shownColumns.map(({ name, type, missing, distinct, median }) => [
    cut(printable(name), width < 100 ? 20 : 32),
    type,
    missing === 0 ? "" : `${missing.toLocaleString("en")} (${percent(missing / table.rows)})`,
    distinct.toLocaleString("en"),
    shown(median),
  ]);
  const header = ["column", "type", "missing", "distinct", "median", "values"];
  const widths = header.slice(0, -1).map((title, i) => Math.max(title.length, ...rows.map((row) => widthOf(row[i]))));
  const line = (cells: readonly string[], values: string) => {
    const padded = cells.map((cell, i) => (i < 2 ? padEnd(cell, widths[i]) : padStart(cell, widths[i])));
    return cut(`${padded.join("  ")}  ${values}`.trimEnd(), width);
  };
  const left = Math.max(8, width - widths.reduce((sum, each) => sum + each + 2, 0));
  const ends = shownColumns.map(({ minimum, maximum }) => [shown(minimum), shown(maximum)]);
  const rest = columns.length - shownColumns.length;
  return [
    cut(
      printable(`${table.name}: ${format}, ${plural(table.rows, "row")}, ${plural(columns.length, "column")}`),
      10 * width,
    ),
    "",
    line(header.slice(0, -1), "values"),
    ...shownColumns.map((column, i) => {
      // A column without a median has more room for its values
      if (rows[i][4] === "") return line(rows[i].slice(0, 4), valuesOf(column, ends, left + widths[4] + 2));
      return line(rows[i], valuesOf(column, ends, left));
    }),
    ...(rest > 0 ? [`… and ${plural(rest, "column")} more (--json shows all)`] : []),
    ...(target?.classes ? ["", ...classLines(targetTitle(target, target.classes.length), target.classes, width)] : []),
    ...(target && !target.classes ? ["", ...wrapped(targetTitle(target), width)] : []),
    ...section("notes", [...notes, ...ofTexts], width),
    ...section("likely problems", problems, width),
  ];
}

function targetTitle({ name: whole, given, kind }: NonNullable<TableInspection["target"]>, classes?: number): string {
  const name = cut(printable(whole), 30);
  const without = kind === "number" ? "a number" : "cannot be predicted (see the likely problems)";
  const what = classes === undefined ? without : `${classes} classes`;
  return printable(
    `${given ? "target" : "likely target"} ${name}: ${what}${given ? "" : " (--target COLUMN names another)"}`,
  );
}

/** A range with its histogram, or the most frequent values. */
function valuesOf(
  { histogram: counts, mostFrequent, ...column }: ColumnSummary,
  ends: readonly (readonly string[])[],
  left: number,
): string {
  if (counts && column.minimum !== column.maximum) {
    const [low, high] = [shown(column.minimum), shown(column.maximum)];
    // Histograms begin in one column where the ends of all ranges leave room for it
    const common = Math.max(...ends.map(([text]) => text.length));
    const lowWidth = left - common - high.length - 2 >= 8 ? common : low.length;
    const room = Math.min(24, left - lowWidth - high.length - 2);
    return room >= 4 ? `${padStart(low, lowWidth)} ${histogram(counts, room)} ${high}` : `${low} … ${high}`;
  }
  if (!mostFrequent) return shown(column.minimum);
  const items = mostFrequent.map(({ value, rows }) => `${printable(value)} ${rows.toLocaleString("en")}`);
  let text = "";
  for (const [i, item] of items.entries()) {
    const more = i + 1 < column.distinct ? ", …" : "";
    const longer = i === 0 ? item : `${text}, ${item}`;
    if (i > 0 && widthOf(longer + more) > left) return cut(`${text}, …`, left);
    text = longer;
  }
  return cut(items.length < column.distinct ? `${text}, …` : text, left);
}

const mostClasses = 30;

/** Classes with their rows, shares and bars. */
export function classLines(
  title: string,
  classes: readonly { readonly value: string; readonly rows: number }[],
  width: number,
): string[] {
  const [total, most] = [
    classes.reduce((sum, { rows }) => sum + rows, 0),
    Math.max(...classes.map(({ rows }) => rows)),
  ];
  const names = classes.slice(0, mostClasses).map(({ value }) => cut(printable(value) || "(empty)", 30));
  const nameWidth = Math.max(...names.map(widthOf));
  const countWidth = most.toLocaleString("en").length;
  const room = Math.max(8, Math.min(40, width - nameWidth - countWidth - 14));
  return [
    ...wrapped(title, width),
    ...names.map((name, i) => {
      const { rows } = classes[i];
      const count = rows.toLocaleString("en").padStart(countWidth);
      return `  ${padEnd(name, nameWidth)}  ${count}  ${percent(rows / total).padStart(6)}  ${rows > 0 ? bar(rows, most, room) : ""}`.trimEnd();
    }),
    ...(classes.length > mostClasses ? [`  … and ${classes.length - mostClasses} more classes`] : []),
  ];
}

const percent = (share: number): string => (share > 0 && share < 0.0005 ? "<0.1 %" : `${(100 * share).toFixed(1)} %`);

/** A title and lines with a dash, wrapped. */
function section(title: string, items: readonly string[], width: number): string[] {
  if (items.length === 0) return [];
  return [
    "",
    title,
    ...items.flatMap((item) =>
      wrapped(printable(item.replace(/^WARNING: /, "")), width - 4).map(
        (part, i) => `${i === 0 ? "  - " : "    "}${part}`,
      ),
    ),
  ];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const whole of text.split(" ")) {
    const word = cut(whole, width);
    if (line !== "" && widthOf(`${line} ${word}`) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Images: classes with bars, and likely problems. */
export function imagesInfo(data: Extract<OwnData, { kind: "images" }>, width = terminalWidth()): string[] {
  const { format, dataset, validation, test, notes = [] } = data;
  const { classes, problems } = inspectImages(data.dataset);
  const parts = [
    ...(validation ? [`${plural(validation.labels.length, "image")} to choose the best epoch`] : []),
    ...(test ? [`${plural(test.labels.length, "image")} to test`] : []),
  ];
  const size = dataset.inputShape.join("×");
  return [
    printable(
      `${dataset.name}: ${format}, ${plural(dataset.labels.length, "image")} of ${size}${parts.length > 0 ? `, and ${parts.join(", ")}` : ""}`,
    ),
    "",
    ...classLines(`${classes.length} classes`, classes, width),
    ...section("notes", notes, width),
    ...section("likely problems", problems, width),
  ];
}

/** The same as plain data, for --json. */
export function infoData(data: OwnData, inspection: TableInspection | undefined): object {
  if (data.kind === "images") {
    const { format, dataset, validation, test, notes = [] } = data;
    const { classes, problems } = inspectImages(dataset);
    const perClass = Object.fromEntries(classes.map(({ value, rows }) => [value, rows]));
    const parts = { validationImages: validation?.labels.length, testImages: test?.labels.length };
    return {
      format,
      images: dataset.labels.length,
      ...parts,
      inputShape: dataset.inputShape,
      perClass,
      notes,
      problems,
    };
  }
  const { columns, ...rest } = inspection ?? inspectTable(data.table);
  const described = columns.map((column, i) => {
    const kind = data.table.columns[i].cells instanceof Float64Array ? "numbers" : "text";
    return { ...column, kind, values: column.distinct };
  });
  return {
    format: data.format,
    rows: data.table.rows,
    columns: described,
    ...rest,
    notes: [...(data.notes ?? []), ...rest.notes],
  };
}
