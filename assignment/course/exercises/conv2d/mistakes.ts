import type { Mistake } from "../../exercise.ts";
import { mapped, quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type ConvCase, convolution, flat, type Reading } from "./formulas.ts";

type Known = readonly [cause: string, words: string, reading: Reading];

/** Ways to read x or w that forward and each gradient can have. */
const readings: readonly Known[] = [
  [
    "flipped",
    "the kernel is turned by 180°: its last place meets the first pixel",
    { tap: ([k, l], [h, w]) => [h - 1 - k, w - 1 - l] },
  ],
  ["flipped", "the kernel is upside down", { tap: ([k, l], [h]) => [h - 1 - k, l] }],
  ["flipped", "the kernel is mirrored from left to right", { tap: ([k, l], [, w]) => [k, w - 1 - l] }],
  ["transposed", "rows and columns of the kernel are exchanged", { tap: ([k, l]) => [l, k] }],
  [
    "padding",
    "the zeros are added below and on the right only; the position in x lacks −padding",
    { pixel: (o, t) => o + t },
  ],
  ["padding", "the position in x has +padding and should have −padding", { pixel: (o, t, p) => o + t + p }],
  ["padding", "the position in x is shifted by twice the padding", { pixel: (o, t, p) => o + t - 2 * p }],
  [
    "padding",
    "the pixel at the edge is repeated outside of the image; x is 0 there",
    { pixel: (o, t, p, n) => Math.min(Math.max(o + t - p, 0), n - 1) },
  ],
  [
    "padding",
    "the image is continued from the other side outside of its edges; x is 0 there",
    { pixel: (o, t, p, n) => (o + t - p + n) % n },
  ],
  [
    "padding",
    "the image is mirrored outside of its edges; x is 0 there",
    { pixel: (o, t, p, n) => (o + t - p < 0 ? -(o + t - p) : o + t - p >= n ? 2 * n - 2 - (o + t - p) : o + t - p) },
  ],
  [
    "sign",
    "the kernel's position is subtracted: it should be added to that of the output",
    { pixel: (o, t, p) => o - t + p },
  ],
  [
    "wrong-layout",
    "w is read as (kernel height, kernel width, out, in)",
    { wAt: ([k, l, c, o], [, w, channels, filters]) => ((k * w + l) * filters + o) * channels + c },
  ],
  [
    "wrong-layout",
    "w is read as (out, in, kernel height, kernel width)",
    { wAt: ([k, l, c, o], [h, w, channels]) => ((o * channels + c) * h + k) * w + l },
  ],
  [
    "wrong-layout",
    "w is read as (in, kernel height, kernel width, out)",
    { wAt: ([k, l, c, o], [h, w, , filters]) => ((c * h + k) * w + l) * filters + o },
  ],
  [
    "wrong-layout",
    "x is read as (batch, channels, height, width)",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * channels + c) * h + i) * w + j },
  ],
  [
    "wrong-layout",
    "y is written as (batch, channels, height, width)",
    { yAt: ([n, i, j, o], [, h, w, filters]) => ((n * filters + o) * h + i) * w + j },
  ],
  [
    "wrong-layout",
    "height and width of x are exchanged: a row has as many pixels as the image has rows",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * w + i) * h + j) * channels + c },
  ],
  [
    "wrong-layout",
    "height and width of y are exchanged: a row has as many outputs as y has rows",
    { yAt: ([n, i, j, o], [, h, w, filters]) => ((n * w + i) * h + j) * filters + o },
  ],
  [
    "wrong-layout",
    "height and width of the kernel are exchanged in the position in w",
    { wAt: ([k, l, c, o], [h, , channels, filters]) => ((k * h + l) * channels + c) * filters + o },
  ],
  [
    "wrong-layout",
    "rows and columns of the image are exchanged",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * h + j) * w + i) * channels + c },
  ],
  ["one-channel", "only the first channel of x counts", { only: (_n, _tap, c) => c === 0 }],
  ["one-channel", "only the last channel of x counts", { only: (_n, _tap, c, { x }) => c === x.shape[3] - 1 }],
  ["one-example", "only the first image of the batch counts", { only: (n) => n === 0 }],
  ["one-example", "only the last image of the batch counts", { only: (n, _tap, _c, { x }) => n === x.shape[0] - 1 }],
  [
    "one-example",
    "the first image is used for all examples",
    { xAt: ([, ...rest], shape) => flat([0, ...rest], shape) },
  ],
  ["off-by-one", "the last row of the kernel is left out", { only: (_n, [k], _c, { w }) => k < w.shape[0] - 1 }],
  ["off-by-one", "the last column of the kernel is left out", { only: (_n, [, l], _c, { w }) => l < w.shape[1] - 1 }],
  [
    "off-by-one",
    "the first row of the image is treated as outside",
    { pixel: (o, t, p) => (o + t - p <= 0 ? -1 : o + t - p) },
  ],
  [
    "off-by-one",
    "the last row and column of the image are treated as outside",
    { pixel: (o, t, p, n) => (o + t - p >= n - 1 ? -1 : o + t - p) },
  ],
  ["overwritten", "the products overwrite each other; they should be added", { last: true }],
];

