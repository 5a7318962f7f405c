import { readableName } from "../../src/report/figures/confusion.ts";
import type { ConfusionFigure, ImagesFigure, LinesFigure, Point } from "../../src/report/figures/figure.ts";
import { formatCount, percent } from "../../src/report/format.ts";
import {
  accuracyFigure,
  accuracyPoints,
  comparisonFigure,
  iterationsPerPoint,
  lossFigure,
} from "../../src/report/runFigures.ts";
import type { ComparisonName, Problem1Results } from "./results.ts";
import { curvesOf, runLooks } from "./runs.ts";

function tinynetCurves({ tinynet }: Problem1Results) {
  const { loss, trainAccuracy, valAccuracy } = tinynet.run;
  return { name: "TinyNet", style: 0, loss, trainScore: trainAccuracy, valScore: valAccuracy };
}

function publishedCurves({ tinynet }: Problem1Results) {
  const { published } = tinynet.run;
  return published && { trainScore: published.trainAccuracy, valScore: published.valAccuracy };
}

function compare(results: Problem1Results, names: readonly ComparisonName[], id: string, about: string): LinesFigure {
  const block = iterationsPerPoint(Math.max(...names.map((name) => results.runs[name].loss.length)));
  return comparisonFigure(
    names.map((name) => curvesOf(results, name)),
    {
      id,
      caption: `${about} Each point of the loss is the mean of ${block} iterations; accuracies are those after each epoch.`,
      description: `Loss per iteration, training and validation accuracy per epoch of ${names.map((name) => runLooks[name].name).join(", ")}`,
    },
  );
}

/** The share of a run's parameters that are smaller than a magnitude, for every magnitude. */
function magnitudes(results: Problem1Results, names: readonly ComparisonName[], id: string): LinesFigure {
  const thresholds = results.decay.magnitudeThresholds;
  return {
    kind: "lines",
    id,
    labels: "above",
    caption:
      "Share of parameters that are smaller than a magnitude, after the last epoch. A curve further to the left means smaller parameters.",
    description: `Cumulative distribution of parameter magnitudes of ${names.map((name) => runLooks[name].name).join(", ")}`,
    panels: [
      {
        x: { title: "magnitude |θ|", scale: "log" },
        y: { title: "parameters below it (%)", from: 0, to: 100 },
        series: names.map((name) => ({
          name: runLooks[name].name,
          style: runLooks[name].style,
          ...(runLooks[name].draw && { draw: runLooks[name].draw }),
          points: results.runs[name].parameters.below.map((share, i): Point => [thresholds[i], 100 * share]),
        })),
      },
    ],
  };
}

