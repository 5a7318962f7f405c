import type { ClassificationEvaluation } from "../../experiments/evaluation/runEvaluation.ts";
import type { ConfusionFigure, LinesFigure, Point } from "../figures/figure.ts";
import { formatCount, percent } from "../format.ts";

export function confusionFigure(
  labels: readonly string[],
  confusion: NonNullable<ClassificationEvaluation["confusion"]>,
): ConfusionFigure {
  const rows = confusion.flat().reduce((sum, count) => sum + count, 0);
  const numbers = labels.length > 40 ? " Classes are numbered as in the table below." : "";
  return {
    kind: "confusion",
    id: "confusion",
    caption: `Predictions for the ${formatCount(rows)} test rows: one row per true class, shaded by its share of that class.${numbers}`,
    description: `Confusion matrix of ${labels.length} classes on ${rows} test rows`,
    labels,
    counts: confusion,
  };
}

/** Reliability diagram: how often predictions of a probability are right, above how many there are. */
export function calibrationFigure({ bins, calibrationError, labels }: ClassificationEvaluation): LinesFigure {
  const used = bins.filter(({ rows }) => rows > 0);
  const width = 100 / bins.length;
  const least = Math.min(50, 100 / labels.length); // no class can be the most probable one with less
  const x = { title: "probability of the predicted class (%)", from: least, to: 100 };
  const largest = Math.max(1, ...used.map(({ rows }) => rows));
  return {
    kind: "lines",
    id: "calibration",
    labels: "above",
    caption: `How well calibrated the probabilities are: of predictions with a probability of 80 %, 80 % should be right (dashed line). The mean difference is ${percent(calibrationError, 1)}. The bars show the number of test rows for each point; points with few rows vary by chance.`,
    description: "Reliability diagram: accuracy by predicted probability, with the number of rows",
    panels: [
      {
        x,
        y: { title: "right (%)", from: 0, to: 100 },
        series: [
          { name: "perfect", style: 4, draw: "reference", points: [[least, least], [100, 100]] }, // biome-ignore format: two points
          {
            name: "model",
            style: 0,
            points: used.map(({ confidence, accuracy }): Point => [100 * confidence, 100 * accuracy]),
          },
        ],
      },
      {
        x,
        y: { title: "test rows", from: 0, to: largest },
        share: 0.62,
        series: [
          {
            name: "test rows",
            style: 4,
            draw: "bars",
            barWidth: width,
            points: used.map(({ from, to, rows }): Point => [50 * (from + to), rows]),
          },
        ],
      },
    ],
  };
}

/** ROC and precision-recall curves of two classes. */
export function rankingFigure(ranking: NonNullable<ClassificationEvaluation["ranking"]>): LinesFigure {
  const { positive, roc, precisionRecall, share, area, averagePrecision } = ranking;
  const inPercent = (points: readonly (readonly [number, number])[]) =>
    points.map(([x, y]): Point => [100 * x, 100 * y]);
  const axis = (title: string) => ({ title, from: 0, to: 100 });
  return {
    kind: "lines",
    id: "ranking",
    labels: "above",
    caption: `How well the probability of “${positive}” separates the two classes at every threshold. ROC: area ${area.toFixed(3)} (0.5 is chance, dashed). Precision-recall: average precision ${averagePrecision.toFixed(3)} (chance is ${share.toFixed(3)}, dashed).`,
    description: `ROC curve with area ${area.toFixed(3)} and precision-recall curve with average precision ${averagePrecision.toFixed(3)}`,
    panels: [
      {
        x: axis("false positive rate (%)"),
        y: axis("true positive rate (%)"),
        series: [
          { name: "chance", style: 4, draw: "reference", points: [[0, 0], [100, 100]] }, // biome-ignore format: two points
          { name: "ROC", style: 0, draw: "plain", points: inPercent(roc) },
        ],
      },
      {
        x: axis("recall (%)"),
        y: axis("precision (%)"),
        series: [
          { name: "chance", style: 4, draw: "reference", points: [[0, 100 * share], [100, 100 * share]] }, // biome-ignore format: two points
          { name: "precision-recall", style: 0, draw: "plain", points: inPercent(precisionRecall) },
        ],
      },
    ],
  };
}
