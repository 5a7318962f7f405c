import { numericalGradient, softmax, Tensor, tensor } from "../../src/index.ts";
import type { Figure, Point } from "../../src/report/figures/figure.ts";
import { curve, lines, workspace } from "./picture.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Errors of difference quotients of eˣ at 1, for h from 10⁻¹² to 1. */
export function centralDifferences(): Figure {
  const errors = (quotient: (h: number) => number): Point[] =>
    Array.from({ length: 73 }, (_, i) => 10 ** (-12 + i / 6))
      .map((h): Point => [h, Math.abs(quotient(h) - Math.E)])
      .filter(([, error]) => error > 0);
  const x = Tensor.zeros([1], "float64");
  const central = (order: 2 | 4) => (h: number) => {
    x.data[0] = 1;
    return numericalGradient(() => Math.exp(x.data[0]), x, { h, order }).data[0];
  };
  const single = (at: number): number => Math.fround(Math.exp(Math.fround(at)));
  return {
    kind: "lines",
    id: "central-differences",
    caption: "",
    description: "The error of difference quotients of exp at 1 over h: each falls with h until rounding makes it grow",
    labels: "above",
    panels: [
      {
        x: { title: "h", scale: "log" },
        y: { title: "error of the difference quotient of eˣ at x = 1", scale: "log", from: 1e-14, to: 10 },
        series: lines({
          "one-sided": errors((h) => (Math.exp(1 + h) - Math.E) / h),
          central: errors(central(2)),
          "central, order 4": errors(central(4)),
          "central, float32": errors((h) => (single(1 + h) - single(1 - h)) / (2 * h)).filter(([h]) => h > 3e-7),
        }),
      },
    ],
  };
}

/** Softmax of (2, 1, 0, −1)/T. */
export function softmaxTemperature(): Figure {
  const logits = [2, 1, 0, -1];
  const points = Array.from({ length: 81 }, (_, i) => 10 ** (-1 + i / 40)).map((temperature) => ({
    temperature,
    p: softmax(tensor([logits.map((z) => z / temperature)], "float64"), workspace).data,
  }));
  const series = Object.fromEntries(
    logits.map((z, j) => [
      `z = ${z < 0 ? "−" : ""}${Math.abs(z)}`,
      points.map(({ temperature, p }): Point => [temperature, p[j]]),
    ]),
  );
  return {
    kind: "lines",
    id: "softmax-temperature",
    caption: "",
    description: "Softmax of four logits divided by T: one class has all for small T, all have a quarter for large T",
    panels: [{ x: { title: "T", scale: "log" }, y: { title: "softmax(z/T)", from: 0, to: 1 }, series: lines(series) }],
  };
}

/** Binary cross-entropy and its derivative, compared with the squared error of the same probability. */
export function binaryLosses(): Figure {
  const cross = (y: number) => (x: number) => Math.max(x, 0) - x * y + Math.log1p(Math.exp(-Math.abs(x)));
  return {
    kind: "lines",
    id: "binary-losses",
    caption: "",
    description:
      "Binary cross-entropy grows linearly where the logit is wrong, and its derivative tends to −1; the derivative of the squared error tends to 0",
    panels: [
      {
        x: { title: "logit x" },
        y: { title: "loss of one element" },
        series: lines({
          "cross-entropy, y = 1": curve(cross(1), -6, 6),
          "cross-entropy, y = 0.5": curve(cross(0.5), -6, 6),
          "(σ(x) − 1)²": curve((x) => (logistic(x) - 1) ** 2, -6, 6),
        }),
      },
      {
        x: { title: "logit x" },
        y: { title: "derivative" },
        series: lines({
          "cross-entropy, y = 1": curve((x) => logistic(x) - 1, -6, 6),
          "cross-entropy, y = 0.5": curve((x) => logistic(x) - 0.5, -6, 6),
          "(σ(x) − 1)²": curve((x) => 2 * (logistic(x) - 1) * logistic(x) * (1 - logistic(x)), -6, 6),
        }),
      },
    ],
  };
}
