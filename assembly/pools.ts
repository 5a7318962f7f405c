import {
  COUNT_PADDING, DEPTH, FROM_HEIGHT, FROM_WIDTH, HEIGHT, MAX_POOL, MAX_POOL_BACKWARD, OPERATION, ORIGIN_H, ORIGIN_V,
  PLACES_HIGH, PLACES_WIDE, STEP_H, STEP_V, STRIDE_H, STRIDE_V, WIDTH,
} from "../src/kernels/wasmCall";
import { pointer, takeItem, word } from "./call";
import { window } from "./window";

// The loops run over the places of each window and the channels of each place. An item is a row of pixels of the result.

/** Computes y and, for the maximum, the places from x. */
export function pool<T>(): void {
  const y = pointer(0), x = pointer(1), places = pointer(2);
  const largest = word(OPERATION) == MAX_POOL;
  const channels = window(DEPTH), width = window(WIDTH), height = window(HEIGHT);
  const fromHeight = window(FROM_HEIGHT), fromWidth = window(FROM_WIDTH);
  const bytes = <usize>channels * sizeof<T>();
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const image = item / height;
    const top = (item - image * height) * window(STRIDE_V) + window(ORIGIN_V);
    for (let j = 0; j < width; j++) {
      const left = j * window(STRIDE_H) + window(ORIGIN_H);
      const pixel = <usize>(item * width + j);
      const to = y + pixel * bytes, chosen = places + pixel * channels;
      let count = 0;
      for (let p = 0; p < window(PLACES_HIGH); p++) {
        const v = top + p * window(STEP_V);
        if (v < 0 || v >= fromHeight) continue;
        for (let q = 0; q < window(PLACES_WIDE); q++) {
          const h = left + q * window(STEP_H);
          if (h < 0 || h >= fromWidth) continue;
          const from = x + <usize>((image * fromHeight + v) * fromWidth + h) * bytes;
          const place = p * window(PLACES_WIDE) + q;
          if (count == 0) {
            memory.copy(to, from, bytes);
            if (largest) memory.fill(chosen, <u8>place, channels);
          } else if (largest) {
            choose<T>(to, chosen, from, channels, place);
          } else {
            add<T>(to, from, bytes);
          }
          count++;
        }
      }
      if (count == 0) memory.fill(to, 0, bytes);
      if (!largest) divide<T>(to, bytes, <T>(word(COUNT_PADDING) ? window(PLACES_HIGH) * window(PLACES_WIDE) : count));
    }
  }
}

/** Computes dx: for each pixel, the sum over the windows that contain it. */
export function poolBackward<T>(): void {
  const dx = pointer(0), dy = pointer(1), places = pointer(2);
  const largest = word(OPERATION) == MAX_POOL_BACKWARD;
  const channels = window(DEPTH), width = window(WIDTH), height = window(HEIGHT);
  const fromHeight = window(FROM_HEIGHT), fromWidth = window(FROM_WIDTH);
  const bytes = <usize>channels * sizeof<T>();
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const image = item / fromHeight;
    const down = item - image * fromHeight - window(ORIGIN_V);
    for (let v = 0; v < fromWidth; v++) {
      const to = dx + <usize>(item * fromWidth + v) * bytes;
      memory.fill(to, 0, bytes);
      for (let p = 0; p < window(PLACES_HIGH); p++) {
        const i = outputOf(down - p * window(STEP_V), window(STRIDE_V), height);
        if (i < 0) continue;
        for (let q = 0; q < window(PLACES_WIDE); q++) {
          const j = outputOf(v - window(ORIGIN_H) - q * window(STEP_H), window(STRIDE_H), width);
          if (j < 0) continue;
          const pixel = <usize>((image * height + i) * width + j);
          const from = dy + pixel * bytes;
          if (largest) addChosen<T>(to, from, places + pixel * channels, channels, p * window(PLACES_WIDE) + q);
          else addDivided<T>(to, from, bytes, <T>pixelsSeen(i, j));
        }
      }
    }
  }
}

