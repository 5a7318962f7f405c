import type { LinePanel, LinesFigure, Point, Series } from "../figures/figure.ts";
import { robustAxis } from "../figures/range.ts";
import { smoothLoss } from "../runFigures.ts";
import { metricName, type ReportedRun, stepsPerEpoch } from "./reportedRun.ts";

const [training, validation] = [0, 1];

/**
 * The curves of a run: loss and score of training and validation in one panel each, then learning rate and norm of the gradients. Undefined
 * for a run without a step.
 */
export function curvesFigure(run: ReportedRun): LinesFigure | undefined {
  if (run.loss.length === 0) return undefined;
  const steps = stepsPerEpoch(run);
  const { evaluateEvery } = run.config;
  const panels = [lossPanel(run, steps), ...scorePanel(run), ...stepPanels(run, steps)];
  const measured =
    panels.length > 2 ? " Learning rate and gradient norm are measured in about twenty steps per epoch." : "";
  const trained = run.trainLoss?.length
    ? " The faint line is the loss of single batches, with dropout and augmentation."
    : "";
  return {
    kind: "lines",
    id: "curves",
    caption: `Training and validation loss and ${metricName(run.metric)} after ${evaluateEvery === undefined || evaluateEvery === 1 ? "each epoch" : `every ${evaluateEvery} epochs and the last`}.${trained}${measured}`,
    description: `Training curves: loss, ${metricName(run.metric)}, learning rate and gradient norm`,
    panels,
  };
}

const perEpoch = (values: readonly number[], factor = 1): Point[] =>
  values.map((value, epoch): Point => [epoch + 1, factor * value]).filter(([, y]) => Number.isFinite(y));

function lossPanel(run: ReportedRun, steps: number | undefined): LinePanel {
  const { loss, trainLoss = [], valLoss = [] } = run;
  // In epochs where their length is known, else in iterations
  const inEpochs = steps !== undefined && run.valScore.length > 0;
  const x = (iteration: number) => (inEpochs ? iteration / steps : iteration);
  const smooth = smoothLoss(loss).map(([at, value]): Point => [x(at), value]);
  const batches: Series = trainLoss.length
    ? { name: "batches", style: training, draw: "faint", points: smooth }
    : { name: "training", style: training, points: smooth };
  const series: Series[] = [
    batches,
    ...(inEpochs && trainLoss.length ? [{ name: "training", style: training, points: perEpoch(trainLoss) }] : []),
    ...(inEpochs && valLoss.length ? [{ name: "validation", style: validation, points: perEpoch(valLoss) }] : []),
  ];
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  return {
    x: inEpochs ? epochAxis(run) : { title: "iteration", from: 0 },
    y: robustAxis({ title: "loss" }, values, { log: true }),
    series,
    ...(inEpochs && { marks: bestMark(run) }),
  };
}

function scorePanel(run: ReportedRun): LinePanel[] {
  const { metric, trainScore, valScore } = run;
  if (valScore.length === 0) return [];
  const factor = metric === "accuracy" ? 100 : 1;
  const series: Series[] = [
    { name: "training", style: training, points: perEpoch(trainScore, factor) },
    { name: "validation", style: validation, points: perEpoch(valScore, factor) },
  ];
  const values = series.flatMap(({ points }) => points.map(([, y]) => y));
  const title = metric === "accuracy" ? "accuracy (%)" : "R²";
  return [{ x: epochAxis(run), y: robustAxis({ title }, values), series, marks: bestMark(run) }];
}

/** Learning rate and norm of the gradients, which old runs lack. */
function stepPanels(run: ReportedRun, steps: number | undefined): LinePanel[] {
  const { trace, valScore } = run;
  if (!trace || trace.gradientNorm.length === 0) return [];
  const inEpochs = steps !== undefined && valScore.length > 0;
  const x = (i: number) => (inEpochs ? (i * trace.every) / steps : i * trace.every);
  const points = (values: readonly number[]) => smoothLoss(values).map(([i, value]): Point => [x(i - 0.5), value]);
  const axis = inEpochs ? epochAxis(run) : { title: "iteration", from: 0 };
  const panel = (title: string, values: readonly number[], log: boolean): LinePanel => {
    const shown = points(values);
    const heights = shown.map(([, y]) => y);
    return {
      x: axis,
      y: robustAxis({ title, ...(!log && { from: 0 }) }, heights, { log }),
      series: [{ name: title, style: 4, draw: "plain", points: shown }],
      share: 0.8,
    };
  };
  return [panel("learning rate", trace.learningRate, false), panel("norm of the gradients", trace.gradientNorm, true)];
}

const epochAxis = ({ valScore }: ReportedRun) =>
  ({ title: "epoch", scale: "whole", from: 0, to: Math.max(1, valScore.length) }) as const;

function bestMark({ bestEpoch, valScore }: ReportedRun): LinePanel["marks"] {
  return bestEpoch === undefined || valScore.length < 2 ? [] : [{ x: bestEpoch + 1, name: `best: ${bestEpoch + 1}` }];
}