const names = ["y", "dx", "dw"] as const;

const inAll = readings.map(
  ([cause, message, reading]): Mistake<ConvCase> => ({ cause, message, results: (one) => convolution(one, reading) }),
);
const inForward = readings.map(
  ([cause, message, reading]): Mistake<ConvCase> => ({
    cause,
    message,
    results: (one) => ({ y: convolution(one, reading).y }),
  }),
);
const inOne = names.flatMap((name) =>
  readings.map(
    ([cause, words, reading]): Mistake<ConvCase> => ({
      cause,
      message: `in ${name}, ${words}`,
      results: (one) => ({ [name]: convolution(one, reading)[name] }),
    }),
  ),
);

const outputs = (cause: string, message: string, length: Reading["outputs"]): Mistake<ConvCase> => ({
  cause,
  message,
  results: (one) => ({ y: convolution(one, { outputs: length }).y }),
});

/** Σ dy over the axes that are not kept. */
function summed(dy: Quantity, kept: readonly number[]): Quantity {
  const shape = kept.map((axis) => dy.shape[axis]);
  const sums = new Float64Array(shape.reduce((product, length) => product * length, 1));
  for (let at = 0; at < dy.data.length; at++) {
    let rest = at;
    const place = dy.shape.map(() => 0);
    for (let axis = dy.shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % dy.shape[axis];
      rest = Math.floor(rest / dy.shape[axis]);
    }
    sums[kept.reduce((flatPlace, axis) => flatPlace * dy.shape[axis] + place[axis], 0)] += dy.data[at];
  }
  return quantity(shape, sums);
}

/** x with its zeros. */
function padded({ x, padding }: ConvCase): Quantity {
  const [batch, height, width, channels] = x.shape;
  const shape = [batch, height + 2 * padding, width + 2 * padding, channels];
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1));
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < height; i++)
      for (let at = 0; at < width * channels; at++)
        data[flat([n, i + padding, padding, 0], shape) + at] = x.data[flat([n, i, 0, 0], x.shape) + at];
  return { shape, data };
}

const firstOf = (dy: Quantity, count: number, from = 0): Quantity =>
  quantity([1, 1, count, dy.shape[3]], dy.data.slice(from, from + count * dy.shape[3]));

const ofBias = (cause: string, message: string, db: (one: ConvCase) => Quantity): Mistake<ConvCase> => ({
  cause,
  message,
  results: (one) => ({ db: db(one) }),
});

