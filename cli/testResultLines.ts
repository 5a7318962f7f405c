import { type Comparison, conclusionOf, ensembleWeights, type TestResult, type TrainingRun } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { formatSeconds } from "./format.ts";
import { mistakeLine, rareClassLines, regressionLines } from "./scoreLines.ts";
import { metricName, showInterval, showScore } from "./showScore.ts";

/** The epoch with the best score, how long the run took, and the scores of that epoch. */
export function outcome({ result, record, model }: TrainingRun, { metric, score, interval }: TestResult): string[] {
  const { best } = result;
  const done = record.valScore.length;
  const early = done < record.config.epochs ? " (stopped early: no improvement)" : "";
  const name = metricName(metric);
  const average = record.config.testTimeAugmentation ? ", averaged over shifted copies" : "";
  const range = interval ? `, 95 % interval ${showInterval(metric, interval)}` : "";
  const line = (part: string, value: number, note = "") =>
    `  ${`${part} ${name}`.padEnd(19)}  ${showScore(metric, value)}${note}`;
  const members = (model && ensembleWeights(model))?.map(({ kind, weight }) => `${kind} ${Math.round(100 * weight)} %`);
  return [
    `\nbest epoch ${(best?.epoch ?? 0) + 1} of ${done}${early} (${formatSeconds(record.seconds)})`,
    ...(members ? [`  weights of its members  ${members.join(", ")}`] : []),
    ...(best ? [line("validation", best.score)] : []),
    line("test", score, `${average}${range}`),
  ];
}

/** The test scores compared with simple models, and the conclusion; empty if there is no comparison. */
export function testResultLines(testResult: TestResult): string[] {
  const { metric, score, rows, metrics, majority, linear } = testResult;
  const inWords = conclusionOf(testResult);
  if (!metrics || !majority || !inWords) return [];
  const shown = (value: number) => showScore(metric, value).padStart(9);
  const what = metric === "accuracy" ? "accuracy" : "R² (1 is perfect, 0 is as good as the mean)";
  const always = metric === "accuracy" ? `always "${majority.label}"` : `always ${majority.label}, the mean`;
  const width = Math.max(22, always.length);
  const beside = (name: string, other: { readonly score: number; readonly comparison: Comparison }) =>
    `  ${name.padEnd(width)} ${shown(other.score)}   ${comparisonText(other.comparison)}`;
  return [
    `\non ${plural(rows, "held-out test row")}, ${what}:`,
    `  ${"this network".padEnd(width)} ${shown(score)}`,
    ...(linear ? [beside("a linear model", linear)] : []),
    beside(always, majority),
    ...(metrics.kind === "classification"
      ? [mistakeLine(metrics), ...rareClassLines(metrics)]
      : regressionLines(metrics)),
    "",
    `verdict: ${inWords.text}`,
  ];
}

function comparisonText({ outcome, p }: Comparison): string {
  const probability = p < 0.0001 ? "p < 0.0001" : `p = ${Number(p.toPrecision(2))}`;
  return outcome === "too few rows"
    ? `too few rows to tell (${probability})`
    : `the network is ${outcome} (${probability})`;
}
