import type { ColumnSummary, DataSummary } from "../../experiments/evaluation/runEvaluation.ts";
import type { Block, Section, TableCell } from "../document.ts";
import { readableName } from "../figures/confusion.ts";
import { formatCount, percent } from "../format.ts";
import { markup } from "../markup.ts";

const right = { align: "right" as const };

/** The source of the rows, how they were divided, decisions made while reading, the columns, the classes. */
export function dataSection(data: DataSummary): Section {
  const { columns, classes } = data;
  return {
    id: "data",
    title: "Data",
    blocks: [
      { kind: "table", columns: [{ title: "" }, { title: "" }], rows: overview(data) },
      ...(data.notes.length > 0
        ? [
            { kind: "text" as const, text: "Decisions made while reading and preparing the data:" },
            { kind: "list" as const, items: data.notes },
          ]
        : []),
      ...(columns ? [columnTable(columns)] : []),
      ...(classes ? [classTable(classes, data.folds === undefined)] : []),
    ],
  };
}

function overview({ name, rows, folds, dropped, inputShape, inputs, target, kind }: DataSummary): [string, string][] {
  const { train, validation, test } = rows;
  const all = train + validation + (test ?? 0);
  const share = (count: number) => `${formatCount(count)} (${percent(count / all, 0)})`;
  const form =
    inputShape.length === 3
      ? `images of ${inputShape.join(" × ")}`
      : `${formatCount(inputs)} ${inputs === 1 ? "number" : "numbers"} a row`;
  return [
    ["source", kind === "stand-in" ? "the procedural stand-in for CIFAR-100" : name],
    ...(target === undefined ? [] : [["target", target] as [string, string]]),
    ["inputs of the network", form],
    ["training rows", share(train)],
    folds === undefined
      ? ["validation rows, which choose the best epoch", share(validation)]
      : ["validation", `each training row, by networks that were not trained on it (${folds} folds)`],
    ...(test === undefined ? [] : [["test rows, used for nothing else", share(test)] as [string, string]]),
    ...(dropped > 0 ? [["rows left out, without a target", formatCount(dropped)] as [string, string]] : []),
  ];
}

const blocksOfHeight = "▁▂▃▄▅▆▇█";

/** Counts as a line of small bars: "▁▃█▅" */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? " " : blocksOfHeight[Math.min(7, Math.floor((8 * count) / most))]))
    .join("");
}

function columnTable({ rows, all, shown }: NonNullable<DataSummary["columns"]>): Block {
  const missing = shown.some((column) => column.missing > 0);
  const share = (count: number) => (count === 0 ? "–" : percent(count / rows, count / rows < 0.01 ? 1 : 0));
  const cells = ({ name, use, histogram, values, distinct, missing: gaps }: ColumnSummary): TableCell[] => [
    name,
    use,
    histogram ? markup`\`${sparkline(histogram)}\`` : "",
    histogram ? values.replaceAll(/(?<=^|\s)-(?=\d)/g, "−") : values,
    formatCount(distinct),
    ...(missing ? [share(gaps)] : []),
  ];
  const table: Block = {
    kind: "table",
    caption: `Columns, from ${formatCount(rows)} rows${shown.length < all ? `; the first ${shown.length} of ${formatCount(all)}` : ""}`,
    columns: [
      { title: "column" },
      { title: "used as" },
      { title: "histogram" },
      { title: "values" },
      { title: "distinct", ...right },
      ...(missing ? [{ title: "missing", ...right }] : []),
    ],
    rows: shown.map(cells),
  };
  return shown.length <= 30 ? table : { kind: "folded", title: `All ${shown.length} columns`, blocks: [table] };
}

function classTable(classes: NonNullable<DataSummary["classes"]>, withValidation: boolean): Block {
  const withTest = classes.some(({ test }) => test !== undefined);
  const table: Block = {
    kind: "table",
    caption: "Rows of each class",
    columns: [
      { title: "class" },
      { title: "training", ...right },
      ...(withValidation ? [{ title: "validation", ...right }] : []),
      ...(withTest ? [{ title: "test", ...right }] : []),
    ],
    rows: classes.map(({ label, train, validation, test }) => [
      readableName(label),
      formatCount(train),
      ...(withValidation ? [formatCount(validation)] : []),
      ...(withTest ? [formatCount(test ?? 0)] : []),
    ]),
  };
  return classes.length <= 25 ? table : { kind: "folded", title: `All ${classes.length} classes`, blocks: [table] };
}
