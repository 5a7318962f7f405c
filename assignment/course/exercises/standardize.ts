import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, experiment } from "../exercise.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import type { Quantity, Returned } from "../wire.ts";
import { expected, type ImagesCase, ofChannels } from "./standardize/formulas.ts";
import { mistakes } from "./standardize/mistakes.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/** Mean and standard deviation of each channel, both of shape (channels). */
export interface Statistics {
  readonly mean: NdArray;
  readonly deviation: NdArray;
}

/**
 * The statistics of a training set: for each channel, the mean μ over all its pixels in all images, and the deviation
 * √((1/n)·Σ (x − μ)²) over the same n pixels.
 *
 * Shapes: images (count, height, width, channels).
 */
export function channelStatistics(images: NdArray): Statistics {
  return notWritten("channelStatistics");
}

/** (x − mean)/deviation for each channel of any images, with the given statistics; in the shape of images. */
export function standardize(images: NdArray, statistics: Statistics): NdArray {
  return notWritten("standardize");
}
`;

function cases(random: RandomState): readonly ImagesCase[] {
  const one = (count: number, height: number, width: number, channels: number, special?: string): ImagesCase => {
    // each channel has a mean and a deviation of its own, as colours have
    const drawn = (images: number): Quantity =>
      mapped(randomQuantity(random, [images, height, width, channels]), (value, at) => {
        const channel = at % channels;
        return 120 - 15 * channel + (30 + 10 * channel) * value;
      });
    return {
      training: drawn(count),
      images: drawn(2),
      dims: { count, height, width, channels, "the number of pixels": count * height * width },
      ...(special && { special }),
    };
  };
  return [one(4, 2, 3, 3), one(3, 3, 2, 2), one(5, 2, 2, 1, "for a single channel")];
}

const entryOf = (value: Returned, name: string): Returned =>
  value.kind === "record" && name in value.entries
    ? value.entries[name]
    : { kind: "other", what: `missing in what channelStatistics returned` };

export const standardize: Exercise = {
  id: "standardize",
  title: "Standardization",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "Why are the statistics those of the training set, also for the validation and test images?" }],
  hints: [
    "How many numbers does the mean have for colour images, and how many pixels is each of them computed from?",
    "The last axis varies fastest: the channel of an entry is its place modulo the number of channels. One loop is enough for the means, a second one for the deviations.",
    "The deviation is the root of the mean square of x − μ, where n is the number of images times height times width. standardize never looks at the statistics of its own images.",
  ],
  experiments: [
    experiment<ImagesCase>({
      title: "statistics and standardized images",
      cases,
      run: async (student, one, report) => {
        const statistics = await student.call("channelStatistics", one.training);
        report("mean", entryOf(statistics, "mean"));
        report("deviation", entryOf(statistics, "deviation"));
        const { mean, deviation } = ofChannels(one.training); // the right ones, so that each function is checked by itself
        report("standardized", await student.call("standardize", one.images, { mean, deviation }));
      },
      expected,
      mistakes,
    }),
  ],
};
