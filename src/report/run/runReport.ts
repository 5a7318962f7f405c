import type { Report, Section } from "../document.ts";
import { formatCount, formatDuration } from "../format.ts";
import { markup } from "../markup.ts";
import { curvesFigure } from "./curves.ts";
import { dataSection } from "./dataSection.ts";
import { importanceSection, mistakesSection, weightsSection } from "./detailSections.ts";
import { metricName, type ReportedRun, showScore } from "./reportedRun.ts";
import { classificationSections, headlineOf, regressionSections, resultSection } from "./resultSections.ts";
import { reproduceSection, settingsSection } from "./settingsSections.ts";

/**
 * The report of one training run: the test score and its meaning, the mistakes of the model, the importance of its inputs, the training, the
 * data, and the command that trains it again. A run without an evaluation (stopped, diverged, of version 0.1) has its curves, settings and validation score.
 */
export function runReport(run: ReportedRun): Report {
  const { evaluation } = run;
  const test = evaluation?.test;
  const curves = curvesFigure(run);
  const sections: Section[] = [
    ...(test ? [resultSection(test)] : []),
    ...(test?.classification ? classificationSections(test.classification) : []),
    ...(test?.regression ? regressionSections(test.regression, test.rows) : []),
    ...(test?.mistakes ? [mistakesSection(test.mistakes, test)] : []),
    ...(test?.importance && test.importance.drops.length > 0 ? [importanceSection(test.importance, test.metric)] : []),
    ...(evaluation?.weights ? [weightsSection(evaluation.weights)] : []),
    ...(curves ? [{ id: "training", title: "Training", blocks: [{ kind: "figure" as const, figure: curves }] }] : []),
    ...(evaluation?.data ? [dataSection(evaluation.data)] : []),
    settingsSection(run),
    reproduceSection(run),
  ];
  return {
    title: test || !run.stopped ? `Run ${run.name}` : `Run ${run.name}, unfinished`,
    subtitle: subtitleOf(run),
    look: "results",
    warnings: warningsOf(run),
    headline: test ? headlineOf(test, evaluation?.data?.inputShape.length === 3) : undefined,
    summary: summaryOf(run),
    parts: [{ title: "", sections }],
    footer: evaluation
      ? markup`Made by Handgrad from \`history.json\` and \`evaluation.json\` in the same folder, which contain all numbers shown here.`
      : markup`Made by Handgrad from \`history.json\` in the same folder, which contains all numbers shown here.`,
  };
}

function subtitleOf({ evaluation, config, kernels }: ReportedRun): string {
  const data = evaluation?.data;
  const what = data
    ? `${data.target === undefined ? "" : `${data.target} from `}${data.name}, ${formatCount(data.rows.train)} training rows`
    : `kernels: ${kernels}`;
  return `${what} · seed ${config.seed}`;
}

function warningsOf({ standIn, stopped, failure, valScore, config }: ReportedRun): string[] {
  const warnings: string[] = [];
  if (standIn) warnings.push("STAND-IN DATA: this run was trained on drawn images and says nothing about CIFAR-100.");
  if (failure !== undefined)
    warnings.push(
      `DIVERGED: ${failure.split("\n")[0]} ${valScore.length > 0 ? "The model is from the best epoch before that." : "No epoch was finished, so there is no model."}`,
    );
  else if (stopped)
    warnings.push(
      `STOPPED after ${valScore.length} of ${config.epochs} epochs: there are no test scores yet. Continue with \`handgrad train --resume\` and this folder.`.replaceAll(
        "`",
        "",
      ),
    );
  return warnings;
}

function summaryOf(run: ReportedRun): [string, string][] {
  const { metric, valScore, trainScore, bestEpoch = firstBest(valScore), seconds, config } = run;
  const best = valScore[bestEpoch] as number | undefined;
  return [
    ...(best === undefined
      ? []
      : ([
          [`validation ${metricName(metric)}, best epoch`, showScore(metric, best)],
          [`training ${metricName(metric)}, same epoch`, showScore(metric, trainScore[bestEpoch])],
          ["best epoch", `${bestEpoch + 1} of ${valScore.length}`],
        ] as [string, string][])),
    ...(valScore.length === 0 ? ([["epochs", `0 of ${config.epochs}`]] as [string, string][]) : []),
    ["training time", formatDuration(seconds)],
  ];
}

/** Runs of version 0.1 do not say which epoch is the best: the first of the best. */
function firstBest(scores: readonly number[]): number {
  return scores.reduce((best, score, epoch) => (score > (scores[best] ?? -Infinity) ? epoch : best), 0);
}