/** The output whose window starts `distance` pixels before, or −1. */
// @ts-ignore: decorator
@inline
function outputOf(distance: i32, stride: i32, size: i32): i32 {
  if (distance < 0) return -1;
  const i = stride == 1 ? distance : distance / stride;
  return i * stride == distance && i < size ? i : -1;
}

/** The divisor of the sum over the window of an output. */
function pixelsSeen(i: i32, j: i32): i32 {
  if (word(COUNT_PADDING)) return window(PLACES_HIGH) * window(PLACES_WIDE);
  const top = i * window(STRIDE_V) + window(ORIGIN_V), left = j * window(STRIDE_H) + window(ORIGIN_H);
  return (
    placesInside(top, window(STEP_V), window(PLACES_HIGH), window(FROM_HEIGHT)) *
    placesInside(left, window(STEP_H), window(PLACES_WIDE), window(FROM_WIDTH))
  );
}

function placesInside(start: i32, step: i32, places: i32, size: i32): i32 {
  let count = 0;
  for (let p = 0; p < places; p++) {
    const at = start + p * step;
    if (at >= 0 && at < size) count++;
  }
  return count;
}

/** If x is larger than y, or NaN when y is not: y = x, with this place. */
function choose<T>(y: usize, places: usize, x: usize, channels: i32, place: i32): void {
  let c = 0;
  if (sizeof<T>() == 4) {
    const here = i32x4.splat(place);
    for (; c + 4 <= channels; c += 4) {
      const value = v128.load(x), best = v128.load(y);
      const larger = v128.andnot(f32x4.eq(best, best), f32x4.le(value, best));
      v128.store(y, v128.bitselect(value, best, larger));
      const before = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(places)));
      const after = i16x8.narrow_i32x4_u(v128.bitselect(here, before, larger), here);
      v128.store32_lane(places, i8x16.narrow_i16x8_u(after, after), 0);
      x += 16;
      y += 16;
      places += 4;
    }
  }
  for (; c < channels; c++) {
    const value = load<T>(x), best = load<T>(y);
    if (!(value <= best) && best == best) {
      store<T>(y, value);
      store<u8>(places, <u8>place);
    }
    x += sizeof<T>();
    y += sizeof<T>();
    places++;
  }
}

function add<T>(y: usize, x: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.add<T>(v128.load(y + at), v128.load(x + at)));
  for (; at < bytes; at += sizeof<T>()) store<T>(y + at, <T>(load<T>(y + at) + load<T>(x + at)));
}

function divide<T>(y: usize, bytes: usize, divisor: T): void {
  const all = v128.splat<T>(divisor);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.div<T>(v128.load(y + at), all));
  for (; at < bytes; at += sizeof<T>()) store<T>(y + at, <T>(load<T>(y + at) / divisor));
}

function addDivided<T>(dx: usize, dy: usize, bytes: usize, divisor: T): void {
  const all = v128.splat<T>(divisor);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(dx + at, v128.add<T>(v128.load(dx + at), v128.div<T>(v128.load(dy + at), all)));
  }
  for (; at < bytes; at += sizeof<T>()) store<T>(dx + at, <T>(load<T>(dx + at) + load<T>(dy + at) / divisor));
}

/** dx += dy if the window chose this place. */
function addChosen<T>(dx: usize, dy: usize, places: usize, channels: i32, place: i32): void {
  let c = 0;
  if (sizeof<T>() == 4) {
    const here = i32x4.splat(place);
    for (; c + 4 <= channels; c += 4) {
      const chosen = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(places)));
      const taken = v128.and(v128.load(dy), i32x4.eq(chosen, here));
      v128.store(dx, f32x4.add(v128.load(dx), taken));
      dx += 16;
      dy += 16;
      places += 4;
    }
  }
  for (; c < channels; c++) {
    if (<i32>load<u8>(places) == place) store<T>(dx, <T>(load<T>(dx) + load<T>(dy)));
    dx += sizeof<T>();
    dy += sizeof<T>();
    places++;
  }
}
