import { BATCH_NORM, MORE, NORM_COLUMNS, OPERATION } from "../src/kernels/wasmCall";
import { number, pointer, scratch, size, takeItem, word } from "./call";
import { multiplyAdd, multiplySubtract, narrow, widenHigh, widenLow } from "./simd";

// Batch normalization, forward and backward. An item is a strip of columns, whose passes follow each other. For float32, groups
// of rows are summed in float32, and the groups in float64. float64, and the columns of an incomplete strip, are computed column
// by column.

/** The number of rows that are summed in float32. */
const STRETCH = 64;
const VECTORS: usize = NORM_COLUMNS / 4;

/** y = w·(x − mean)/√(variance + ε) + b; BATCH_NORM computes mean and variance first. */
export function batchNorm<T>(thread: i32): void {
  const columns = size(1);
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const first = item * NORM_COLUMNS, end = min(columns, first + NORM_COLUMNS);
    if (sizeof<T>() == 4 && end - first == NORM_COLUMNS) normalizeStrip(<usize>first * 4, scratch(thread));
    else for (let j = first; j < end; j++) normalizeColumn<T>(<usize>j * sizeof<T>());
  }
}

/** dw = Σ dy·x̂, db = Σ dy, dx = w/√(variance + ε)·(dy − db/rows − x̂·dw/rows) */
export function batchNormBackward<T>(thread: i32): void {
  const columns = size(1);
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const first = item * NORM_COLUMNS, end = min(columns, first + NORM_COLUMNS);
    if (sizeof<T>() == 4 && end - first == NORM_COLUMNS) backwardStrip(<usize>first * 4, scratch(thread));
    else for (let j = first; j < end; j++) backwardColumn<T>(<usize>j * sizeof<T>());
  }
}

function normalizeStrip(column: usize, own: usize): void {
  const y = pointer(0) + column, mean = pointer(1) + column, variance = pointer(2) + column, x = pointer(3) + column;
  const w = pointer(4) + column, b = pointer(MORE) + column;
  const rows = size(0), stride = <usize>size(1) * 4;
  const zero = f32x4.splat(0);
  if (word(OPERATION) == BATCH_NORM) {
    memory.fill(own, 0, 32 * VECTORS);
    for (let at = 0, from = x; at < rows; at += STRETCH) {
      let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
      for (const end = from + <usize>min(STRETCH, rows - at) * stride; from < end; from += stride) {
        s0 = f32x4.add(s0, v128.load(from));
        s1 = f32x4.add(s1, v128.load(from, 16));
        s2 = f32x4.add(s2, v128.load(from, 32));
        s3 = f32x4.add(s3, v128.load(from, 48));
      }
      flush(own, s0, s1, s2, s3);
    }
    divideSums(mean, own, rows);
    memory.fill(own, 0, 32 * VECTORS);
    const m0 = v128.load(mean), m1 = v128.load(mean, 16), m2 = v128.load(mean, 32), m3 = v128.load(mean, 48);
    for (let at = 0, from = x; at < rows; at += STRETCH) {
      let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
      for (const end = from + <usize>min(STRETCH, rows - at) * stride; from < end; from += stride) {
        s0 = addSquare(v128.load(from), m0, s0);
        s1 = addSquare(v128.load(from, 16), m1, s1);
        s2 = addSquare(v128.load(from, 32), m2, s2);
        s3 = addSquare(v128.load(from, 48), m3, s3);
      }
      flush(own, s0, s1, s2, s3);
    }
    divideSums(variance, own, rows);
  }
  const epsilon = f64x2.splat(number(0));
  for (let v: usize = 0; v < VECTORS; v++) {
    const spread = v128.load(variance + 16 * v), scale = v128.load(w + 16 * v);
    const low = f64x2.div(widenLow(scale), f64x2.sqrt(f64x2.add(widenLow(spread), epsilon)));
    const high = f64x2.div(widenHigh(scale), f64x2.sqrt(f64x2.add(widenHigh(spread), epsilon)));
    v128.store(own + 16 * v, narrow(low, high));
  }
  for (let at: usize = 0, end = <usize>rows * stride; at < end; at += stride) {
    for (let v: usize = 0; v < 16 * VECTORS; v += 16) {
      const difference = f32x4.sub(v128.load(x + at + v), v128.load(mean + v));
      v128.store(y + at + v, multiplyAdd<f32>(difference, v128.load(own + v), v128.load(b + v)));
    }
  }
}

// @ts-ignore: decorator
@inline
function addSquare(x: v128, mean: v128, sum: v128): v128 {
  const difference = f32x4.sub(x, mean);
  return multiplyAdd<f32>(difference, difference, sum);
}

/** Adds a strip of float32 to one of float64. */
// @ts-ignore: decorator
@inline
function flush(to: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  flushOne(to, s0);
  flushOne(to + 32, s1);
  flushOne(to + 64, s2);
  flushOne(to + 96, s3);
}

// @ts-ignore: decorator
@inline
function flushOne(to: usize, sum: v128): void {
  v128.store(to, f64x2.add(v128.load(to), widenLow(sum)));
  v128.store(to, f64x2.add(v128.load(to, 16), widenHigh(sum)), 16);
}

function divideSums(to: usize, sums: usize, rows: i32): void {
  const divisor = f64x2.splat(<f64>rows);
  for (let v: usize = 0; v < VECTORS; v++) {
    const low = f64x2.div(v128.load(sums + 32 * v), divisor), high = f64x2.div(v128.load(sums + 32 * v, 16), divisor);
    v128.store(to + 16 * v, narrow(low, high));
  }
}

