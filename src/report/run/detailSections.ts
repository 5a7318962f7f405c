import type {
  Importance,
  Mistakes,
  RunEvaluation,
  TestEvaluation,
} from "../../experiments/evaluation/runEvaluation.ts";
import type { Block, Section } from "../document.ts";
import { readableName } from "../figures/confusion.ts";
import { formatCount, formatNumber, percent, signedNumber } from "../format.ts";
import { importanceFigure, mistakesFigure, weightsFigure } from "./testFigures.ts";

export function importanceSection(importance: Importance, metric: TestEvaluation["metric"]): Section {
  const { drops, rows, testRows, columns } = importance;
  const sampled = rows < testRows ? ` Measured on ${formatCount(rows)} of the ${formatCount(testRows)} test rows.` : "";
  const shown =
    drops.length < columns
      ? ` The ${drops.length} of ${formatCount(columns)} columns with the largest drop are shown.`
      : "";
  return {
    id: "columns",
    title: "Column importance",
    blocks: [
      { kind: "figure", figure: importanceFigure(importance, metric) },
      {
        kind: "text",
        text: `Each column is shuffled before it is encoded. Columns with the same information can replace each other, so each of them can have a low importance. The figure describes this model, not causes.${sampled}${shown}`,
      },
    ],
  };
}

/** Wrong rows with their images or cells; of a regression the rows with the largest errors. */
export function mistakesSection(mistakes: Mistakes, test: TestEvaluation): Section {
  const { regression } = test;
  const title = regression ? "Largest errors" : "Most confident mistakes";
  if (mistakes.rows.length === 0) {
    return { id: "mistakes", title, blocks: [{ kind: "text", text: "No test row is wrong." }] };
  }
  const figure = mistakesFigure(mistakes, regression !== undefined);
  if (figure)
    return { id: "mistakes", title, blocks: [{ kind: "figure", figure: { ...figure, id: "mistakes-images" } }] };
  return { id: "mistakes", title, blocks: [mistakesTable(mistakes, regression?.target)] };
}

function mistakesTable({ rows, columns, wrong }: Mistakes, target: string | undefined): Block {
  const right = { align: "right" as const };
  const numbered = rows.some(({ row }) => row !== undefined);
  const answers =
    target === undefined
      ? [{ title: "true" }, { title: "predicted" }, { title: "probability", ...right }]
      : [
          { title: `true ${target}`, ...right },
          { title: "predicted", ...right },
          { title: "error", ...right },
        ];
  const caption =
    target === undefined
      ? `${formatCount(rows.length)} of ${formatCount(wrong)} wrong test rows, those with the highest probability of the wrong class first. Row numbers are lines of the file; the most important columns come first.`
      : `The ${formatCount(rows.length)} test rows with the largest errors. Row numbers are lines of the file; the most important columns come first.`;
  return {
    kind: "table",
    caption,
    columns: [...(numbered ? [{ title: "row", ...right }] : []), ...answers, ...columns.map((title) => ({ title }))],
    rows: rows.map(({ row, truth, predicted, certainty, cells = [] }) => [
      ...(numbered ? [String(row ?? "")] : []),
      ...(target === undefined
        ? [readableName(truth), readableName(predicted), percent(certainty, 0)]
        : [signedNumber(truth), signedNumber(predicted), `${certainty > 0 ? "+" : ""}${formatNumber(certainty)}`]),
      ...columns.map((_, i) => signedNumber(cells[i] ?? "")),
    ]),
  };
}

export function weightsSection(weights: NonNullable<RunEvaluation["weights"]>): Section {
  return {
    id: "first-layer",
    title: "First layer",
    blocks: [{ kind: "figure", figure: weightsFigure(weights) }],
  };
}
