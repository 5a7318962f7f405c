import type { RegressionEvaluation } from "../../experiments/evaluation/runEvaluation.ts";
import type { LinesFigure, Point } from "../figures/figure.ts";
import { robustAxis } from "../figures/range.ts";
import { formatCount } from "../format.ts";

/** Predicted against true values, and residuals against predicted values. */
export function predictionsFigure({ target, points }: RegressionEvaluation, testRows: number): LinesFigure {
  const { truth, predicted, rows } = points;
  const sample = rows < testRows ? ` ${formatCount(rows)} of the ${formatCount(testRows)} test rows are shown.` : "";
  const both = [...truth, ...predicted];
  const axis = robustAxis({ title: "" }, both);
  const [low, high] = [axis.from ?? least(both), axis.to ?? -least(both.map((value) => -value))];
  const range = { from: low, to: high };
  const residuals = truth.map((value, i) => predicted[i] - value);
  const pair = (x: readonly number[], y: readonly number[]) => x.map((value, i): Point => [value, y[i]]);
  return {
    kind: "lines",
    id: "predictions",
    labels: "above",
    caption: `Left: each point is a test row; on the dashed line predictions are exact. Right: the errors (predicted − true) should show no pattern.${sample}`,
    description: "Predicted against true values, and residuals against predicted values",
    panels: [
      {
        x: { title: `true ${target}`, ...range },
        y: { title: `predicted ${target}`, ...range },
        series: [
          { name: "test rows", style: 0, draw: "points", points: pair(truth, predicted) },
          { name: "exact", style: 4, draw: "reference", points: [[low, low], [high, high]] }, // biome-ignore format: two points
        ],
      },
      {
        x: { title: `predicted ${target}`, ...range },
        y: robustAxis({ title: "error" }, residuals),
        series: [
          { name: "test rows", style: 0, draw: "points", points: pair(predicted, residuals) },
          { name: "exact", style: 4, draw: "reference", points: [[low, 0], [high, 0]] }, // biome-ignore format: two points
        ],
      },
    ],
  };
}

/** How often errors of each size occur. */
export function residualsFigure({ target, residuals }: RegressionEvaluation, testRows: number): LinesFigure {
  const { from, to, counts } = residuals;
  const width = (to - from) / counts.length;
  return {
    kind: "lines",
    id: "residuals",
    labels: "above",
    caption: `Errors of the ${formatCount(testRows)} test rows (predicted − true ${target}). The outermost bars also count the rows beyond them.`,
    description: "Histogram of the errors",
    panels: [
      {
        x: { title: `error of ${target}`, from, to },
        y: { title: "test rows", from: 0, to: Math.max(1, ...counts) },
        share: 0.75,
        series: [
          {
            name: "test rows",
            style: 0,
            draw: "bars",
            barWidth: width,
            points: counts.map((count, i): Point => [from + (i + 0.5) * width, count]),
          },
          { name: "exact", style: 4, draw: "reference", points: [[0, 0], [0, Math.max(1, ...counts)]] }, // biome-ignore format: two points
        ],
      },
    ],
  };
}

const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity);
