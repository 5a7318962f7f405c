import type { Metric, TrainingRun, Verdict } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { formatSeconds } from "./format.ts";

/** What the score is called in a sentence. */
export const metricName = (metric: Metric): string => (metric === "accuracy" ? "accuracy" : "R²");

/** Accuracy in per cent, R² as it is. */
export function showScore(metric: Metric, score: number): string {
  if (metric === "accuracy") return `${(100 * score).toFixed(2)} %`;
  return score.toFixed(3).replace(/^-(?=[0.]+$)/, ""); // no -0.000
}

/** When it was best, how long it took, and the scores of that epoch. */
export function outcome({ result, record }: TrainingRun, { metric, score }: Verdict): string[] {
  const { best } = result;
  const done = record.valScore.length;
  const early = done < record.config.epochs ? " (stopped early: no better for a while)" : "";
  const name = metricName(metric);
  const views = record.config.views ? " in the model's views" : "";
  const line = (part: string, value: number, note = "") =>
    `  ${`${part} ${name}`.padEnd(19)}  ${showScore(metric, value)}${note}`;
  return [
    `\nbest epoch ${(best?.epoch ?? 0) + 1} of ${done}${early} (${formatSeconds(record.seconds)})`,
    ...(best ? [line("validation", best.score)] : []),
    line("test", score, views),
  ];
}

/** The test scores beside those of simple models, and in words what they mean; nothing where there is nothing to compare. */
export function verdictLines({ metric, score, rows, metrics, majority, linear }: Verdict): string[] {
  if (!metrics || !majority || !linear) return [];
  const of = (value: number) => showScore(metric, value).padStart(9);
  const what = metric === "accuracy" ? "accuracy" : "R² (1 is perfect, 0 is as good as the mean)";
  const always = metric === "accuracy" ? `always "${majority.label}"` : `always ${majority.label}, the mean`;
  const lines = [
    `\non ${plural(rows, "row")} that took no part in training, ${what}:`,
    `  this network           ${of(score)}`,
    `  a linear model         ${of(linear.score)}   the network is ${linear.comparison.outcome}`,
    `  ${always.padEnd(22)} ${of(majority.score)}   the network is ${majority.comparison.outcome}`,
  ];
  if (metrics.kind === "classification") {
    const weakest = metrics.classes.filter((each) => each.rows > 0).sort((a, b) => a.recall - b.recall)[0];
    const missed =
      weakest.recall === 1
        ? "no row is missed"
        : `most often missed: ${weakest.label}, ${Math.round(weakest.recall * weakest.rows)} of ${weakest.rows} found`;
    lines.push(`  ${missed}; calibration error ${(100 * metrics.calibrationError).toFixed(1)} %`);
  } else {
    lines.push(
      `  typical error ${metrics.meanAbsoluteError.toPrecision(3)} (mean absolute), ${metrics.rootMeanSquaredError.toPrecision(3)} (root mean square)`,
    );
  }
  return [...lines, "", `verdict: ${inWords(majority.comparison.outcome, linear.comparison.outcome)}`];
}

function inWords(overMajority: string, overLinear: string): string {
  if (overMajority !== "better") {
    return "not useful yet: no better than always giving the same answer. More rows, or columns that have to do with the target, would help.";
  }
  if (overLinear === "better") return "useful: it has learned more than a linear model can.";
  if (overLinear === "worse")
    return "use a linear model (--hidden 4 comes close): the network is worse; more rows would help it.";
  return "useful, but a linear model does about as well on these rows: the network may not be needed.";
}
