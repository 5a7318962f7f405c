import type { LearningRateTest } from "../training/learningRateTest.ts";
import type { Report } from "./document.ts";
import type { LinesFigure, Point } from "./figures/figure.ts";
import { formatNumber } from "./format.ts";

/** The loss over the learning rate, with what is suggested. */
export function learningRateFigure({
  rates,
  loss,
  smoothed,
  suggestion,
  tenthOfMinimum,
  steepest,
}: LearningRateTest): LinesFigure {
  const points = (values: readonly number[]) => values.map((value, i): Point => [rates[i], value]);
  // Single batches scatter, and the last ones are already far up: the axis follows the smoothed loss
  const [least, greatest] = [Math.min(...smoothed), Math.max(...smoothed.slice(10, 40), Math.min(...smoothed))];
  const marks = [
    { name: "steepest descent", at: steepest, style: 2 },
    { name: "a tenth of the minimum", at: tenthOfMinimum, style: 1 },
  ].flatMap(({ name, at, style }) => {
    if (at === undefined) return [];
    const nearest = rates.reduce(
      (best, rate, i) => (Math.abs(Math.log(rate / at)) < Math.abs(Math.log(rates[best] / at)) ? i : best),
      0,
    );
    return [{ name, style, draw: "dots" as const, points: [[rates[nearest], smoothed[nearest]] as const] }];
  });
  const series = [
    { name: "single batches", style: 0, draw: "faint" as const, points: points(loss) },
    { name: "smoothed loss", style: 0, points: points(smoothed) },
    ...marks,
  ];
  return {
    kind: "lines",
    id: "learning-rate",
    labels: "above",
    caption:
      suggestion === undefined
        ? "Loss against the learning rate, which grows with each step. The loss never falls."
        : `Loss against the learning rate, which grows with each step. Suggested: ${formatNumber(suggestion, 2)}.`,
    description: "Loss against the learning rate in a range test",
    panels: [
      {
        x: { title: "learning rate", scale: "log" },
        y: { title: "loss", from: least - 0.08 * (greatest - least), to: greatest + 0.5 * (greatest - least) },
        series,
      },
    ],
  };
}

/** The figure, what it means, and the command that trains with the suggestion. */
export function learningRateReport(
  test: LearningRateTest,
  { data, next }: { readonly data: string; readonly next: string },
): Report {
  const { suggestion, steepest, rates, diverged } = test;
  const show = (rate: number | undefined) => (rate === undefined ? "–" : formatNumber(rate, 2));
  const text =
    suggestion === undefined
      ? `The loss does not fall at any learning rate, so there is no suggestion. Check the data and the other settings.`
      : `Two rules are common: the learning rate with the steepest fall of the smoothed loss, and a tenth of the learning rate with the lowest loss. The suggestion follows the second, because the steepest point varies with the noise of the batches.`;
  return {
    title: "Learning-rate range test",
    subtitle: data,
    look: "results",
    warnings: [],
    summary: [
      ["suggested learning rate", show(suggestion)],
      ["steepest descent", show(steepest)],
      [diverged ? "steps until it diverged" : "steps", String(rates.length)],
    ],
    parts: [
      {
        title: "",
        sections: [
          {
            id: "test",
            title: "Loss by learning rate",
            blocks: [
              { kind: "figure", figure: learningRateFigure(test) },
              { kind: "text", text },
              ...(suggestion === undefined ? [] : [{ kind: "code" as const, lines: [next] }]),
              {
                kind: "text",
                text: "The test follows Smith (2017, arXiv:1506.01186); the rules for the suggestion are those of fastai (Howard and Gugger 2020, arXiv:2002.04688). The test does not change the model: training starts from new weights.",
              },
            ],
          },
        ],
      },
    ],
  };
}