export const mistakes: readonly Mistake<ConvCase>[] = [
  {
    cause: "missing-bias",
    message: "y lacks the bias",
    results: (one) => ({ y: convolution(one, { bias: () => 0 }).y }),
  },
  {
    cause: "sign",
    message: "the bias is subtracted instead of added",
    results: (one) => ({ y: convolution(one, { bias: () => -1 }).y }),
  },
  {
    cause: "bias-repeated",
    message: "the bias is added once for each weight of the filter; each output gets it once",
    results: (one) => ({ y: convolution(one, { bias: ({ w }) => w.shape[0] * w.shape[1] * w.shape[2] }).y }),
  },
  {
    cause: "bias-repeated",
    message: "the bias is added once for each place of the kernel; each output gets it once",
    results: (one) => ({ y: convolution(one, { bias: ({ w }) => w.shape[0] * w.shape[1] }).y }),
  },
  {
    cause: "bias-repeated",
    message: "the bias is added once for each channel of x; each output gets it once",
    results: (one) => ({ y: convolution(one, { bias: ({ w }) => w.shape[2] }).y }),
  },
  {
    cause: "bias-repeated",
    message: "the bias is multiplied by the sum of the filter's weights, or added before the product",
    results: ({ w, b, ...one }) => ({
      y: convolution({ ...one, w, b: mapped(b, (value, o) => value * summed(w, [3]).data[o]) }).y,
    }),
  },
  ...inAll,
  ...inForward,
  ...inOne,
  outputs("padding", "y has the size that it has without padding", (length, kernel) => length - kernel + 1),
  outputs(
    "padding",
    "y has the size of a layer with zeros on one side only: the padding counts twice, once for each side",
    (length, kernel, padding) => length + padding - kernel + 1,
  ),
  outputs(
    "off-by-one",
    "y has one row and one column too few",
    (length, kernel, padding) => length + 2 * padding - kernel,
  ),
  outputs(
    "off-by-one",
    "y has one row and one column too many",
    (length, kernel, padding) => length + 2 * padding - kernel + 2,
  ),
  outputs("shape", "y has the size of x", (length) => length),
  {
    cause: "padding",
    message: "the zeros around the image are not left out: dx has the shape of the padded image",
    results: (one) => ({ dx: convolution({ ...one, x: padded(one), padding: 0 }).dx }),
  },
  ofBias("wrong-axis", "db is summed over the images only; it is one number for each filter", ({ dy }) =>
    summed(dy, [1, 2, 3]),
  ),
  ofBias("wrong-axis", "db is not summed over the images; it is one number for each filter", ({ dy }) =>
    summed(dy, [0, 3]),
  ),
  ofBias("wrong-axis", "db is not summed over the rows; it is one number for each filter", ({ dy }) =>
    summed(dy, [1, 3]),
  ),
  ofBias("wrong-axis", "db is not summed over the columns; it is one number for each filter", ({ dy }) =>
    summed(dy, [2, 3]),
  ),
  ofBias("wrong-axis", "db is summed over the filters; it is one number for each filter", ({ dy }) => summed(dy, [0])),
  ofBias("wrong-axis", "db is the sum of all dy; it is one number for each filter", ({ dy }) => summed(dy, [])),
  ofBias("one-example", "db is the sum over the first image only", ({ dy }) =>
    summed(firstOf(dy, dy.shape[1] * dy.shape[2]), [3]),
  ),
  ofBias("one-example", "db is the sum over the last image only", ({ dy }) =>
    summed(firstOf(dy, dy.shape[1] * dy.shape[2], dy.data.length - dy.shape[1] * dy.shape[2] * dy.shape[3]), [3]),
  ),
  ofBias("overwritten", "db is the last dy of each filter; all of them should be added", ({ dy }) =>
    quantity([dy.shape[3]], dy.data.slice(-dy.shape[3])),
  ),
  ofBias("one-example", "db is the first dy of each filter; all of them should be added", ({ dy }) =>
    quantity([dy.shape[3]], dy.data.slice(0, dy.shape[3])),
  ),
];
