import { type Exercise, experiment, type Mistake } from "../exercise.ts";
import { type LayerCase, layerExperiments } from "../layerExperiments.ts";
import { mapped, quantity } from "../quantities.ts";
import type { Returned } from "../wire.ts";
import { cases, pooled, unpooled, type Windows, windowMistakes } from "./pooling.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/**
 * Max pooling: each channel of an image is divided into windows of 2×2 pixels, and y is the largest value of each window. A last odd
 * row or column is left out. If several values of a window are the largest, one of them (any) gets the gradient.
 *
 * Shapes: x (batch, height, width, channels), y (batch, ⌊height/2⌋, ⌊width/2⌋, channels).
 */
export class MaxPool {
  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("MaxPool.forward");
  }

  /** From dy = ∂J/∂y, in the shape of y, returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("MaxPool.backward");
  }
}
`;

type Pick = (values: readonly number[]) => number;
type Share = (values: readonly number[], dy: number) => readonly number[];

const largest: Pick = (values) => Math.max(...values);
const toOne = (values: readonly number[], dy: number, at: number): number[] =>
  values.map((_, i) => (i === at ? dy : 0));
const toLargest: Share = (values, dy) => toOne(values, dy, values.indexOf(largest(values)));
const byMagnitude: Pick = (values) => values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));

const results = (one: LayerCase, windows?: Windows) => ({
  y: pooled(one.x, largest, windows),
  dx: unpooled(one, toLargest, windows),
});

/** Another value of the window in forward, whose gradient is right or wrong in backward. */
const forward = (cause: string, message: string, pick: Pick, share?: Share): Mistake<LayerCase>[] => [
  ...(share
    ? [{ cause, message, results: (one: LayerCase) => ({ y: pooled(one.x, pick), dx: unpooled(one, share) }) }]
    : []),
  { cause, message, results: ({ x }) => ({ y: pooled(x, pick) }) },
];

const backward = (cause: string, message: string, share: Share): Mistake<LayerCase> => ({
  cause,
  message,
  results: (one) => ({ dx: unpooled(one, share) }),
});

const toEqual =
  (pick: Pick): Share =>
  (values, dy) =>
    toOne(values, dy, values.indexOf(pick(values)));
const smallest: Pick = (values) => Math.min(...values);
const second: Pick = (values) => values.toSorted((a, b) => b - a)[1];

