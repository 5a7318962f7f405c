import type { Block, Paragraph, Table } from "../../src/report/document.ts";
import type { Figure } from "../../src/report/figures/figure.ts";
import { formatNumber, percent } from "../../src/report/format.ts";
import type { Formula, RichText } from "../../src/report/markup.ts";
import type { ComparisonName, Problem1Results } from "./results.ts";
import { describeSettings, endingOf, runLooks } from "./runs.ts";

export const task = (text: RichText): Block => ({ kind: "task", text });
export const text = (content: RichText): Block => ({ kind: "text", text: content });
export const formula = (written: Formula): Block => ({ kind: "formula", formula: written });
export const question = (asked: RichText, ...answer: readonly Paragraph[]): Block => {
  return { kind: "question", question: asked, answer };
};
export const figure = (one: Figure): Block => ({ kind: "figure", figure: one });

/** A number with the printed digits, at most `digits`: 4.59·10⁻⁹ keeps three digits. */
function asPrinted(value: number, digits: number): string {
  const printed = value.toExponential().replace(/e.*|[.-]/g, "").length;
  return formatNumber(value, Math.min(printed, digits));
}

/** The assignment's checks of some sections: the error here, what the assignment printed, and whether they agree. */
export function checksTable({ checks }: Problem1Results, belongs: (section: string) => boolean): Block {
  const chosen = checks.checks.filter(({ section }) => belongs(section));
  const severalSections = new Set(chosen.map(({ section }) => section)).size > 1;
  const parameter = (section: string): string => section.match(/p = [\d.]+/)?.[0].replaceAll(" ", "\u00a0") ?? section;
  const columns: Table["columns"] = [
    ...(severalSections ? [{ title: "case" }] : []),
    { title: "quantity" },
    { title: "ours", align: "right" },
    { title: "assignment", align: "right" },
    { title: "passed" },
  ];
  const rows = chosen.map(({ section, quantity, ours, published, passed }) => {
    // The loss of the small network must agree to 10⁻¹⁰; all other values are compared to fewer digits
    const digits = quantity === "loss" ? 12 : 8;
    return [
      ...(severalSections ? [parameter(section)] : []),
      quantity,
      formatNumber(ours, digits),
      published === undefined ? "–" : asPrinted(published, digits),
      passed,
    ];
  });
  return { kind: "table", columns, rows };
}

/** The results of some of the runs, one row each. */
export function endingsTable({ runs }: Problem1Results, names: readonly ComparisonName[]): Block {
  const rows = names.map((name) => {
    const { best, bestEpoch, train, validation, loss } = endingOf(runs[name]);
    const described = describeSettings(runs[name]);
    return [
      runLooks[name].name,
      described,
      percent(best),
      String(bestEpoch),
      percent(validation),
      percent(train),
      loss.toFixed(3),
    ];
  });
  return {
    kind: "table",
    columns: [
      { title: "run" },
      { title: "settings" },
      { title: "best val.", align: "right" },
      { title: "epoch", align: "right" },
      { title: "last val.", align: "right" },
      { title: "last train.", align: "right" },
      { title: "mean loss, last epoch", align: "right" },
    ],
    rows,
  };
}

/** The size of the parameters of some of the runs. */
export function parametersTable(
  { runs, decay }: Problem1Results,
  names: readonly ComparisonName[],
  shareBelow: (run: Problem1Results["runs"][ComparisonName], thresholds: readonly number[]) => number,
): Block {
  return {
    kind: "table",
    columns: [
      { title: "run" },
      { title: "Σ|θ|", align: "right" },
      { title: "√Σθ²", align: "right" },
      { title: "largest |θ|", align: "right" },
      { title: "share below 10⁻³", align: "right" },
    ],
    rows: names.map((name) => {
      const { sumOfMagnitudes, norm, largest } = runs[name].parameters;
      const share = shareBelow(runs[name], decay.magnitudeThresholds);
      return [
        runLooks[name].name,
        formatNumber(sumOfMagnitudes, 5),
        formatNumber(norm, 4),
        formatNumber(largest, 3),
        percent(share),
      ];
    }),
  };
}
