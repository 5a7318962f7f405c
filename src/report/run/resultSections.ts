import type {
  ClassificationEvaluation,
  RegressionEvaluation,
  TestEvaluation,
} from "../../experiments/evaluation/runEvaluation.ts";
import type { Block, Headline, Section } from "../document.ts";
import { readableName } from "../figures/confusion.ts";
import { formatCount, formatNumber, percent } from "../format.ts";
import { calibrationFigure, confusionFigure, rankingFigure } from "./classificationFigures.ts";
import { predictionsFigure, residualsFigure } from "./regressionFigures.ts";
import { metricName, showInterval, showScore } from "./reportedRun.ts";
import { scoresFigure } from "./testFigures.ts";

/** Scores of the network and the baselines on the test rows. */
export function resultSection(test: TestEvaluation): Section {
  const { metric, score, interval, baselines } = test;
  const rows = [
    ["this network", showScore(metric, score), interval ? showInterval(metric, interval) : "–", ""],
    ...baselines.map((one) => [
      readableName(one.name),
      showScore(metric, one.score),
      one.interval ? showInterval(metric, one.interval) : "–",
      comparisonText(one),
    ]),
  ];
  const columns = [
    { title: "model" },
    { title: metricName(metric), align: "right" as const },
    { title: "95 % interval", align: "right" as const },
    { title: "comparison, row by row" },
  ];
  const blocks: Block[] = [
    ...(baselines.length > 0 ? [{ kind: "figure" as const, figure: scoresFigure(test) }] : []),
    { kind: "table", columns, rows },
    ...measures(test),
  ];
  return { id: "result", title: "Test scores", blocks };
}

/** "the network is better (p = 0.003)" */
function comparisonText({ outcome, p }: TestEvaluation["baselines"][number]): string {
  const probability = p < 0.0001 ? "p < 0.0001" : `p = ${formatNumber(p, 2)}`;
  return outcome === "too few rows"
    ? `too few rows to tell (${probability})`
    : `the network is ${outcome} (${probability})`;
}

function measures({ classification, regression, rows }: TestEvaluation): Block[] {
  if (classification)
    return [
      {
        kind: "table",
        columns: [{ title: "" }, { title: "", align: "right" }],
        rows: classMeasures(classification),
      },
    ];
  if (!regression) return [];
  return [
    {
      kind: "table",
      caption: `On ${formatCount(rows)} test rows, in units of ${regression.target}`,
      columns: [{ title: "" }, { title: "", align: "right" }],
      rows: numberMeasures(regression),
    },
  ];
}

function classMeasures({
  macro,
  balancedAccuracy,
  loss,
  top5,
  calibrationError,
  labels,
  ranking,
}: ClassificationEvaluation) {
  return [
    ["F1, mean over the classes", percent(macro.f1, 1)],
    ["balanced accuracy (mean recall)", percent(balancedAccuracy, 1)],
    ...(ranking
      ? [
          [`area under the ROC curve, for “${ranking.positive}”`, ranking.area.toFixed(3)],
          [`average precision, for “${ranking.positive}”`, ranking.averagePrecision.toFixed(3)],
        ]
      : []),
    ...(labels.length > 5 ? [["true class among the five most probable", percent(top5, 1)]] : []),
    ["cross-entropy", formatNumber(loss)],
    ["calibration error", percent(calibrationError, 1)],
  ];
}

function numberMeasures({
  rSquared,
  meanAbsoluteError,
  meanAbsoluteErrorInterval: [low, high],
  medianAbsoluteError,
  rootMeanSquaredError,
  maxError,
}: RegressionEvaluation) {
  return [
    ["R²", formatNumber(rSquared)],
    [
      "mean absolute error (MAE), with 95 % interval",
      `${formatNumber(meanAbsoluteError)} (${formatNumber(low)} to ${formatNumber(high)})`,
    ],
    ["median absolute error", formatNumber(medianAbsoluteError)],
    ["root mean square error (RMSE)", formatNumber(rootMeanSquaredError)],
    ["largest error", formatNumber(maxError)],
  ];
}

