import { sin } from "../mathematics/trigonometric.ts";
/** Pixels as bytes, row-major, with `channels` bytes for each pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The Lanczos kernel sinc(x)·sinc(x/3) for |x| < 3, used to reduce images. */
function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= 3) return 0;
  const at = Math.PI * x;
  return (3 * sin(at) * sin(at / 3)) / at ** 2;
}

/** The cubic kernel of Catmull and Rom, used to enlarge images. */
function cubic(x: number): number {
  const at = Math.abs(x);
  if (at >= 2) return 0;
  return at < 1 ? (1.5 * at - 2.5) * at * at + 1 : ((-0.5 * at + 2.5) * at - 4) * at + 2;
}

interface Scaling {
  /** the number of source pixels for each target pixel */
  readonly scale: number;
  readonly target: number;
  /** the first target pixel that is kept, and the number of pixels kept */
  readonly from: number;
  readonly part: number;
}

/**
 * Scales a side of `source` pixels in the same way as libvips. Large reductions start with the mean of whole blocks, down to at
 * least twice the target size; then a kernel is applied. Edges are repeated.
 */
function scaler(source: number, { scale, target, from, part }: Scaling) {
  const block = Math.max(1, Math.floor(scale / 2));
  const blocks = Math.ceil(source / block);
  const [kernel, support] = scale > 1 ? [lanczos, 3] : [cubic, 2];
  const stretch = Math.max(1, scale / block);
  // When enlarging, libvips is off-centre by half a pixel
  const offset = scale > 1 ? (source - target * scale) / block / 2 : scale === 1 ? 0 : -scale / 2;
  const taps = Array.from({ length: part }, (_, i) => {
    const centre = ((from + i + 0.5) * scale) / block + offset;
    const first = Math.floor(centre - support * stretch);
    const length = Math.ceil(centre + support * stretch) - first + 1;
    const weights = Float64Array.from({ length }, (_, j) => kernel((first + j + 0.5 - centre) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
  const shrunk = new Float64Array(blocks);
  const scaled = new Uint8Array(part);
  /** Scales the side whose values begin at `start` and are `step` apart. The result is valid until the next call. */
  return (values: ArrayLike<number>, start: number, step: number): Uint8Array => {
    for (let b = 0; b < blocks; b++) {
      let sum = 0;
      for (let j = b * block; j < (b + 1) * block; j++) sum += values[start + step * Math.min(source - 1, j)];
      shrunk[b] = block === 1 ? sum : Math.round(sum / block);
    }
    for (let i = 0; i < part; i++) {
      const { first, weights } = taps[i];
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j] * shrunk[Math.max(0, Math.min(blocks - 1, first + j))];
      scaled[i] = Math.max(0, Math.min(255, Math.round(sum)));
    }
    return scaled;
  };
}

/**
 * Resizes an image in the same way as `predict`: scaled until it covers the size, then cropped around the centre. Columns are
 * scaled first, then rows; both results are rounded to bytes. An image of the right size is not changed.
 */
export function resizeImage({ width, height, channels, data }: Pixels, to: Size): Uint8Array {
  if (to.width === width && to.height === height) return Uint8Array.from(data);
  const scale = Math.min(width / to.width, height / to.height);
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side / scale)));
  const [left, top] = [wide - to.width, high - to.height].map((extra) => Math.floor((extra + 1) / 2));
  const line = width * channels;
  const shorter = new Uint8Array(to.height * line);
  const vertical = scaler(height, { scale, target: high, from: Math.min(top, high - to.height), part: to.height });
  for (let x = 0; x < line; x++) {
    const column = vertical(data, x, line);
    for (let y = 0; y < to.height; y++) shorter[y * line + x] = column[y];
  }
  const result = new Uint8Array(to.height * to.width * channels);
  const horizontal = scaler(width, { scale, target: wide, from: Math.min(left, wide - to.width), part: to.width });
  for (let y = 0; y < to.height; y++) {
    for (let c = 0; c < channels; c++) {
      const row = horizontal(shorter, y * line + c, channels);
      for (let x = 0; x < to.width; x++) result[(y * to.width + x) * channels + c] = row[x];
    }
  }
  return result;
}
