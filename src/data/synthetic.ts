import { cos, sin } from "../mathematics/trigonometric.ts";
import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Dataset, Splits } from "./dataset.ts";
import { type Pattern, patterns } from "./syntheticPatterns.ts";

const side = 32;
const channels = 3;

/** The classes: each pattern in a warm and a cool colour, with its hue in degrees. */
const classes: readonly { readonly name: string; readonly pattern: Pattern; readonly hue: number }[] = [
  { name: "oranges", pattern: patterns.disc, hue: 25 },
  { name: "bubbles", pattern: patterns.disc, hue: 205 },
  { name: "doughnuts", pattern: patterns.ring, hue: 25 },
  { name: "portholes", pattern: patterns.ring, hue: 205 },
  { name: "bricks", pattern: patterns.square, hue: 25 },
  { name: "windows", pattern: patterns.square, hue: 205 },
  { name: "tents", pattern: patterns.triangle, hue: 25 },
  { name: "mountains", pattern: patterns.triangle, hue: 205 },
  { name: "starfish", pattern: patterns.cross, hue: 25 },
  { name: "windmills", pattern: patterns.cross, hue: 205 },
  { name: "sunsets", pattern: patterns.rows, hue: 25 },
  { name: "seascapes", pattern: patterns.rows, hue: 205 },
  { name: "curtains", pattern: patterns.columns, hue: 25 },
  { name: "waterfalls", pattern: patterns.columns, hue: 205 },
  { name: "tigers", pattern: patterns.diagonals, hue: 25 },
  { name: "rainstorms", pattern: patterns.diagonals, hue: 205 },
  { name: "picnic_blankets", pattern: patterns.checks, hue: 25 },
  { name: "swimming_pools", pattern: patterns.checks, hue: 205 },
  { name: "ladybirds", pattern: patterns.dots, hue: 25 },
  { name: "starry_nights", pattern: patterns.dots, hue: 205 },
];

export interface SyntheticOptions {
  readonly random: RandomState;
  /** Images in each part. */
  readonly sizes?: Readonly<Record<"train" | "validation" | "test", number>>;
  /** Allocates the images of a part, for example in memory shared between threads. */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
}

/**
 * Generated data to use instead of CIFAR-100 when there is no network: 32×32×3 images of 20 classes, coloured shapes and textures
 * that vary in position, size, angle, brightness and noise. The same stream gives the same images. `standIn` is set, because
 * results on this data say nothing about CIFAR-100.
 */
export function syntheticSplits({
  random,
  sizes = { train: 10_000, validation: 2_000, test: 2_000 },
  allocateBytes = (length) => new Uint8Array(length),
}: SyntheticOptions): Splits & { readonly standIn: true } {
  const noise = Float32Array.from({ length: noiseLength }, () => random.randomSample() - 0.5);
  const part = (name: "train" | "validation" | "test"): Dataset => {
    const count = sizes[name];
    if (!Number.isInteger(count) || count < 1) {
      throw new SettingsError(
        `synthetic data: ${name}: expected a whole number of images of at least 1, found ${count}`,
      );
    }
    const inputs = allocateBytes(count * side * side * channels);
    const labels = Int32Array.from({ length: count }, () => Math.floor(random.randomSample() * classes.length));
    labels.forEach((label, row) => {
      drawImage(inputs, row * side * side * channels, classes[label], random, noise);
    });
    const labelNames = classes.map(({ name: labelName }) => labelName);
    return { name: `stand-in ${name}`, inputs, inputShape: [side, side, channels], labels, labelNames };
  };
  return { train: part("train"), validation: part("validation"), test: part("test"), standIn: true };
}

/** Noise is read from a random position in a table, because drawing a random number for each byte would take most of the time. */
const noiseLength = 2 ** 16;
const imageLength = side * side * channels;

type Colour = readonly [red: number, green: number, blue: number];

function drawImage(
  bytes: Uint8Array,
  offset: number,
  { pattern, hue }: (typeof classes)[number],
  random: RandomState,
  noise: Float32Array,
): void {
  const between = (low: number, high: number): number => low + (high - low) * random.randomSample();
  const foreground = colour(hue + between(-80, 80), between(0.35, 1), between(0.5, 1));
  const near = colour(between(0, 360), between(0, 0.6), between(0.1, 0.65));
  const far = colour(between(0, 360), between(0, 0.6), between(0.1, 0.65));
  const [centreX, centreY] = [between(11.5, 19.5), between(11.5, 19.5)];
  const [scale, angle] = [1 / between(7, 12), between(-0.28, 0.28)];
  const [cosine, sine] = [cos(angle) * scale, sin(angle) * scale];
  const strength = between(20, 140);
  const noiseAt = Math.floor(between(0, noiseLength - imageLength));
  const slope = between(0, 1) / (side - 1);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [dx, dy] = [x - centreX, y - centreY];
      const inside = pattern(dx * cosine + dy * sine, dy * cosine - dx * sine);
      const blend = slope * y + (1 - slope * (side - 1)) * (x / (side - 1));
      for (let channel = 0; channel < channels; channel++, at++) {
        const ground = near[channel] + (far[channel] - near[channel]) * blend;
        const value = (inside ? foreground[channel] : ground) * 255 + noise[noiseAt + at] * strength;
        bytes[offset + at] = value < 0 ? 0 : Math.min(value, 255);
      }
    }
  }
}

/** HSV (degrees, 0 … 1, 0 … 1) to RGB: f(n) = v − v·s·max(0, min(k, 4 − k, 1)), k = (n + h / 60) mod 6. */
function colour(hue: number, saturation: number, value: number): Colour {
  const component = (n: number): number => {
    const k = (n + hue / 60 + 12) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [component(5), component(3), component(1)];
}