/** The figures of the report; the notebook's cells call the same ones. */
export const problem1Figures = {
  gelu: ({ checks: { gelu } }: Problem1Results): LinesFigure => ({
    kind: "lines",
    id: "gelu",
    caption:
      "GELU and its derivative, computed by our layer. The derivative leaves 0 … 1 on both sides of 0: GELU is not monotone.",
    description: "GELU and its derivative between −4 and 4",
    panels: [
      {
        x: { title: "x" },
        y: { title: "value" },
        series: [
          { name: "GELU(x)", style: 0, points: gelu.x.map((x, i): Point => [x, gelu.value[i]]) },
          { name: "derivative", style: 1, points: gelu.x.map((x, i): Point => [x, gelu.derivative[i]]) },
        ],
      },
    ],
  }),

  tinynetLoss: (results: Problem1Results): LinesFigure => {
    const block = iterationsPerPoint(results.tinynet.run.loss.length);
    return lossFigure([tinynetCurves(results)], {
      id: "tinynet-loss",
      caption: `TinyNet's loss: every iteration, and the mean of each ${block} of them as a line.`,
      description: "Loss per iteration of TinyNet",
    });
  },

  tinynetAccuracy: (results: Problem1Results): LinesFigure =>
    accuracyFigure(
      tinynetCurves(results),
      {
        id: "tinynet-accuracy",
        caption: `TinyNet's accuracies after each epoch${results.tinynet.run.published && !results.data.standIn ? ", on training and validation images; rings are the published values" : ", on training and validation images"}.`,
        description: "Training and validation accuracy per epoch of TinyNet",
      },
      results.data.standIn ? undefined : publishedCurves(results),
    ),

  weights: ({ tinynet: { weights } }: Problem1Results): ImagesFigure => ({
    kind: "images",
    id: "tinynet-weights",
    caption: `Weights of the first layer as images: the ${weights.units.length} units with the largest weights, each scaled by its own largest; grey is 0.`,
    description: "First-layer weights of TinyNet as a grid of images",
    columns: { wide: 16, narrow: 8 },
    gap: 3,
    tiles: weights.rgb.map((rgb) => ({ rgb, width: weights.width, height: weights.height })),
  }),

  confusion: ({ data, tinynet: { test } }: Problem1Results): ConfusionFigure => ({
    kind: "confusion",
    id: "tinynet-confusion",
    caption: `TinyNet's predictions for the ${formatCount(test.images)} test images, in per cent of each true class (rows).`,
    description: "Confusion matrix of TinyNet on the test images",
    labels: data.labelNames,
    counts: test.confusion,
  }),

  wrong: ({ data, tinynet: { test } }: Problem1Results): ImagesFigure => ({
    kind: "images",
    id: "tinynet-wrong",
    caption: "The test images that TinyNet is most confidently wrong about: the true class and the predicted one.",
    description: "Test images that TinyNet labels wrongly with the highest probability",
    columns: { wide: 6, narrow: 3 },
    tiles: test.wrong.map(({ rgb, label, predicted, probability }) => ({
      rgb,
      width: data.inputShape[1],
      height: data.inputShape[0],
      lines: [
        readableName(data.labelNames[label]),
        `→ ${readableName(data.labelNames[predicted])} ${percent(probability, 0)}`,
      ],
    })),
  }),

  decay: (results: Problem1Results): LinesFigure =>
    compare(
      results,
      ["sgd", "sgdw", "l1", "l2"],
      "sgd-comparison",
      "SGD without and with weight decay, L1 and L2. The broad line is weight decay; L2 with the derived λ coincides with it.",
    ),

  publishedL1: (results: Problem1Results): LinesFigure => {
    const { l1, l1pub } = results.runs;
    const published = results.data.standIn || results.plan.quick ? undefined : l1pub.published;
    const panel = (key: "trainAccuracy" | "valAccuracy", title: string) => ({
      x: { title: "epoch", scale: "whole" as const },
      y: { title },
      series: [
        ...(published
          ? [{ name: "published as L1", style: 5, draw: "dots" as const, points: accuracyPoints(published[key]) }]
          : []),
        { name: runLooks.l1pub.name, style: runLooks.l1pub.style, points: accuracyPoints(l1pub[key]) },
        { name: "true L1", style: runLooks.l1.style, points: accuracyPoints(l1[key]) },
      ],
    });
    return {
      kind: "lines",
      id: "l1-erratum",
      caption: published
        ? "The published “L1” curve (rings), the run that adds λ·sign(gradient), which coincides with it, and the true L1 run."
        : "The run that adds λ·sign(gradient), and the true L1 run. The published curve belongs to the whole lab on CIFAR-100.",
      description: "Accuracies per epoch of the published L1 run, the sign-of-gradient run and the true L1 run",
      panels: [panel("trainAccuracy", "training accuracy (%)"), panel("valAccuracy", "validation accuracy (%)")],
    };
  },

  decayMagnitudes: (results: Problem1Results): LinesFigure =>
    magnitudes(results, ["sgd", "sgdw", "l1", "l2"], "sgd-magnitudes"),

  adam: (results: Problem1Results): LinesFigure =>
    compare(
      results,
      ["adamw", "adaml2", "sgd", "sgdw"],
      "adam-comparison",
      "AdamW (the broad line) and Adam with L2, compared with SGD without and with weight decay.",
    ),

  adamAll: (results: Problem1Results): LinesFigure => {
    const names: readonly ComparisonName[] = ["sgd", "sgdw", "l1", "l2", "adamw", "adaml2"];
    const styles = [4, 0, 1, 3, 2, 5];
    const runs = names.map((name, i) => ({ ...curvesOf(results, name), style: styles[i], draw: undefined }));
    return comparisonFigure(runs, {
      id: "all-comparison",
      caption: "All six runs together. Weight decay and L2 coincide under SGD, AdamW and Adam with L2 nearly.",
      description: "Loss and accuracies of SGD, weight decay, L1, L2, AdamW and Adam with L2",
    });
  },

  adamMagnitudes: (results: Problem1Results): LinesFigure =>
    magnitudes(results, ["adamw", "adaml2", "sgd"], "adam-magnitudes"),
};