export function classificationSections(classification: ClassificationEvaluation): Section[] {
  const { ranking, labels, confusion } = classification;
  return [
    {
      id: "classes",
      title: "Classes",
      blocks: [
        ...(confusion ? [{ kind: "figure" as const, figure: confusionFigure(labels, confusion) }] : []),
        ...confusedPairs(classification),
        ...classTable(classification),
      ],
    },
    ...(ranking
      ? [
          {
            id: "ranking",
            title: "ROC and precision-recall",
            blocks: [{ kind: "figure" as const, figure: { ...rankingFigure(ranking), id: "ranking-curves" } }],
          },
        ]
      : []),
    {
      id: "calibration",
      title: "Calibration",
      blocks: [{ kind: "figure", figure: { ...calibrationFigure(classification), id: "calibration-curve" } }],
    },
  ];
}

const mostRowsShown = 25;

function classTable({ classes, labels }: ClassificationEvaluation): Block[] {
  const right = { align: "right" as const };
  const table: Block = {
    kind: "table",
    caption:
      "Precision: the share of rows predicted as the class that belong to it. Recall: the share of rows of the class that are predicted as it. F1: their harmonic mean. AUC: area under the ROC curve, this class against all others.",
    columns: [
      ...(labels.length > 40 ? [{ title: "#", ...right }] : []),
      { title: "class" },
      { title: "test rows", ...right },
      { title: "precision", ...right },
      { title: "recall", ...right },
      { title: "F1", ...right },
      { title: "AUC", ...right },
    ],
    rows: classes.map(({ label, rows, precision, recall, f1, areaUnderRoc }, i) => [
      ...(labels.length > 40 ? [String(i + 1)] : []),
      readableName(label),
      formatCount(rows),
      ...[precision, recall, f1].map((share) => (Number.isFinite(share) ? percent(share, 1) : "–")),
      Number.isFinite(areaUnderRoc) ? areaUnderRoc.toFixed(3) : "–",
    ]),
  };
  return classes.length <= mostRowsShown
    ? [table]
    : [
        {
          kind: "folded",
          title:
            classes.length < labels.length
              ? `The ${classes.length} of ${labels.length} classes with the lowest F1`
              : `All ${classes.length} classes`,
          blocks: [table],
        },
      ];
}

/** The most frequent confusions, if there are too many classes to read them from the matrix. */
function confusedPairs({ labels, confused }: ClassificationEvaluation): Block[] {
  if (labels.length < 6 || confused.length === 0) return [];
  return [
    {
      kind: "table",
      caption: "The most frequent confusions",
      columns: [
        { title: "true class" },
        { title: "predicted class" },
        { title: "rows", align: "right" },
        { title: "of the class", align: "right" },
      ],
      rows: confused.map(({ truth, predicted, count, share }) => [
        readableName(truth),
        readableName(predicted),
        formatCount(count),
        percent(share, 0),
      ]),
    },
  ];
}

export function regressionSections(regression: RegressionEvaluation, testRows: number): Section[] {
  return [
    {
      id: "predicted",
      title: "Predictions",
      blocks: [
        { kind: "figure", figure: predictionsFigure(regression, testRows) },
        { kind: "figure", figure: residualsFigure(regression, testRows) },
      ],
    },
  ];
}

/** The test score and its meaning, as the headline of the report. */
export function headlineOf(test: TestEvaluation, images: boolean): Headline {
  const { metric, score, interval, verdict, judgement = "unknown", rows, regression } = test;
  const range = interval ? ` 95 % interval: ${showInterval(metric, interval)}.` : "";
  const error = regression
    ? ` The predictions of ${regression.target} are off by ${formatNumber(regression.meanAbsoluteError)} on average.`
    : "";
  return {
    name: metric === "accuracy" ? "test accuracy" : "R² on the test rows",
    value: showScore(metric, score),
    text: `On ${formatCount(rows)} held-out test ${images ? "images" : "rows"}.${range}${error}`,
    ...(verdict !== undefined && { verdict: { kind: judgement, text: capital(verdict) } }),
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