function normalizeColumn<T>(column: usize): void {
  const y = pointer(0) + column, x = pointer(3) + column;
  const mean = pointer(1) + column, variance = pointer(2) + column;
  const stride = <usize>size(1) * sizeof<T>(), bytes = <usize>size(0) * stride;
  if (word(OPERATION) == BATCH_NORM) {
    let sum: f64 = 0;
    for (let at: usize = 0; at < bytes; at += stride) sum += <f64>load<T>(x + at);
    store<T>(mean, <T>(sum / <f64>size(0)));
    const center = <f64>load<T>(mean);
    sum = 0;
    for (let at: usize = 0; at < bytes; at += stride) {
      const difference = <f64>load<T>(x + at) - center;
      sum += difference * difference;
    }
    store<T>(variance, <T>(sum / <f64>size(0)));
  }
  const center = <f64>load<T>(mean), shift = <f64>load<T>(pointer(MORE) + column);
  const factor = <f64>load<T>(pointer(4) + column) / sqrt(<f64>load<T>(variance) + number(0));
  for (let at: usize = 0; at < bytes; at += stride) {
    store<T>(y + at, <T>((<f64>load<T>(x + at) - center) * factor + shift));
  }
}

function backwardStrip(column: usize, own: usize): void {
  const dx = pointer(0) + column, dy = pointer(3) + column, x = pointer(4) + column, mean = pointer(MORE) + column;
  const rows = size(0), stride = <usize>size(1) * 4;
  const sums = own, products = own + 32 * VECTORS;
  const zero = f32x4.splat(0);
  memory.fill(own, 0, 64 * VECTORS);
  const m0 = v128.load(mean), m1 = v128.load(mean, 16), m2 = v128.load(mean, 32), m3 = v128.load(mean, 48);
  for (let at = 0, offset: usize = 0; at < rows; at += STRETCH) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    let p0 = zero, p1 = zero, p2 = zero, p3 = zero;
    for (const end = offset + <usize>min(STRETCH, rows - at) * stride; offset < end; offset += stride) {
      const g0 = v128.load(dy + offset);
      s0 = f32x4.add(s0, g0);
      p0 = multiplyAdd<f32>(g0, f32x4.sub(v128.load(x + offset), m0), p0);
      const g1 = v128.load(dy + offset, 16);
      s1 = f32x4.add(s1, g1);
      p1 = multiplyAdd<f32>(g1, f32x4.sub(v128.load(x + offset, 16), m1), p1);
      const g2 = v128.load(dy + offset, 32);
      s2 = f32x4.add(s2, g2);
      p2 = multiplyAdd<f32>(g2, f32x4.sub(v128.load(x + offset, 32), m2), p2);
      const g3 = v128.load(dy + offset, 48);
      s3 = f32x4.add(s3, g3);
      p3 = multiplyAdd<f32>(g3, f32x4.sub(v128.load(x + offset, 48), m3), p3);
    }
    flush(sums, s0, s1, s2, s3);
    flush(products, p0, p1, p2, p3);
  }
  const factors = own + 64 * VECTORS, slopes = factors + 16 * VECTORS, constants = slopes + 16 * VECTORS;
  for (let j: usize = 0; j < 4 * VECTORS; j++) {
    const at = column + 4 * j;
    putGradients<f32>(at, load<f64>(sums + 8 * j), load<f64>(products + 8 * j));
    store<f32>(factors + 4 * j, <f32>factor);
    store<f32>(slopes + 4 * j, <f32>slope);
    store<f32>(constants + 4 * j, <f32>constant);
  }
  for (let at: usize = 0, end = <usize>rows * stride; at < end; at += stride) {
    for (let v: usize = 0; v < 16 * VECTORS; v += 16) {
      const difference = f32x4.sub(v128.load(x + at + v), v128.load(mean + v));
      const scaled = multiplySubtract<f32>(v128.load(slopes + v), difference, f32x4.mul(v128.load(dy + at + v), v128.load(factors + v)));
      v128.store(dx + at + v, f32x4.sub(scaled, v128.load(constants + v)));
    }
  }
}

// dx = factor·dy − slope·(x − mean) − constant
let factor: f64 = 0;
let slope: f64 = 0;
let constant: f64 = 0;

/** dw and db of a column from Σ dy and Σ dy·(x − mean), and the numbers that dx needs. */
function putGradients<T>(column: usize, sum: f64, product: f64): void {
  const rows = <f64>size(0);
  const inverse = 1 / sqrt(<f64>load<T>(pointer(MORE + 1) + column) + number(0));
  store<T>(pointer(1) + column, <T>(product * inverse));
  store<T>(pointer(2) + column, <T>sum);
  factor = <f64>load<T>(pointer(MORE + 2) + column) * inverse;
  slope = (factor * product * inverse * inverse) / rows;
  constant = (factor * sum) / rows;
}

function backwardColumn<T>(column: usize): void {
  const dx = pointer(0) + column, dy = pointer(3) + column, x = pointer(4) + column;
  const mean = <f64>load<T>(pointer(MORE) + column);
  const stride = <usize>size(1) * sizeof<T>(), bytes = <usize>size(0) * stride;
  let sum: f64 = 0, product: f64 = 0;
  for (let at: usize = 0; at < bytes; at += stride) {
    const gradient = <f64>load<T>(dy + at);
    sum += gradient;
    product += gradient * (<f64>load<T>(x + at) - mean);
  }
  putGradients<T>(column, sum, product);
  for (let at: usize = 0; at < bytes; at += stride) {
    const difference = <f64>load<T>(x + at) - mean;
    store<T>(dx + at, <T>(factor * <f64>load<T>(dy + at) - slope * difference - constant));
  }
}