const mistakes: readonly Mistake<LayerCase>[] = [
  ...forward(
    "start-at-0",
    "the search for the largest value starts at 0, so that windows with negative numbers only give 0",
    (values) => Math.max(0, ...values),
    (values, dy) => (largest(values) > 0 ? toLargest(values, dy) : values.map(() => 0)),
  ),
  ...forward(
    "start-at-0",
    "the search for the largest value starts at 0, so that windows with negative numbers only give 0",
    (values) => Math.max(0, ...values),
    (values, dy) => (largest(values) > 0 ? toLargest(values, dy) : toOne(values, dy, 0)),
  ),
  ...forward(
    "start",
    "the search for the largest value starts at the smallest positive number (Number.MIN_VALUE), which is above all negative ones",
    (values) => Math.max(Number.MIN_VALUE, ...values),
    (values, dy) => (largest(values) > 0 ? toLargest(values, dy) : values.map(() => 0)),
  ),
  ...forward("wrong-quantity", "y is the smallest value of the window", smallest, toEqual(smallest)),
  ...forward(
    "wrong-quantity",
    "y is the mean of the window, as in average pooling",
    (values) => values.reduce((sum, value) => sum + value) / 4,
    (values, dy) => values.map(() => dy / 4),
  ),
  ...forward(
    "wrong-quantity",
    "y is the sum of the window",
    (values) => values.reduce((sum, value) => sum + value),
    (values, dy) => values.map(() => dy),
  ),
  ...forward(
    "magnitude",
    "y is the value with the largest magnitude; its sign should count",
    byMagnitude,
    toEqual(byMagnitude),
  ),
  ...forward(
    "magnitude",
    "y is the largest magnitude of the window; the sign should count",
    (values) => Math.abs(byMagnitude(values)),
    toEqual(byMagnitude),
  ),
  ...forward(
    "wrong-quantity",
    "y is the place of the largest value in the window and not the value",
    (values) => values.indexOf(largest(values)),
    toLargest,
  ),
  ...forward("wrong-quantity", "y is the second largest value of the window", second, toEqual(second)),
  ...forward(
    "one-pixel",
    "y is the first pixel of the window",
    (values) => values[0],
    (values, dy) => toOne(values, dy, 0),
  ),
  ...forward(
    "one-pixel",
    "y is the last pixel of the window",
    (values) => values[3],
    (values, dy) => toOne(values, dy, 3),
  ),
  ...[0, 1, 2, 3].flatMap((left) => {
    const pick: Pick = (values) => largest(values.filter((_, at) => at !== left));
    const name = ["upper left", "upper right", "lower left", "lower right"][left];
    return forward("missing-pixel", `the ${name} pixel of a window is left out`, pick, toEqual(pick));
  }),
  backward("all-pixels", "all pixels of a window get dy; only the largest one should", (values, dy) =>
    values.map(() => dy),
  ),
  backward("all-pixels", "all pixels of a window get a quarter of dy, as in average pooling", (values, dy) =>
    values.map(() => dy / 4),
  ),
  backward("one-pixel", "dx goes to the first pixel of each window and not to the largest", (values, dy) =>
    toOne(values, dy, 0),
  ),
  backward("one-pixel", "dx goes to the last pixel of each window and not to the largest", (values, dy) =>
    toOne(values, dy, 3),
  ),
  backward("extra-factor", "dx contains the largest value; its derivative is 1", (values, dy) =>
    toLargest(values, dy * largest(values)),
  ),
  backward("missing-dy", "dx is 1 for the largest pixel of each window; dy is missing", (values) =>
    toLargest(values, 1),
  ),
  backward("wrong-result", "dx contains y for the largest pixel of each window and not dy", (values) =>
    toLargest(values, largest(values)),
  ),
  backward("extra-1/N", "dx is divided by the number of pixels of a window", (values, dy) => toLargest(values, dy / 4)),
  backward("wrong-quantity", "dx goes to the smallest pixel of each window", toEqual(smallest)),
  backward(
    "magnitude",
    "dx goes to the pixel with the largest magnitude of each window; its sign should count",
    toEqual(byMagnitude),
  ),
  backward("transposed", "rows and columns of the largest pixel's place are exchanged in the window", (values, dy) =>
    toOne(values, dy, [0, 2, 1, 3][values.indexOf(largest(values))]),
  ),
  backward("others", "dx goes to the pixels that are not the largest", (values, dy) =>
    values.map((value) => (value === largest(values) ? 0 : dy)),
  ),
  backward("start-at-0", "windows with negative numbers only get no gradient", (values, dy) =>
    largest(values) > 0 ? toLargest(values, dy) : values.map(() => 0),
  ),
  {
    cause: "shape",
    message: "dx has the shape of dy; each pixel of x has a gradient, which is mostly 0",
    results: ({ dy }) => ({ dx: dy }),
  },
  {
    cause: "shape",
    message: "dx has twice the height and width of dy, which is not the shape of x for an odd height or width",
    results: ({ x, dy }) => {
      const [batch, height, width, channels] = [x.shape[0], 2 * dy.shape[1], 2 * dy.shape[2], x.shape[3]];
      const even = quantity(
        [batch, height, width, channels],
        Array.from({ length: batch * height * width * channels }, (_, at) => {
          const [n, i, j] = [
            Math.floor(at / (height * width * channels)),
            Math.floor(at / (width * channels)) % height,
            Math.floor(at / channels) % width,
          ];
          return x.data[((n * x.shape[1] + i) * x.shape[2] + j) * channels + (at % channels)];
        }),
      );
      return { dx: unpooled({ x: even, dy }, toLargest) };
    },
  },
  ...windowMistakes(results),
];

/** Σ of each window, from what backward returned. */
function windowSums(dx: Returned): Returned {
  if (dx.kind !== "array" || dx.shape.length !== 4) return dx;
  const sums = pooled(dx, (values) => values.reduce((sum, value) => sum + value, 0));
  return { kind: "array", ...sums };
}

export const maxPool: Exercise = {
  id: "maxPool",
  title: "Max pooling",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "The largest value of a window changes a little. When does y not have a derivative, and why does this hardly matter?",
    },
  ],
  hints: [
    "If you change a value that is not the largest of its window a little, what happens to y?",
    "y is a copy of one value of the window. Its gradient belongs to this value alone; keep in forward which one it was.",
    "Output (i, j) has the window that starts at row 2i and column 2j. For each output keep the place of its value in x. Backward starts with zeros and adds dy at these places.",
  ],
  experiments: [
    ...layerExperiments<LayerCase>({
      name: "MaxPool",
      args: () => [],
      cases: (random) => cases(random),
      expected: (one) => results(one),
      mistakes,
    }),
    experiment<LayerCase>({
      title: "equal values in a window",
      afterSuccess: true,
      cases: (random) =>
        cases(random)
          .slice(0, 2)
          .map((one) => ({ ...one, x: mapped(one.x, (value) => Math.max(0, value - 0.5)) })),
      run: async (student, { x, dy }, report) => {
        const layer = await student.construct("MaxPool");
        report("y", await layer.call("forward", x, true));
        report("the sum of dx in each window", windowSums(await layer.call("backward", dy)));
      },
      expected: ({ x, dy }) => ({ y: pooled(x, largest), "the sum of dx in each window": dy }),
      anyFinding: {
        cause: "ties",
        message:
          "where several values of a window are the largest (zeros behind a ReLU, say), not exactly one of them gets dy",
      },
    }),
  ],
};
