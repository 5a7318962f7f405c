import { resolve } from "node:path";
import type { OwnResult, OwnTask, TrainingRun } from "../src/node.ts";
import { formatSeconds } from "./format.ts";
import { plural } from "./ownData.ts";

/** Accuracy as a share, R² as it is. */
export function show(task: OwnTask, score: number): string {
  return task.kind === "classification" ? `${(100 * score).toFixed(1)} %` : score.toFixed(3);
}

/** The figures on the test rows, and in words what they mean. */
export function verdict(task: OwnTask, { score, majority, linear, metrics }: OwnResult): string[] {
  const of = (value: number) => show(task, value).padStart(8);
  const rows = metrics.rows;
  const what = task.kind === "classification" ? "accuracy" : "R² (1 is perfect, 0 is as good as the mean)";
  const always = task.kind === "classification" ? `always "${majority.label}"` : `always ${majority.label}, the mean`;
  const lines = [
    `\non ${plural(rows, "row")} that took no part in training, ${what}:`,
    `  this network           ${of(score)}`,
    `  a linear model         ${of(linear.score)}   the network is ${linear.comparison.outcome}`,
    `  ${always.padEnd(22)} ${of(majority.score)}   the network is ${majority.comparison.outcome}`,
  ];
  if (metrics.kind === "classification") {
    const weakest = metrics.classes.filter((each) => each.rows > 0).sort((a, b) => a.recall - b.recall)[0];
    lines.push(
      `  most often missed: ${weakest.label}, ${Math.round(weakest.recall * weakest.rows)} of ${weakest.rows} found; calibration error ${(100 * metrics.calibrationError).toFixed(1)} %`,
    );
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

/** When it was best, how long it took, where the model lies. */
export function outcome({ result, record }: TrainingRun, folder: string): string[] {
  const done = record.valAccuracy.length;
  const early = done < record.config.epochs ? " (stopped early: no better for a while)" : "";
  return [
    `\nbest epoch ${(result.best?.epoch ?? 0) + 1} of ${done}${early}, ${formatSeconds(record.seconds)}`,
    `model: ${resolve(folder, "model.safetensors")}`,
  ];
}
