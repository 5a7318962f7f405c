import type { Metric, TestMetrics, TestScores } from "../src/node.ts";
import { confusionLines } from "./confusion.ts";
import { plural } from "./describeData.ts";
import type { EvaluatedRows } from "./evaluatedRows.ts";
import { balancedScores, classTable, mistakeLine, regressionLines } from "./scoreLines.ts";
import { metricName, showInterval, showScore } from "./showScore.ts";

/** The scores of labelled rows; interval and metrics only for one class or one number a row. */
export interface Scores extends Partial<TestScores> {
  readonly metric: Metric;
  readonly score: number;
  readonly rows: number;
  readonly loss: number;
}

export type Evaluated = EvaluatedRows & Scores;

/** Rows that could not be scored, by reason. */
export function unusableLines({ unusable }: Pick<EvaluatedRows, "unusable">): string[] {
  if (unusable.length === 0) return [];
  const total = unusable.reduce((sum, { rows }) => sum + rows, 0);
  return [
    `${plural(total, "row")} cannot be scored:`,
    ...unusable.map(({ reason, rows, first }) => `  ${plural(rows, "row")}: ${reason} (first in row ${first})`),
    "",
  ];
}

/** All scores as lines. */
export function scoreReport({
  part,
  data,
  rows,
  metric,
  score,
  interval,
  loss,
  metrics,
  dataset,
}: Evaluated): string[] {
  const range = interval ? `, 95 % interval ${showInterval(metric, interval)}` : "";
  const name = metricName(metric);
  return [
    `${part ?? data}: ${plural(rows, "row")}`,
    `  ${name.padEnd(8)}  ${showScore(metric, score)}${range}`,
    `  loss      ${loss.toFixed(4)}`,
    ...(metrics ? detailLines(metrics, dataset.labelNames[0]) : []),
  ];
}

function detailLines(metrics: TestMetrics, target: string): string[] {
  if (metrics.kind === "regression") return regressionLines(metrics, target);
  const top5 = metrics.classes.length > 5 ? [`  top 5     ${(100 * metrics.top5).toFixed(2)} %`] : [];
  return [
    ...top5,
    `  ${balancedScores(metrics)}`,
    mistakeLine(metrics),
    "",
    ...classTable(metrics),
    "",
    ...confusionLines(metrics, process.stdout.columns || 100),
  ];
}
