import type { Section, TableCell } from "../../src/report/document.ts";
import { markup, plainText } from "../../src/report/markup.ts";
import { formatShape } from "../../src/tensor/tensor.ts";
import { text } from "./blocks.ts";
import type { ComparisonName, Problem1Results, Problem1Run } from "./results.ts";

/** The outcome of a cell of the assignment: how much of it was compared with the printed values, and whether it matches. */
interface Outcome {
  readonly compared: string;
  /** undefined if this run compares nothing, such as trainings on the stand-in */
  readonly matches: boolean | undefined;
}

/** A cell of the assignment: the section of the report and the cell of both notebooks have this id. */
interface AssignmentCell {
  readonly id: string;
  readonly title: string;
  /** the section of the report, if it has another id */
  readonly section?: string;
  readonly outcome: (results: Problem1Results) => Outcome;
}

/** The checks whose section begins with a text. */
function checked(start: string): AssignmentCell["outcome"] {
  return ({ checks }) => {
    const chosen = checks.checks.filter(({ section }) => section.startsWith(start));
    const passed = chosen.filter((check) => check.passed).length;
    const values = chosen.length === 1 ? "value" : "values";
    return {
      compared: `${passed} of ${chosen.length} ${values}`,
      matches: chosen.length > 0 && passed === chosen.length,
    };
  };
}

/**
 * Trainings: the published accuracies after each epoch; else those of the NumPy reference; else, where fewer images were trained on, the
 * reference’s losses of the first epoch, whose batches are the same.
 */
function trained(runsOf: (results: Problem1Results) => readonly Problem1Run[]): AssignmentCell["outcome"] {
  return (results) => {
    const references = runsOf(results).flatMap(({ reference }) => (reference ? [reference] : []));
    const sum = (key: "rows" | "equalRows" | "publishedRows" | "equalPublishedRows" | "losses"): number =>
      references.reduce((total, reference) => total + reference[key], 0);
    const [published, rows, losses] = [sum("publishedRows"), sum("rows"), sum("losses")];
    const epochs = (equal: number, of: number, whose: string): Outcome => {
      return { compared: `${equal} of ${of} ${whose}`, matches: equal === of };
    };
    if (published > 0) return epochs(sum("equalPublishedRows"), published, "published epochs");
    if (rows > 0) return epochs(sum("equalRows"), rows, "epochs of the reference");
    if (losses === 0) return { compared: "–", matches: undefined };
    const apart = Math.max(...references.map(({ largestLossDifference }) => largestLossDifference));
    return { compared: `${losses} losses of the reference`, matches: apart < 1e-9 };
  };
}

const comparison =
  (...names: readonly ComparisonName[]) =>
  ({ runs }: Problem1Results) =>
    names.map((name) => runs[name]);

const shapes = { train: [40_000, 32, 32, 3], validation: [10_000, 32, 32, 3], test: [10_000, 32, 32, 3] };

function dataOutcome({ data }: Problem1Results): Outcome {
  if (data.standIn) return { compared: "–", matches: undefined };
  const parts = Object.entries(shapes) as [keyof typeof shapes, number[]][];
  const equal = parts.filter(
    ([part, shape]) => formatShape([data.images[part] ?? 0, ...data.inputShape]) === formatShape(shape),
  ).length;
  const names = data.labelNames.length === 20;
  return {
    compared: `${equal} of ${parts.length} shapes, ${data.labelNames.length} labels`,
    matches: names && equal === parts.length,
  };
}

/** The last epoch is the one that the assignment saves: 31.12 % and 30.9 %. */
function loadedOutcome({ tinynet: { parametersEqual, last }, plan, data }: Problem1Results): Outcome {
  if (!parametersEqual) return { compared: "parameters", matches: false };
  if (data.standIn || plan.quick || !last) return { compared: "–", matches: undefined };
  const equal = [last.validation.accuracy === 0.3112, last.test.accuracy === 0.309].filter(Boolean).length;
  return { compared: `${equal} of 2 accuracies`, matches: equal === 2 };
}

/** Every cell of the assignment in its order. */
export const assignmentCells: readonly AssignmentCell[] = [
  { id: "data", title: "Data", outcome: dataOutcome },
  { id: "fc-forward", title: "FC, forward", outcome: checked("FC forward") },
  { id: "gelu-forward", title: "GELU, forward", outcome: checked("GELU forward") },
  { id: "dropout-forward", title: "Dropout, forward", outcome: checked("dropout forward") },
  { id: "fc-backward", title: "FC, backward", outcome: checked("FC backward") },
  { id: "gelu-backward", title: "GELU, backward", outcome: checked("GELU backward") },
  { id: "dropout-backward", title: "Dropout, backward", outcome: checked("dropout backward") },
  { id: "fc-gelu", title: "FC and GELU", outcome: checked("FC + GELU") },
  { id: "cross-entropy", title: "Loss", outcome: checked("cross-entropy") },
  { id: "small-network", title: "Small network", outcome: checked("small network") },
  { id: "dropout-network", title: "Dropout network", outcome: checked("dropout network") },
  { id: "tinynet", title: "TinyNet, trained", outcome: trained(({ tinynet }) => [tinynet.run]) },
  { id: "tinynet-load", section: "tinynet", title: "TinyNet, loaded", outcome: loadedOutcome },
  { id: "sgd-update", title: "SGD step", outcome: checked("SGD step") },
  {
    ...{ id: "sgd-comparison", section: "sgd-comparison-section", title: "SGD runs" },
    // the published L1 curve is that of l1pub: see the section on the erratum
    outcome: trained(comparison("sgd", "sgdw", "l1pub")),
  },
  { id: "adam-update", title: "Adam step", outcome: checked("Adam step") },
  {
    ...{ id: "adam-comparison", section: "adam-comparison-section", title: "Adam runs" },
    outcome: trained(comparison("adamw", "adaml2")),
  },
];

/** The table of all cells, with the titles of the report's sections. */
export function assignmentCellsSection(results: Problem1Results, sections: readonly Section[]): Section {
  const titles = new Map(sections.map(({ id, title }) => [id, plainText(title)]));
  const rows = assignmentCells.map(({ id, section = id, title, outcome }): TableCell[] => {
    const { compared, matches } = outcome(results);
    return [title, titles.get(section) ?? "–", markup`\`${id}\``, compared, matches ?? "not compared"];
  });
  return {
    id: "assignment-cells",
    title: "The assignment, cell by cell",
    blocks: [
      text(
        "Each cell of the assignment, its section in this report, its cell in both notebooks (the folder notebook/), and whether it matches what the assignment printed. Values on fixed inputs match to the printed digits; on random inputs, errors are at most the assignment’s or its bound.",
      ),
      {
        kind: "table",
        columns: [
          { title: "cell" },
          { title: "section of this report" },
          { title: "in the notebooks" },
          { title: "compared", align: "right" },
          { title: "matches" },
        ],
        rows,
      },
    ],
  };
}
