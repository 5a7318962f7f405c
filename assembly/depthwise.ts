import {
  BATCH, DEPTHWISE_BLOCK, FROM_HEIGHT, FROM_WIDTH, GROUPS, HEIGHT, ORIGIN_H, ORIGIN_V, PLACES_HIGH, PLACES_WIDE, STEP_H, STEP_V,
  STRIDE_H, STRIDE_V, TO_COLUMN, TO_IMAGE, TO_ROW, TO_START, WEIGHT_P, WEIGHT_Q, WEIGHT_START, WIDTH,
} from "../src/kernels/wasmCall";
import { pointer, takeItem } from "./call";
import { lanes, multiplyAdd } from "./simd";
import { window } from "./window";

// Convolution in which each output channel depends only on the input channel with the same number. The loops run along the
// channels, four vectors at a time, then one by one.

// The image has the places p, or q, from `begin` to `end`.
let begin: i32 = 0;
let end: i32 = 0;

// @ts-ignore: decorator
@inline
function clip(start: i32, step: i32, places: i32, size: i32): void {
  begin = start < 0 ? (step - 1 - start) / step : 0;
  end = start < size ? min(places, (size - 1 - start) / step + 1) : 0;
}

/** Computes y over the rows of a grid; the gradient of the input is the same with flipped weights. */
export function depthwise<T>(): void {
  const y = pointer(0), x = pointer(1), w = pointer(2), bias = pointer(3);
  const width = window(WIDTH), height = window(HEIGHT), fromHeight = window(FROM_HEIGHT), fromWidth = window(FROM_WIDTH);
  const pixel = <usize>window(GROUPS) * sizeof<T>();
  const stepV = window(STEP_V), stepH = window(STEP_H);
  const stride = <usize>stepH * pixel, line = <usize>(stepV * fromWidth) * pixel;
  const scattered = window(TO_COLUMN) != 0;
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const image = item / height, i = item - image * height;
    const top = i * window(STRIDE_V) + window(ORIGIN_V);
    clip(top, stepV, window(PLACES_HIGH), fromHeight);
    const p0 = begin, p1 = end;
    for (let j = 0; j < width; j++) {
      const left = j * window(STRIDE_H) + window(ORIGIN_H);
      clip(left, stepH, window(PLACES_WIDE), fromWidth);
      const q0 = begin, q1 = end;
      const to = scattered
        ? y + <usize>(window(TO_START) + image * window(TO_IMAGE) + i * window(TO_ROW) + j * window(TO_COLUMN)) * sizeof<T>()
        : y + <usize>(item * width + j) * pixel;
      const from = x + <usize>((image * fromHeight + top + p0 * stepV) * fromWidth + left + q0 * stepH) * pixel;
      const weights = w + <usize>(window(WEIGHT_START) + p0 * window(WEIGHT_P) + q0 * window(WEIGHT_Q)) * sizeof<T>();
      let c: usize = 0;
      for (; c + 64 <= pixel; c += 64) {
        four<T>(to + c, bias ? bias + c : 0, from + c, weights + c, p1 - p0, q1 - q0, line, stride);
      }
      for (; c < pixel; c += sizeof<T>()) {
        one<T>(to + c, bias ? bias + c : 0, from + c, weights + c, p1 - p0, q1 - q0, line, stride);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function four<T>(y: usize, bias: usize, x: usize, w: usize, high: i32, wide: i32, line: usize, stride: usize): void {
  const weightP = window(WEIGHT_P) * sizeof<T>(), weightQ = window(WEIGHT_Q) * sizeof<T>();
  const zero = v128.splat<T>(<T>0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  if (bias) {
    s0 = v128.load(bias);
    s1 = v128.load(bias, 16);
    s2 = v128.load(bias, 32);
    s3 = v128.load(bias, 48);
  }
  for (let p = 0; p < high; p++) {
    let from = x, weights = w;
    for (let q = 0; q < wide; q++) {
      s0 = multiplyAdd<T>(v128.load(from), v128.load(weights), s0);
      s1 = multiplyAdd<T>(v128.load(from, 16), v128.load(weights, 16), s1);
      s2 = multiplyAdd<T>(v128.load(from, 32), v128.load(weights, 32), s2);
      s3 = multiplyAdd<T>(v128.load(from, 48), v128.load(weights, 48), s3);
      from += stride;
      weights += weightQ;
    }
    x += line;
    w += weightP;
  }
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
}

function one<T>(y: usize, bias: usize, x: usize, w: usize, high: i32, wide: i32, line: usize, stride: usize): void {
  let sum = bias ? load<T>(bias) : <T>0;
  for (let p = 0; p < high; p++) {
    for (let q = 0; q < wide; q++) {
      const at = <usize>(p * window(WEIGHT_P) + q * window(WEIGHT_Q)) * sizeof<T>();
      sum = <T>(sum + load<T>(x + <usize>p * line + <usize>q * stride) * load<T>(w + at));
    }
  }
  store<T>(y, sum);
}

/**
 * Computes dw: an item is a row of the window for some channels. Each row of pixels is summed separately, so that rounding errors
 * do not grow with the number of rows.
 */
export function depthwiseWeights<T>(): void {
  const dw = pointer(0), dy = pointer(1), x = pointer(2);
  const width = window(WIDTH), height = window(HEIGHT), fromHeight = window(FROM_HEIGHT), fromWidth = window(FROM_WIDTH);
  const channels = window(GROUPS), places = window(PLACES_WIDE);
  const pixel = <usize>channels * sizeof<T>();
  const stride = <usize>window(STRIDE_H) * pixel;
  const blocks = (channels + DEPTHWISE_BLOCK - 1) / DEPTHWISE_BLOCK;
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const p = item / blocks, first = (item - p * blocks) * DEPTHWISE_BLOCK;
    const last = <usize>min(channels, first + DEPTHWISE_BLOCK) * sizeof<T>();
    const start = <usize>first * sizeof<T>();
    const target = dw + <usize>(p * places) * pixel;
    for (let q = 0; q < places; q++) memory.fill(target + <usize>q * pixel + start, 0, last - start);
    for (let line = 0; line < window(BATCH) * height; line++) {
      const image = line / height;
      const v = (line - image * height) * window(STRIDE_V) + window(ORIGIN_V) + p * window(STEP_V);
      if (v < 0 || v >= fromHeight) continue;
      for (let q = 0; q < places; q++) {
        const left = window(ORIGIN_H) + q * window(STEP_H);
        clip(left, window(STRIDE_H), width, fromWidth);
        const from = x + <usize>((image * fromHeight + v) * fromWidth + left + begin * window(STRIDE_H)) * pixel;
        const gradients = dy + <usize>(line * width + begin) * pixel;
        const to = target + <usize>q * pixel;
        let c = start;
        for (; c + 64 <= last; c += 64) addFour<T>(to + c, from + c, gradients + c, end - begin, stride, pixel);
        for (; c < last; c += sizeof<T>()) addOne<T>(to + c, from + c, gradients + c, end - begin, stride, pixel);
      }
    }
  }
}

function addFour<T>(dw: usize, x: usize, dy: usize, count: i32, stride: usize, pixel: usize): void {
  const zero = v128.splat<T>(<T>0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (let j = 0; j < count; j++) {
    s0 = multiplyAdd<T>(v128.load(x), v128.load(dy), s0);
    s1 = multiplyAdd<T>(v128.load(x, 16), v128.load(dy, 16), s1);
    s2 = multiplyAdd<T>(v128.load(x, 32), v128.load(dy, 32), s2);
    s3 = multiplyAdd<T>(v128.load(x, 48), v128.load(dy, 48), s3);
    x += stride;
    dy += pixel;
  }
  v128.store(dw, v128.add<T>(v128.load(dw), s0));
  v128.store(dw, v128.add<T>(v128.load(dw, 16), s1), 16);
  v128.store(dw, v128.add<T>(v128.load(dw, 32), s2), 32);
  v128.store(dw, v128.add<T>(v128.load(dw, 48), s3), 48);
}

function addOne<T>(dw: usize, x: usize, dy: usize, count: i32, stride: usize, pixel: usize): void {
  let sum = <T>0;
  for (let j = 0; j < count; j++) {
    sum = <T>(sum + load<T>(x) * load<T>(dy));
    x += stride;
    dy += pixel;
  }
  store<T>(dw, <T>(load<T>(dw) + sum));
}
