import { type CrossValidationResults, deviationText, showSpread } from "../src/node.ts";
import { metricName, showScore } from "./showScore.ts";
import { formatTable } from "./table.ts";
import { testResultLines } from "./testResultLines.ts";

/** One row per fold, mean ± standard deviation with its meaning, and the scores over all rows together. */
export function crossValidationLines({ metric, folds, network, linear, pooled }: CrossValidationResults): string[] {
  const cells = (first: string, rows: string, own: string, simple: string | undefined) =>
    simple === undefined ? [first, rows, own] : [first, rows, own, simple];
  const rows = folds.map((fold) =>
    cells(
      `fold ${fold.fold}`,
      fold.rows.toLocaleString("en"),
      showScore(metric, fold.score),
      linear && showScore(metric, fold.linear ?? Number.NaN),
    ),
  );
  const mean = cells("mean", "", showSpread(metric, network), linear && showSpread(metric, linear));
  return [
    `\ncross-validation, ${metricName(metric)} on the held-out rows of each fold:`,
    formatTable(cells("", "rows", "network", linear && "linear model"), [...rows, mean]),
    deviationText,
    ...testResultLines(pooled.testResult).map((line) =>
      line.replace(/held-out test (rows?)/, "$1 of all folds together"),
    ),
  ];
}
