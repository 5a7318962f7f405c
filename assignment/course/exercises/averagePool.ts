import type { Exercise, Mistake } from "../exercise.ts";
import { type LayerCase, layerExperiments } from "../layerExperiments.ts";
import { mapped, quantity } from "../quantities.ts";
import { cases, pooled, unpooled, type Windows, windowMistakes } from "./pooling.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/**
 * Average pooling: each channel of an image is divided into windows of 2×2 pixels, and y is the mean of each window. A last odd row or
 * column is left out.
 *
 * Shapes: x (batch, height, width, channels), y (batch, ⌊height/2⌋, ⌊width/2⌋, channels).
 */
export class AveragePool {
  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("AveragePool.forward");
  }

  /** From dy = ∂J/∂y, in the shape of y, returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("AveragePool.backward");
  }
}
`;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const equalParts = (values: readonly number[], dy: number): number[] => values.map(() => dy / values.length);

const results = (one: LayerCase, windows?: Windows) => ({
  y: pooled(one.x, mean, windows),
  dx: unpooled(one, equalParts, windows),
});

const forward = (cause: string, message: string, pick: (values: readonly number[]) => number): Mistake<LayerCase> => ({
  cause,
  message,
  results: ({ x }) => ({ y: pooled(x, pick) }),
});

const backward = (
  cause: string,
  message: string,
  share: (values: readonly number[], dy: number) => readonly number[],
): Mistake<LayerCase> => ({ cause, message, results: (one) => ({ dx: unpooled(one, share) }) });

export const averagePool: Exercise = {
  id: "averagePool",
  title: "Average pooling",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    { text: "Average pooling is a convolution. With which kernel, which stride, and how many parameters to learn?" },
  ],
  hints: [
    "How many numbers of x does one number of y depend on, and in how many windows is each number of x?",
    "Each number of x belongs to one window at most. Which share of it reaches y?",
    "Output (i, j) has the window that starts at row 2i and column 2j. All of its pixels get the same gradient: their share of dy at (i, j). Pixels without a window get 0.",
  ],
  experiments: layerExperiments<LayerCase>({
    name: "AveragePool",
    args: () => [],
    cases: (random) => cases(random),
    expected: (one) => results(one),
    mistakes: [
      {
        cause: "missing-1/N",
        message: "y is the sum of the window; the division by the number of its pixels is missing",
        results: ({ x }) => ({ y: pooled(x, sum) }),
      },
      forward("wrong-quantity", "y is the largest value of the window and not the mean", (values) =>
        Math.max(...values),
      ),
      forward("wrong-quantity", "y is the smallest value of the window and not the mean", (values) =>
        Math.min(...values),
      ),
      forward("wrong-quantity", "y is the median of the window and not the mean", (values) =>
        mean(values.toSorted((a, b) => a - b).slice(1, 3)),
      ),
      forward(
        "extra-1/N",
        "the sum of the window is divided by 2: a window of 2×2 has four pixels",
        (values) => sum(values) / 2,
      ),
      forward("extra-1/N", "the sum of the window is divided by 4 twice", (values) => sum(values) / 16),
      forward("one-pixel", "y is the first pixel of the window", (values) => values[0]),
      forward(
        "one-pixel",
        "y is the last pixel of the window, divided by 4: the pixels overwrite each other",
        (values) => values[3] / 4,
      ),
      forward("one-pixel", "y is the last pixel of the window", (values) => values[3]),
      forward("one-pixel", "y is the first pixel of the window, divided by 4", (values) => values[0] / 4),
      forward(
        "missing-pixel",
        "the last pixel of the window is left out of the sum",
        (values) => sum(values.slice(0, 3)) / 4,
      ),
      forward("missing-pixel", "the last pixel of the window is left out of the mean", (values) =>
        mean(values.slice(0, 3)),
      ),
      forward(
        "missing-pixel",
        "the first pixel of the window is left out of the sum",
        (values) => sum(values.slice(1)) / 4,
      ),
      backward("missing-1/N", "dx lacks the division by the number of pixels of a window", (values, dy) =>
        values.map(() => dy),
      ),
      backward("extra-1/N", "dx is divided by 2: a window of 2×2 has four pixels", (values, dy) =>
        values.map(() => dy / 2),
      ),
      backward("extra-1/N", "dx is divided by 4 twice", (values, dy) => values.map(() => dy / 16)),
      ...[0, 3].flatMap((pixel) => {
        const name = pixel === 0 ? "first" : "last";
        const only = (dy: number, values: readonly number[]): number[] =>
          values.map((_, at) => (at === pixel ? dy : 0));
        return [
          backward("one-pixel", `only the ${name} pixel of each window gets a gradient`, (values, dy) =>
            only(dy / 4, values),
          ),
          backward("one-pixel", `only the ${name} pixel of each window gets a gradient, and all of it`, (values, dy) =>
            only(dy, values),
          ),
        ];
      }),
      backward("wrong-quantity", "dx goes to the largest pixel of each window, as in max pooling", (values, dy) =>
        values.map((value) => (value === Math.max(...values) ? dy : 0)),
      ),
      backward("extra-factor", "dx contains the values of x; y is linear in x", (values, dy) =>
        values.map((value) => (value * dy) / 4),
      ),
      {
        cause: "shape",
        message: "dx has the shape of dy; each pixel of x has a gradient",
        results: ({ dy }) => ({ dx: dy }),
      },
      {
        cause: "shape",
        message: "dx has the shape of dy; each pixel of x has a gradient",
        results: ({ dy }) => ({ dx: mapped(dy, (value) => value / 4) }),
      },
      {
        cause: "shape",
        message: "dx has twice the height and width of dy, which is not the shape of x for an odd height or width",
        results: ({ x, dy }) => {
          const shape = [x.shape[0], 2 * dy.shape[1], 2 * dy.shape[2], x.shape[3]];
          const even = quantity(shape, new Float64Array(shape.reduce((product, length) => product * length, 1)));
          return { dx: unpooled({ x: even, dy }, equalParts) };
        },
      },
      ...windowMistakes(results),
    ],
  }),
};
