import type { Case } from "../../exercise.ts";
import { mapped, quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface ImagesCase extends Case {
  readonly training: Quantity;
  readonly images: Quantity;
}

export interface Moments {
  readonly mean: Quantity;
  readonly deviation: Quantity;
}

/** Statistics of groups of entries; `lost` is taken from the divisor of the variance. */
export function moments(images: Quantity, group: (at: number) => number, shape: readonly number[], lost = 0): Moments {
  const size = shape.reduce((product, length) => product * length, 1);
  const values: number[][] = Array.from({ length: size }, () => []);
  images.data.forEach((value, at) => {
    values[group(at)].push(value);
  });
  const means = values.map((list) => list.reduce((sum, value) => sum + value, 0) / list.length);
  const deviations = values.map((list, i) =>
    Math.sqrt(list.reduce((sum, value) => sum + (value - means[i]) ** 2, 0) / (list.length - lost)),
  );
  return { mean: quantity(shape, means), deviation: quantity(shape, deviations) };
}

export const ofChannels = (images: Quantity, lost = 0): Moments => {
  const channels = images.shape[3];
  return moments(images, (at) => at % channels, [channels], lost);
};

export const standardized = (
  images: Quantity,
  { mean, deviation }: Moments,
  f = (x: number, m: number, d: number): number => (x - m) / d,
): Quantity =>
  mapped(images, (value, at) => {
    const channel = at % mean.data.length;
    return f(value, mean.data[channel], deviation.data[channel]);
  });

export const expected = ({ training, images }: ImagesCase) => {
  const statistics = ofChannels(training);
  return { ...statistics, standardized: standardized(images, statistics) };
};
