import type {
  Importance,
  Mistakes,
  RunEvaluation,
  TestEvaluation,
} from "../../experiments/evaluation/runEvaluation.ts";
import { readableName } from "../figures/confusion.ts";
import type { BarRow, BarsFigure, ImagesFigure } from "../figures/figure.ts";
import { decimals, formatCount, formatNumber, percent, signedNumber } from "../format.ts";
import { showScore } from "./reportedRun.ts";

/** The test score compared with simple models, with 95 % intervals. */
export function scoresFigure(test: TestEvaluation): BarsFigure {
  const { metric, score, interval, baselines, rows } = test;
  const factor = metric === "accuracy" ? 100 : 1;
  const scaled = (pair: readonly [number, number] | undefined) =>
    pair && ([factor * pair[0], factor * pair[1]] as const);
  const row = (name: string, style: number, value: number, range: readonly [number, number] | undefined): BarRow => {
    return { name, style, value: factor * value, interval: scaled(range), text: showScore(metric, value) };
  };
  const ranges = interval
    ? " Lines are 95 % intervals: the range of scores to expect on other rows from the same source."
    : "";
  return {
    kind: "bars",
    id: "scores",
    draw: "dots",
    caption: `${metric === "accuracy" ? "Accuracy" : "R² (1 is perfect, 0 is as good as the mean)"} on ${formatCount(rows)} test rows, compared with simple models.${ranges}`,
    description: `Test scores: this network ${showScore(metric, score)}, ${baselines.map((one) => `${one.name} ${showScore(metric, one.score)}`).join(", ")}`,
    axis: metric === "accuracy" ? { title: "accuracy (%)" } : { title: "R²", ...lowest(test) },
    rows: [
      row("this network", 0, score, interval),
      ...baselines.map((one, i) =>
        row(readableName(one.name), i === 0 && baselines.length > 1 ? 1 : 4, one.score, one.interval),
      ),
    ],
  };
}

/** Intervals of R² are cut at −1, unless a score is below. */
function lowest({ score, interval, baselines }: TestEvaluation): { readonly from?: number } {
  const scores = [score, ...baselines.map((one) => one.score)];
  const ends = [interval, ...baselines.map((one) => one.interval)].flatMap((each) => each ?? []);
  const least = Math.min(-1, 1.2 * Math.min(...scores.filter(Number.isFinite), 0));
  return Math.min(...ends.filter(Number.isFinite)) < least ? { from: least } : {};
}

export function importanceFigure({ drops, repeats }: Importance, metric: TestEvaluation["metric"]): BarsFigure {
  const factor = metric === "accuracy" ? 100 : 1;
  const unit = metric === "accuracy" ? "drop of accuracy (percentage points)" : "drop of R²";
  const show = (value: number) => (metric === "accuracy" ? decimals(100 * value, 1) : formatNumber(value, 2));
  return {
    kind: "bars",
    id: "importance",
    draw: "bars",
    caption: `How much the score drops when one column is shuffled among the test rows: mean of ${repeats} shuffles, with their standard deviation.`,
    description: `Permutation importance: ${drops
      .slice(0, 10)
      .map(({ name, mean }) => `${name} ${show(mean)}`)
      .join(", ")}`,
    axis: { title: unit },
    rows: drops.map(({ name, mean, deviation }) => ({
      name,
      value: factor * mean,
      interval: [factor * (mean - deviation), factor * (mean + deviation)] as const,
      text: show(mean),
      style: 0,
    })),
  };
}

/** Wrongly labelled test images, those with the highest probability first; undefined without images. */
export function mistakesFigure({ rows, wrong }: Mistakes, regression: boolean): ImagesFigure | undefined {
  const shown = rows.filter(({ image }) => image);
  if (shown.length === 0) return undefined;
  const tiles = shown.map(({ image, truth, predicted, certainty }) => ({
    ...(image as NonNullable<typeof image>),
    lines: regression
      ? [`true ${signedNumber(truth)}`, `→ ${signedNumber(predicted)}`]
      : [readableName(truth), `→ ${readableName(predicted)} (${percent(certainty, 0)})`],
  }));
  return {
    kind: "images",
    id: "mistakes",
    caption: regression
      ? "The test images with the largest errors, with the true and the predicted number."
      : `The test images that the model is most confidently wrong about (${formatCount(shown.length)} of ${formatCount(wrong)}): the true class and the predicted class with its probability.`,
    description: "Test images with the most confident mistakes",
    columns: { wide: 6, narrow: 3 },
    tiles,
  };
}

export function weightsFigure({ units, tiles, members }: NonNullable<RunEvaluation["weights"]>): ImagesFigure {
  return {
    kind: "images",
    id: "weights",
    caption: `Weights of the first layer: the ${formatCount(tiles.length)} of ${formatCount(units)} units with the largest weights${members === undefined ? "" : ` in one of the ${members} networks of the ensemble`}, each scaled by its own largest weight; grey is 0.`,
    description: "First-layer weights as a grid of images",
    columns: { wide: 12, narrow: 6 },
    gap: 3,
    tiles,
  };
}
