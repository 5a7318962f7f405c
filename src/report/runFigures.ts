import type { Metric } from "../training/history.ts";
import type { Axis, LinePanel, LinesFigure, Point, Series } from "./figures/figure.ts";
import { axisOfBetter } from "./figures/range.ts";
import type { RichText } from "./markup.ts";

/** What the figures of training runs are drawn from. */
export interface RunCurves {
  readonly name: string;
  readonly style: number;
  /** of every iteration */
  readonly loss: readonly number[];
  /** after every epoch */
  readonly metric?: Metric;
  readonly trainScore: readonly number[];
  readonly valScore: readonly number[];
  readonly draw?: Series["draw"];
  /** other runs of the same settings with other seeds: the mean is drawn, and the range as a band */
  readonly others?: readonly Pick<RunCurves, "loss" | "trainScore" | "valScore">[];
}

type Curves = Pick<RunCurves, "loss" | "trainScore" | "valScore">;

export interface FigureText {
  readonly id: string;
  readonly caption: RichText;
  readonly description: string;
}

const lossAxis: Axis = { title: "loss" };
const iterationAxis: Axis = { title: "iteration", from: 0 };
const epochAxis: Axis = { title: "epoch", scale: "whole" };
const mostPoints = 125;

/** How many iterations one point of a loss curve stands for, so that a curve has no more points than can be seen. */
export function iterationsPerPoint(iterations: number): number {
  return [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000].find((size) => iterations / size <= mostPoints) ?? 2000;
}

/** Means of blocks of iterations, each at the middle of its block: the trend of a noisy loss. */
export function smoothLoss(loss: readonly number[], block = iterationsPerPoint(loss.length)): Point[] {
  const points: Point[] = [];
  for (let start = 0; start + block <= loss.length; start += block) {
    let sum = 0;
    for (let i = start; i < start + block; i++) sum += loss[i];
    points.push([start + (block + 1) / 2, sum / block]);
  }
  return points;
}

/** Accuracies in per cent at epochs 1, 2, … */
export function accuracyPoints(accuracies: readonly number[]): Point[] {
  return accuracies.map((share, epoch): Point => [epoch + 1, 100 * share]);
}

/** Scores at epochs 1, 2, …: accuracies in per cent, R² as it is. */
function scorePoints(scores: readonly number[], metric: Metric): Point[] {
  return metric === "accuracy" ? accuracyPoints(scores) : scores.map((score, epoch): Point => [epoch + 1, score]);
}

/** Mean and range of several curves where all of them have a point. */
function seriesOf(run: RunCurves, pointsOf: (curves: Curves) => Point[]): Series {
  const { name, style, draw, others = [] } = run;
  const all = [run, ...others].map(pointsOf);
  const length = Math.min(...all.map((points) => points.length));
  if (all.length === 1) return { name, style, points: all[0], ...(draw && { draw }) };
  const at = (i: number): number[] => all.map((points) => points[i][1]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    name,
    style,
    points: all[0].slice(0, length).map(([x], i): Point => [x, mean(at(i))]),
    band: all[0].slice(0, length).map(([x], i) => [x, Math.min(...at(i)), Math.max(...at(i))] as const),
  };
}

/** The loss of every iteration, and the mean of blocks of them as a line on top. */
export function lossFigure(runs: readonly RunCurves[], text: FigureText): LinesFigure {
  return { kind: "lines", ...text, panels: [{ x: iterationAxis, y: lossAxis, series: lossSeries(runs) }] };
}

function lossSeries(runs: readonly RunCurves[]): Series[] {
  const longest = Math.max(...runs.map(({ loss }) => loss.length));
  const block = iterationsPerPoint(longest);
  const lines = runs
    .filter(({ loss }) => loss.length > 0)
    .map((run) => seriesOf(run, ({ loss }) => smoothLoss(loss, block)));
  if (runs.length > 1 || runs[0].others?.length) return lines;
  const [{ name, style, loss }] = runs;
  const raw: Series = { name, style, draw: "faint", points: loss.map((value, i): Point => [i + 1, value]) };
  return [raw, ...lines];
}

/** Training and validation accuracy of one run, with rings around it where it was published. */
export function accuracyFigure(
  run: RunCurves,
  text: FigureText,
  published?: Pick<RunCurves, "trainScore" | "valScore">,
): LinesFigure {
  const dots = (name: string, style: number, accuracies: readonly number[]): Series => {
    return { name, style, draw: "dots", points: accuracyPoints(accuracies) };
  };
  const series: Series[] = [
    { name: "training", style: 0, points: accuracyPoints(run.trainScore) },
    { name: "validation", style: 1, points: accuracyPoints(run.valScore) },
    ...(published
      ? [dots("published training", 0, published.trainScore), dots("published validation", 1, published.valScore)]
      : []),
  ];
  return { kind: "lines", ...text, panels: [{ x: epochAxis, y: { title: "accuracy (%)" }, series }] };
}

/** Several runs together: the loss, and the scores on training and validation data, in panels of their own for each metric. */
export function comparisonFigure(runs: readonly RunCurves[], text: FigureText): LinesFigure {
  const metrics = [...new Set(runs.map(({ metric = "accuracy" }) => metric))];
  const scorePanels = metrics.flatMap((metric) => {
    const axis = metric === "accuracy" ? "accuracy (%)" : "R²";
    const scored = runs.filter((run) => (run.metric ?? "accuracy") === metric);
    const panel = (part: string, scoresOf: (curves: Curves) => readonly number[]): LinePanel =>
      robustPanel(
        { title: `${part} ${axis}` },
        epochAxis,
        scored.map((run) => seriesOf(run, (curves) => scorePoints(scoresOf(curves), metric))),
        "high",
      );
    return [panel("training", ({ trainScore }) => trainScore), panel("validation", ({ valScore }) => valScore)];
  });
  const lines = lossSeries(runs).filter(({ draw }) => draw !== "faint");
  const losses = robustPanel(lossAxis, iterationAxis, lines, "low");
  return { kind: "lines", ...text, panels: [losses, ...scorePanels] };
}

/** A panel with the axis range of the better runs, so that diverged runs do not flatten the others. */
function robustPanel(y: Axis, x: Axis, series: readonly Series[], better: "high" | "low"): LinePanel {
  const curves = series.map(({ points, band = [] }) => [
    ...points.map(([, value]) => value),
    ...band.flatMap(([, ...ends]) => ends),
  ]);
  return { x, y: axisOfBetter(y, curves, better), series };
}
