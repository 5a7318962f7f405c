import type { History } from "../training/history.ts";
import type { Axis, LinePanel, LinesFigure, Point, Series } from "./figures/figure.ts";
import { robustAxis } from "./figures/range.ts";
import { smoothLoss } from "./runFigures.ts";

const [training, validation] = [0, 1];
const mostPoints = 300;

/** The curves of a run that is being trained, over the epochs: loss and score, learning rate and norm of the gradients. */
export function liveFigure(history: History, stepsPerEpoch: number, epochs: number): LinesFigure {
  const { metric, loss, trainScore, valScore, trainLoss = [], valLoss = [], trace } = history;
  const x: Axis = {
    title: "epoch",
    from: 0,
    to: Math.max(1, Math.min(epochs, Math.ceil(loss.length / stepsPerEpoch))),
  };
  // The page is sent every half second, so it has only as many points as can be seen, and always the last one
  const perEpoch = (values: readonly number[], factor = 1) => {
    const every = Math.ceil(values.length / mostPoints);
    const points = values.map((value, epoch): Point => [epoch + 1, factor * value]);
    return points.filter(([x, y]) => Number.isFinite(y) && (x % every === 0 || x === values.length));
  };
  const panel = (y: Axis, series: readonly Series[], log = false): LinePanel => {
    const values = series.flatMap(({ points }) => points.map(([, value]) => value));
    return { x, y: robustAxis(y, values, { log }), series: series.filter(({ points }) => points.length > 0) };
  };
  const factor = metric === "accuracy" ? 100 : 1;
  const measured = (values: readonly number[] = []) =>
    smoothLoss(values).map(([i, value]): Point => [((i - 0.5) * (trace?.every ?? 1)) / stepsPerEpoch, value]);
  const batches = smoothLoss(loss).map(([i, value]): Point => [i / stepsPerEpoch, value]);
  const steps = (name: string, values: readonly number[] | undefined): Series => ({
    ...{ name, style: 4, draw: "plain", points: measured(values) },
  });
  const losses: Series[] = [
    { name: "single batches", style: training, draw: "faint", points: batches },
    { name: "training", style: training, points: perEpoch(trainLoss) },
    { name: "validation", style: validation, points: perEpoch(valLoss) },
  ];
  const scores: Series[] = [
    { name: "training", style: training, points: perEpoch(trainScore, factor) },
    { name: "validation", style: validation, points: perEpoch(valScore, factor) },
  ];
  const panels = [
    panel({ title: "loss" }, losses, true),
    panel({ title: metric === "accuracy" ? "accuracy (%)" : "R²" }, scores),
    { ...panel({ title: "learning rate", from: 0 }, [steps("learning rate", trace?.learningRate)]), share: 0.8 },
    {
      ...panel({ title: "norm of the gradients" }, [steps("norm of the gradients", trace?.gradientNorm)], true),
      share: 0.8,
    },
  ].filter(({ series }) => series.length > 0);
  return { kind: "lines", id: "live", caption: "", description: "Curves of the training so far", panels };
}
