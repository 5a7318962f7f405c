import {
  type FoldOutputs,
  type FoldScores,
  meanAndDeviation,
  type PooledFolds,
  poolFolds,
  scoreFold,
} from "../experiments/crossValidation.ts";
import { classificationSummary } from "../experiments/evaluation/classificationSummary.ts";
import { scoresOf } from "../experiments/evaluation/collectEvaluation.ts";
import { regressionSummary } from "../experiments/evaluation/regressionSummary.ts";
import type { TestEvaluation } from "../experiments/evaluation/runEvaluation.ts";
import { softmax } from "../losses/crossEntropy.ts";
import type { Metric } from "../training/history.ts";
import type { Block, Report, Section } from "./document.ts";
import type { BarsFigure } from "./figures/figure.ts";
import { formatCount } from "./format.ts";
import { metricName, showScore } from "./run/reportedRun.ts";
import { classificationSections, headlineOf, regressionSections, resultSection } from "./run/resultSections.ts";

/** What a cross-validation measured. */
export interface CrossValidationResults {
  /** of the data, and what is predicted */
  readonly name: string;
  readonly target: string | undefined;
  readonly metric: Metric;
  readonly folds: readonly FoldScores[];
  readonly network: Spread;
  /** undefined without the linear model */
  readonly linear: Spread | undefined;
  /** over all rows, each with the output of the fold that did not train on it */
  readonly pooled: PooledFolds;
}

/** Over the folds. */
export interface Spread {
  readonly mean: number;
  /** the sample standard deviation */
  readonly deviation: number;
}

export interface CrossValidationData {
  readonly name: string;
  readonly target?: string | undefined;
  /** the classes, or the name of the number */
  readonly labelNames: readonly string[];
}

/** The scores of all folds, each by itself and together. */
export function crossValidationResults(
  outputs: readonly FoldOutputs[],
  { name, target, labelNames }: CrossValidationData,
): CrossValidationResults {
  const folds = outputs.map((each, i) => scoreFold(i + 1, each, { name, labelNames }));
  const linear = folds.flatMap((fold) => (fold.linear === undefined ? [] : [fold.linear]));
  return {
    ...{ name, target, metric: folds[0].metric, folds },
    network: meanAndDeviation(folds.map(({ score }) => score)),
    linear: linear.length === folds.length ? meanAndDeviation(linear) : undefined,
    pooled: poolFolds(outputs, { name, labelNames }),
  };
}

/** What the ± of a cross-validation means. */
export const deviationText =
  "± is the standard deviation of the folds: how much the score differs between test parts of this size. It is not a confidence interval of the mean, because the folds share training rows.";

/** "0.482 ± 0.051" */
export function showSpread(metric: Metric, { mean, deviation }: Spread): string {
  return `${showScore(metric, mean)} ± ${showScore(metric, deviation)}`;
}

/** The report of all folds. `finalModel` is the text about the model on all rows. */
export function crossValidationReport(
  results: CrossValidationResults,
  { finalModel }: { readonly finalModel: string },
): Report {
  const { name, target, metric, folds, network, linear, pooled } = results;
  const { testResult, test } = pooled;
  const evaluation = pooledEvaluation(pooled);
  const score = metricName(metric);
  const rows = formatCount(testResult.rows);
  const { id: _, ...all } = resultSection(evaluation);
  const details: Section[] = [
    ...(evaluation.classification ? classificationSections(evaluation.classification) : []),
    ...(evaluation.regression ? regressionSections(evaluation.regression, test.labels.length) : []),
  ];
  return {
    title: `Cross-validation with ${folds.length} folds`,
    look: "results",
    subtitle: `${target === undefined ? "" : `${target} from `}${name}, ${rows} rows`,
    warnings: [],
    headline: {
      name: `${score}, mean of ${folds.length} folds`,
      value: showSpread(metric, network),
      text: `Each of ${rows} rows was predicted by a model that was not trained on it. ${deviationText}`,
      verdict: headlineOf(evaluation, false).verdict,
    },
    summary: [
      ...(linear ? [["a linear model", showSpread(metric, linear)] as const] : []),
      ["all rows together", showScore(metric, testResult.score)],
      ["rows", rows],
    ],
    parts: [
      {
        title: "",
        sections: [
          { id: "folds", title: "Folds", blocks: foldBlocks(results) },
          { id: "model", title: "The model", blocks: [{ kind: "text", text: finalModel }] },
          {
            ...all,
            id: "together",
            title: "All rows together",
            blocks: [
              {
                kind: "text",
                text: `The score over the test rows of all folds (${rows} rows), compared with simple models.`,
              },
              ...all.blocks,
            ],
          },
          ...details,
        ],
      },
    ],
  };
}

function foldBlocks(results: CrossValidationResults): Block[] {
  const { metric, folds, network, linear } = results;
  const cells = (name: string, rows: string, own: string, simple: string | undefined) =>
    simple === undefined ? [name, rows, own] : [name, rows, own, simple];
  const columns = cells("fold", "test rows", "network", linear && "linear model");
  const rows = folds.map((fold) =>
    cells(
      String(fold.fold),
      formatCount(fold.rows),
      showScore(metric, fold.score),
      linear && showScore(metric, fold.linear),
    ),
  );
  const mean = cells("mean ± deviation", "", showSpread(metric, network), linear && showSpread(metric, linear));
  return [
    { kind: "figure", figure: foldsFigure(results) },
    {
      kind: "table",
      columns: columns.map((title, i) => ({ title, align: i === 0 ? ("left" as const) : ("right" as const) })),
      rows: [...rows, mean],
    },
    { kind: "text", text: deviationText },
  ];
}

/** The score of each fold as a dot, and the means. */
function foldsFigure({ metric, folds, network, linear }: CrossValidationResults): BarsFigure {
  const factor = metric === "accuracy" ? 100 : 1;
  const spread = ({ mean, deviation }: Spread) => [factor * (mean - deviation), factor * (mean + deviation)] as const;
  const row = (name: string, style: number, score: number) => ({
    ...{ name, style, value: factor * score, text: showScore(metric, score) },
  });
  return {
    kind: "bars",
    id: "folds-figure",
    draw: "dots",
    caption: `The ${metricName(metric)} of the network on the test part of each fold, and the ${linear ? "means of network and linear model" : "mean"} with ± one standard deviation of the folds.`,
    description: `Scores of ${folds.length} folds`,
    axis: { title: metric === "accuracy" ? "accuracy (%)" : "R²" },
    rows: [
      ...folds.map(({ fold, score }) => row(`fold ${fold}`, 0, score)),
      { ...row("mean of the folds", 1, network.mean), interval: spread(network) },
      ...(linear ? [{ ...row("linear model, mean", 4, linear.mean), interval: spread(linear) }] : []),
    ],
  };
}

function pooledEvaluation({ testResult, test, outputs }: PooledFolds): TestEvaluation {
  const { metrics } = testResult;
  const plain = scoresOf(testResult);
  if (metrics?.kind === "classification")
    return { ...plain, classification: classificationSummary(metrics, Float64Array.from(softmax(outputs).data), test) };
  if (!metrics) return plain;
  const { values = [] } = test.targets ?? {};
  return { ...plain, regression: regressionSummary(test.labelNames[0], metrics, values, outputs.data) };
}
