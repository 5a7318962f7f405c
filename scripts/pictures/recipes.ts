import type { Figure, Point } from "../../src/report/figures/figure.ts";
import curves from "./recipes.json" with { type: "json" };

/** The accuracy of the recipes for CIFAR-100 while they train, from the histories of the runs in docs/results.md. */
export function recipes(): Figure {
  return {
    kind: "lines",
    id: "recipes",
    caption: "",
    description: "Accuracy of the recipes on the validation images, in one view, by the number of training images seen",
    labels: "above",
    panels: [
      {
        x: { title: "training images seen, millions", scale: "log", from: 0.1, to: 20 },
        y: { title: "validation accuracy, %" },
        series: Object.entries(curves).map(([name, points], style) => ({
          name,
          points: points as unknown as Point[],
          style,
        })),
      },
    ],
  };
}
