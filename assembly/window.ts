import {
  DEPTH, FROM_HEIGHT, FROM_WIDTH, GROUPS, HEIGHT, ORIGIN_H, ORIGIN_V, STEP_H, STEP_V, STRIDE_H, STRIDE_V, UNIT_LENGTH,
  UNIT_PARTS, UNIT_PLACES, UNITS_ACROSS, WIDTH, WINDOW,
} from "../src/kernels/wasmCall";

// The numbers of the source that an output pixel reads, unit by unit. A unit is a sequence of contiguous numbers in the source: a
// row of the window, one place, or a part of the channels of a place.

// @ts-ignore: decorator
@inline
export function window(index: i32): i32 {
  return load<i32>(WINDOW + 4 * index);
}

// The current pixel, set by `seek` and `advance`. Each thread has its own instance and therefore its own globals.
let image: i32 = 0;
let row: i32 = 0;
let column: i32 = 0;

/** Moves to a pixel of the grid of outputs, counted over all images. */
export function seek(pixel: i32): void {
  const width = window(WIDTH), height = window(HEIGHT);
  const line = pixel / width;
  column = pixel - line * width;
  image = line / height;
  row = line - image * height;
}

/** Moves to the next pixel. */
// @ts-ignore: decorator
@inline
export function advance(): void {
  if (++column < window(WIDTH)) return;
  column = 0;
  if (++row < window(HEIGHT)) return;
  row = 0;
  image++;
}

/** The elements of the last located unit that are inside of the image: [inside, outside). */
export let inside: i32 = 0;
export let outside: i32 = 0;

/** The number of elements in a unit; the last part of a place may be shorter. */
// @ts-ignore: decorator
@inline
export function unitLength(unit: i32): i32 {
  const length = window(UNIT_LENGTH), parts = window(UNIT_PARTS);
  return parts == 1 ? length : min(length, window(DEPTH) - (unit % parts) * length);
}

/** The address of a unit for the current pixel. Sets `inside` and `outside`; only the elements between them may be read. */
export function locate<T>(source: usize, group: i32, unit: i32): usize {
  const across = window(UNITS_ACROSS), parts = window(UNIT_PARTS), places = window(UNIT_PLACES);
  const depth = window(DEPTH), width = window(FROM_WIDTH), height = window(FROM_HEIGHT);
  const p = across == 1 ? unit : unit / across;
  const rest = unit - p * across;
  const q = parts == 1 ? rest : rest / parts;
  const v = row * window(STRIDE_V) + window(ORIGIN_V) + p * window(STEP_V);
  const h = column * window(STRIDE_H) + window(ORIGIN_H) + q * window(STEP_H);
  const first = max(0, -h), last = min(places, width - h);
  if (v < 0 || v >= height || first >= last) {
    inside = 0;
    outside = 0;
    return source;
  }
  const length = unitLength(unit);
  inside = first * depth;
  outside = places == 1 ? length : last * depth;
  const pixel = (image * height + v) * width + h;
  const channel = group * depth + (rest - q * parts) * window(UNIT_LENGTH);
  return source + (pixel * depth * window(GROUPS) + channel) * sizeof<T>();
}
