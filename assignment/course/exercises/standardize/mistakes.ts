import type { Mistake } from "../../exercise.ts";
import { close, mapped, quantity, sameShape } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { type expected, type ImagesCase, type Moments, moments, ofChannels, standardized } from "./formulas.ts";

const wrong = (
  cause: string,
  message: string,
  results: (one: ImagesCase) => Partial<ReturnType<typeof expected>>,
): Mistake<ImagesCase> => ({ cause, message, results });

const overAll = (images: Quantity): Moments => moments(images, () => 0, [1]);

const filled = ({ mean, deviation }: Moments, length: number): Moments => ({
  mean: quantity([length], new Array(length).fill(mean.data[0])),
  deviation: quantity([length], new Array(length).fill(deviation.data[0])),
});

/** The deviation from a mean that is not that of the channel. */
const around = (images: Quantity, mean: (channel: number) => number): Quantity => {
  const channels = images.shape[3];
  const squares = mapped(images, (value, at) => (value - mean(at % channels)) ** 2);
  return mapped(ofChannels(squares).mean, Math.sqrt);
};

export const mistakes: readonly Mistake<ImagesCase>[] = [
  {
    cause: "follows-mean",
    message: "deviation fits your mean, which is wrong: it will be right with the right one",
    results: ({ training }, right, { mean }) =>
      mean && sameShape(mean.shape, right.mean.shape) && !close(mean, right.mean, 1e-8)
        ? { deviation: around(training, (channel) => mean.data[channel]) }
        : {},
  },
  wrong("sample-deviation", "the deviation has the divisor n − 1; that of the population has n", ({ training }) => ({
    deviation: ofChannels(training, 1).deviation,
  })),
  wrong("missing-root", "deviation is the variance: the root is missing", ({ training }) => ({
    deviation: mapped(ofChannels(training).deviation, (value) => value ** 2),
  })),
  wrong("missing-root", "deviation is the variance with the divisor n − 1: the root is missing", ({ training }) => ({
    deviation: mapped(ofChannels(training, 1).deviation, (value) => value ** 2),
  })),
  wrong("missing-1/N", "the squared deviations are summed and not divided by n before the root", ({ training }) => ({
    deviation: ofChannels(training, training.data.length / training.shape[3] - 1).deviation,
  })),
  wrong(
    "missing-1/N",
    "deviation is the sum of the squared deviations; the division and the root are missing",
    ({ training }) => ({
      deviation: mapped(
        ofChannels(training, training.data.length / training.shape[3] - 1).deviation,
        (value) => value ** 2,
      ),
    }),
  ),
  wrong("order", "the division by n is outside of the root", ({ training }) => {
    const n = training.data.length / training.shape[3];
    return { deviation: mapped(ofChannels(training, n - 1).deviation, (value) => value / n) };
  }),
  wrong(
    "order",
    "the squared deviations are divided by √n under the root, and should be divided by n",
    ({ training }) => {
      const n = training.data.length / training.shape[3];
      return { deviation: mapped(ofChannels(training).deviation, (value) => value * n ** 0.25) };
    },
  ),
  wrong("missing-mean", "the squares in the deviation are those of x and not of x − μ", ({ training }) => ({
    deviation: around(training, () => 0),
  })),
  wrong("missing-square", "deviation is the mean of |x − μ|; it is the root of the mean square", ({ training }) => {
    const { mean } = ofChannels(training);
    const distances = mapped(training, (value, at) => Math.abs(value - mean.data[at % mean.data.length]));
    return { deviation: ofChannels(distances).mean };
  }),
  wrong("sample-mean", "the mean has the divisor n − 1; it has n", ({ training }) => {
    const n = training.data.length / training.shape[3];
    return { mean: mapped(ofChannels(training).mean, (value) => (value * n) / (n - 1)) };
  }),
  wrong("wrong-mean", "the deviation is taken around the mean of all channels together", ({ training }) => ({
    deviation: around(training, () => overAll(training).mean.data[0]),
  })),
  ...["a number for all channels together; each channel needs its own"].flatMap((message) => [
    ...grouped("wrong-axis", message, overAll),
    ...grouped("wrong-axis", message, (images) => filled(overAll(images), images.shape[3])),
    ...grouped("wrong-axis", message, (images) => moments(images, () => 0, [])),
  ]),
  ...grouped(
    "wrong-axis",
    "there is a number for each pixel of the image; each channel needs one, over all its pixels",
    (images) => {
      const [, ...image] = images.shape;
      const size = image.reduce((product, length) => product * length, 1);
      return moments(images, (at) => at % size, image);
    },
  ),
  ...grouped("wrong-axis", "there is a number for each image; each channel needs one, over all images", (images) => {
    const count = images.shape[0];
    return moments(images, (at) => Math.floor(at / (images.data.length / count)), [count]);
  }),
  ...grouped(
    "wrong-axis",
    "there is a number for each channel of each image; the images are not averaged",
    (images) => {
      const [count, , , channels] = images.shape;
      return moments(images, (at) => Math.floor(at / (images.data.length / count)) * channels + (at % channels), [
        count,
        channels,
      ]);
    },
  ),
  ...grouped("one-example", "the first image stands for all", (images) => {
    const size = images.data.length / images.shape[0];
    return ofChannels({ shape: [1, ...images.shape.slice(1)], data: images.data.slice(0, size) });
  }),
  ...grouped("wrong-layout", "images are read as (count, channels, height, width)", (images) => {
    const [, height, width, channels] = images.shape;
    return moments(images, (at) => Math.floor(at / (height * width)) % channels, [channels]);
  }),
  ...grouped("wrong-layout", "images are read as (channels, count, height, width)", (images) => {
    const channels = images.shape[3];
    return moments(images, (at) => Math.floor(at / (images.data.length / channels)), [channels]);
  }),
  wrong(
    "other-data",
    "standardize computes the statistics of the images that it gets; it should use the given ones, those of the training set",
    ({ images }) => ({ standardized: standardized(images, ofChannels(images)) }),
  ),
  wrong(
    "other-data",
    "standardize uses the mean of the images that it gets and the given deviation",
    ({ training, images }) => ({
      standardized: standardized(images, { mean: ofChannels(images).mean, deviation: ofChannels(training).deviation }),
    }),
  ),
  wrong(
    "other-data",
    "standardize uses the deviation of the images that it gets and the given mean",
    ({ training, images }) => ({
      standardized: standardized(images, { mean: ofChannels(training).mean, deviation: ofChannels(images).deviation }),
    }),
  ),
  ...(
    [
      ["missing-mean", "the mean is not subtracted", (x, _m, d) => x / d],
      ["missing-deviation", "x − mean is not divided by the deviation", (x, m) => x - m],
      ["inverse", "x − mean is multiplied by the deviation and should be divided by it", (x, m, d) => (x - m) * d],
      [
        "order",
        "the mean alone is divided by the deviation: the brackets around x − mean are missing",
        (x, m, d) => x - m / d,
      ],
      ["order", "x is divided by the deviation before the mean is subtracted", (x, m, d) => x / d - m],
      ["sign", "the mean is added; it should be subtracted", (x, m, d) => (x + m) / d],
      ["sign", "x is subtracted from the mean", (x, m, d) => (m - x) / d],
      ["wrong-power", "x − mean is divided by the square of the deviation", (x, m, d) => (x - m) / d ** 2],
      ["wrong-power", "x − mean is divided by the root of the deviation", (x, m, d) => (x - m) / Math.sqrt(d)],
      ["exchanged", "mean and deviation are exchanged", (x, m, d) => (x - d) / m],
      ["extra-term", "1 is added to the deviation", (x, m, d) => (x - m) / (d + 1)],
      ["wrong-formula", "the images are divided by 255; mean and deviation are not used", (x) => x / 255],
      ["extra-magnitude", "the sign of x − mean is lost", (x, m, d) => Math.abs(x - m) / d],
      ...[0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6].map(
        (small): [string, string, (x: number, m: number, d: number) => number] => [
          "epsilon",
          "a small number is added to the deviation, which is not in the formula",
          (x, m, d) => (x - m) / (d + small),
        ],
      ),
      ["extra-factor", "the images are divided by 255 as well", (x, m, d) => (x / 255 - m) / d],
      ["inverse", "this is the inverse, x·deviation + mean", (x, m, d) => x * d + m],
    ] as [string, string, (x: number, m: number, d: number) => number][]
  ).map(([cause, message, f]) =>
    wrong(cause, message, ({ training, images }) => ({ standardized: standardized(images, ofChannels(training), f) })),
  ),
  wrong("wrong-axis", "all channels are standardized with the numbers of the first one", ({ training, images }) => {
    const { mean, deviation } = ofChannels(training);
    return { standardized: standardized(images, filled({ mean, deviation }, mean.data.length)) };
  }),
  wrong("wrong-layout", "standardize reads the images as (count, channels, height, width)", ({ training, images }) => {
    const { mean, deviation } = ofChannels(training);
    const [, height, width, channels] = images.shape;
    const channel = (at: number): number => Math.floor(at / (height * width)) % channels;
    return {
      standardized: mapped(images, (value, at) => (value - mean.data[channel(at)]) / deviation.data[channel(at)]),
    };
  }),
];

/** Statistics of other groups, in their own shape or in that of the channels. */
function grouped(cause: string, message: string, of: (images: Quantity) => Moments): Mistake<ImagesCase>[] {
  return (["mean", "deviation"] as const).flatMap((name) => [
    wrong(cause, message, ({ training }) => of(training)),
    wrong(cause, `${name}: ${message}`, ({ training }) => ({ [name]: of(training)[name] })),
  ]);
}
