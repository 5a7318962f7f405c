import type { NpyArray } from "../formats/npy.ts";

// Arrays of numbers as images of bytes.

/** The smallest and the largest value of a pixel: they become 0 and 255. */
export type PixelRange = readonly [low: number, high: number];

export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** channels before rows: (n, 3, h, w) */
  readonly isChannelsFirst: boolean;
  /** whether the array has a dimension for channels */
  readonly hasChannels: boolean;
}

/** How (rows, …) holds images: (n, h, w), (n, h, w, c) or, if only that has 1, 3 or 4 channels, (n, c, h, w); undefined for others. */
export function imageLayout([, ...shape]: readonly number[]): ImageLayout | undefined {
  if (shape.length < 2 || shape.length > 3) return undefined;
  const isChannelsFirst = shape.length === 3 && ![1, 3, 4].includes(shape[2]) && [1, 3, 4].includes(shape[0]);
  const [height, width] = isChannelsFirst ? shape.slice(1) : shape;
  if (height < 2 || width < 2) return undefined;
  const channels = shape.length === 2 ? 1 : isChannelsFirst ? shape[0] : shape[2];
  return { height, width, channels, isChannelsFirst, hasChannels: shape.length === 3 };
}

/** (rows, side²) as square images, as data sets of digits are often stored. */
export function squareLayout([rows, ...shape]: readonly number[]): ImageLayout | undefined {
  const side = shape.length === 1 ? Math.sqrt(shape[0]) : 0;
  return Number.isInteger(side) ? imageLayout([rows, side, side]) : undefined;
}

/** The usual ranges of pixel values: 0 to 1, −1 to 1, 17 levels (digits), 8, 12 and 16 bits. */
const ranges: readonly PixelRange[] = [
  [0, 1],
  [-1, 1],
  [0, 16],
  [0, 255],
  [0, 4095],
  [0, 65_535],
];

/**
 * The range of an array's pixel values: 0 to 255 for bytes, otherwise the smallest usual range that contains all values.
 * Undefined if no range fits, if a value is missing or infinite, and for fractions that are probably not pixels: the array has a
 * side below 8, or its largest value is between 1 and 128.
 */
export function pixelRange(data: NpyArray["data"], layout: ImageLayout): PixelRange | undefined {
  if (data instanceof Uint8Array) return [0, 255];
  let [low, high, isWhole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (const value of data) {
    if (!Number.isFinite(value)) return undefined;
    if (value < low) low = value;
    if (value > high) high = value;
    if (isWhole && !Number.isInteger(value)) isWhole = false;
  }
  const fits = ([from, to]: PixelRange): boolean => low >= from && high <= to;
  if (isWhole) return ranges.find(fits);
  const { height, width, hasChannels } = layout;
  if (!hasChannels && Math.min(height, width) < 8) return undefined;
  if (high > 1 && high < 128) return undefined;
  return ranges.slice(0, 4).find((range) => range[1] !== 16 && fits(range));
}

export interface PixelBytes {
  /** (n, height, width, channels) */
  readonly pixels: Uint8Array;
  /** the number of values outside of the range; they are clipped to it */
  readonly clipped: number;
  /** whether values lie between two of the 256 levels */
  readonly isRounded: boolean;
}

/** The array as bytes, channels last: round(255 · (value − low) / (high − low)). Bytes with the range 0 to 255 are not changed. */
export function toPixels(
  { data, shape }: NpyArray,
  { height, width, channels, isChannelsFirst }: ImageLayout,
  [low, high]: PixelRange,
): PixelBytes {
  if (data instanceof Uint8Array && !isChannelsFirst && low === 0 && high === 255)
    return { pixels: data, clipped: 0, isRounded: false };
  const pixels = new Uint8Array(data.length);
  const plane = height * width;
  const scale = 255 / (high - low);
  const isFine = high - low > 255 || data instanceof Float32Array || data instanceof Float64Array;
  let [clipped, isRounded] = [0, false];
  for (let row = 0, from = 0; row < shape[0]; row++) {
    const start = row * plane * channels;
    for (let i = 0; i < plane * channels; i++, from++) {
      const to = isChannelsFirst ? start + (i % plane) * channels + Math.floor(i / plane) : from;
      const value = (data[from] - low) * scale;
      const rounded = Math.round(value);
      if (rounded < 0 || rounded > 255) clipped++;
      // Float32 numbers such as 1/255 are off by about 1e-5; whole numbers of a small range stay distinct
      if (isFine && Math.abs(value - rounded) > 1e-3 && (high - low > 255 || !Number.isInteger(data[from])))
        isRounded = true;
      pixels[to] = rounded < 0 ? 0 : rounded > 255 ? 255 : rounded;
    }
  }
  return { pixels, clipped, isRounded };
}
