import type { Mistake } from "../../exercise.ts";
import { mapped, quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type ConvCase, convolution, flat, type Reading } from "./formulas.ts";
import { readings } from "./readings.ts";

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

const inGradient = (
  cause: string,
  message: string,
  name: "dx" | "dw",
  change: (one: ConvCase) => ConvCase,
): Mistake<ConvCase> => ({
  cause,
  message,
  results: (one) => ({ [name]: convolution(change(one))[name] }),
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
  ...(
    [
      ["place of the kernel", ({ w }) => w.shape[0] * w.shape[1]],
      ["weight of the filter", ({ w }) => w.shape[0] * w.shape[1] * w.shape[2]],
      ["channel of x", ({ w }) => w.shape[2]],
    ] as [string, (one: ConvCase) => number][]
  ).map(([words, times]) =>
    ofBias("bias-repeated", `dy is added to db once for each ${words}; each output has the bias once`, (one) =>
      mapped(summed(one.dy, [3]), (value) => times(one) * value),
    ),
  ),
  inGradient("missing-dy", "in dw, dy is missing", "dw", ({ dy, ...one }) => ({ ...one, dy: mapped(dy, () => 1) })),
  inGradient("missing-dy", "in dx, dy is missing", "dx", ({ dy, ...one }) => ({ ...one, dy: mapped(dy, () => 1) })),
  inGradient("missing-factor", "dx is a sum of dy; the factor w is missing", "dx", ({ w, ...one }) => ({
    ...one,
    w: mapped(w, () => 1),
  })),
  inGradient("missing-factor", "dw is a sum of dy; the factor x is missing", "dw", ({ x, ...one }) => ({
    ...one,
    x: mapped(x, () => 1),
  })),
  {
    cause: "padding",
    message: "the zeros around the image are left out: y has the size and the values that it has without padding",
    results: (one) => ({ y: convolution({ ...one, padding: 0 }).y }),
  },
  {
    cause: "one-example",
    message: "y is right for the first image only; the others are 0",
    results: (one) => {
      const { y } = convolution(one);
      return { y: mapped(y, (value, at) => (at < y.data.length / y.shape[0] ? value : 0)) };
    },
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
