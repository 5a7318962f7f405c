import {
  APART, BATCH, BLOCK_COLUMNS, BLOCK_ROWS, DEPTH, EDGE_BYTES, FROM_HEIGHT, FROM_WIDTH, HEIGHT, ORIGIN_H, ORIGIN_V, OUTPUTS,
  TRANSPOSED, WEIGHT_P, WEIGHT_Q, WEIGHT_ROW, WEIGHT_START, WIDTH,
} from "../src/kernels/wasmCall";
import { pointer, scratch, takeItem, word } from "./call";
import { packColumns, packRows } from "./pack";
import { putEdge, roundUp } from "./product";
import { MR, NR, vectorTile } from "./tile";
import { window } from "./window";

// Convolution of 3×3 with stride 1 as F(2×2, 3×3) of Winograd: 2×2 outputs y from 4×4 pixels d,
//   Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A, summed over the channels before Aᵀ…A,
// so 16 products for each channel instead of 36. In one dimension with d₀ … d₃ and g₀ … g₂:
//   m = (d₀ − d₂)·g₀, (d₁ + d₂)·½(g₀ + g₁ + g₂), (d₂ − d₁)·½(g₀ − g₁ + g₂), (d₁ − d₃)·g₂;  y = m₀ + m₁ + m₂, m₁ − m₂ − m₃.
// No output depends on a pixel outside of its window. Lavin & Gray 2015, arXiv:1509.09308.

/** The number of products for each tile and channel. */
export const POINTS = 16;

export function winograd<T>(thread: i32): void {
  const tiles = window(BATCH) * across(HEIGHT) * across(WIDTH);
  const depth = window(DEPTH), outputs = window(OUTPUTS);
  const blockRows = word(BLOCK_ROWS), blockColumns = word(BLOCK_COLUMNS);
  const strips = (tiles + blockRows - 1) / blockRows;
  const panel = <usize>depth * MR * sizeof<T>();
  const point = <usize>(roundUp(blockRows, MR) / MR) * panel + APART;
  const height = <usize>roundUp(blockRows, MR) * 32;

  const y = pointer(0), x = pointer(1), w = pointer(2), bias = pointer(3);
  const edge = scratch(thread);
  const patch = edge + EDGE_BYTES;
  const products = patch + <usize>(POINTS * depth) * sizeof<T>();
  const packedX = products + POINTS * height;
  const packedW = packedX + POINTS * point;
  let kept = -1;

  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const block = item / strips, first = (item - block * strips) * blockRows;
    const column = block * blockColumns, columns = min(blockColumns, outputs - column);
    const rows = min(blockRows, tiles - first);
    if (block != kept) transformWeights<T>(packedW, packedX, w, column, columns);
    kept = block;
    // Stored as panels [point][tile / MR][depth / lanes][MR][lanes].
    for (let r = 0; r < rows; r++) {
      const target = packedX + <usize>(r / MR) * panel + 16 * <usize>(r % MR);
      transformTile<T>(target, 16 * MR, point, patch, x, first + r, 0, depth);
    }
    let panelW = packedW;
    for (let j = 0; j < columns; j += NR<T>()) {
      let panelX = packedX;
      let product = products;
      for (let i = 0; i < POINTS; i++) {
        for (let r = 0; r < rows; r += MR) {
          vectorTile<T>(depth, panelX + <usize>(r / MR) * panel, panelW, product + 32 * <usize>r, 32, false);
        }
        panelX += point;
        panelW += <usize>depth * 32 + APART;
        product += height;
      }
      transformProducts<T>(y, products, height, edge, bias, column + j, min(NR<T>(), columns - j), first, rows);
    }
  }
}

/** The number of tiles along a side. */
// @ts-ignore: decorator
@inline
export function across(side: i32): i32 {
  return (window(side) + 1) >> 1;
}

/** G·g·Gᵀ of a block of columns as panels [panel][point][depth][NR]; `own` is memory for the weights of one panel. */
function transformWeights<T>(to: usize, own: usize, w: usize, column: i32, columns: i32): void {
  const depth = window(DEPTH);
  const stride = <usize>window(WEIGHT_ROW) * sizeof<T>();
  const place = <usize>depth * 32, point = place + APART;
  const half = v128.splat<T>(<T>0.5);
  for (let j = 0; j < columns; j += NR<T>()) {
    const count = min(NR<T>(), columns - j);
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) {
        const from = w + <usize>(window(WEIGHT_START) + p * window(WEIGHT_P) + q * window(WEIGHT_Q)) * sizeof<T>();
        const target = own + <usize>(3 * p + q) * place;
        if (word(TRANSPOSED)) {
          packRows<T>(target, from + <usize>(column + j) * stride, stride, depth, count, NR<T>(), place);
        } else {
          packColumns<T>(target, from + <usize>(column + j) * sizeof<T>(), stride, depth, count, NR<T>(), place);
        }
      }
    }
    for (let at: usize = 0; at < place; at += 16) {
      for (let i: usize = 0; i < 4; i++) {
        const g0 = mixRows<T>(own + at, 3 * place, i, half);
        const g1 = mixRows<T>(own + at + place, 3 * place, i, half);
        const g2 = mixRows<T>(own + at + 2 * place, 3 * place, i, half);
        const outer = v128.add<T>(g0, g2);
        const target = to + 4 * i * point + at;
        v128.store(target, g0);
        v128.store(target + point, v128.mul<T>(half, v128.add<T>(outer, g1)));
        v128.store(target + 2 * point, v128.mul<T>(half, v128.sub<T>(outer, g1)));
        v128.store(target + 3 * point, g2);
      }
    }
    to += POINTS * point;
  }
}

/** Row i of G times a column of three. */
// @ts-ignore: decorator
@inline
function mixRows<T>(from: usize, stride: usize, i: usize, half: v128): v128 {
  const g0 = v128.load(from), g1 = v128.load(from + stride), g2 = v128.load(from + 2 * stride);
  if (i == 0) return g0;
  if (i == 3) return g2;
  const outer = v128.add<T>(g0, g2);
  return v128.mul<T>(half, i == 1 ? v128.add<T>(outer, g1) : v128.sub<T>(outer, g1));
}

/**
 * Bᵀ·d·B of some channels of a tile. Vectors of channels are `step` bytes apart, points `point` bytes; `patch` is memory for the
 * pixels of a tile at the border.
 */
export function transformTile<T>(
  to: usize, step: usize, point: usize, patch: usize, x: usize, index: i32, channel: i32, channels: i32,
): void {
  const wide = across(WIDTH), high = across(HEIGHT), width = window(FROM_WIDTH), height = window(FROM_HEIGHT);
  const pixel = <usize>window(DEPTH) * sizeof<T>();
  const line = index / wide, image = line / high;
  const top = 2 * (line - image * high) + window(ORIGIN_V), left = 2 * (index - line * wide) + window(ORIGIN_H);
  let from = x + <usize>((image * height + top) * width + left) * pixel;
  let stride = <usize>width * pixel;
  if (top < 0 || left < 0 || top + 4 > height || left + 4 > width) {
    // At the border: the pixels of the image, padded with zeros.
    memory.fill(patch, 0, 16 * pixel);
    const begin = max(0, -left), count = min(4, width - left) - begin;
    for (let p = max(0, -top); p < min(4, height - top); p++) {
      if (count > 0) {
        const at = <usize>begin * pixel;
        memory.copy(patch + <usize>(4 * p) * pixel + at, from + <usize>p * stride + at, <usize>count * pixel);
      }
    }
    from = patch;
    stride = 4 * pixel;
  }
  from += <usize>channel * sizeof<T>();
  for (const end = from + <usize>channels * sizeof<T>(); from < end; from += 16) {
    const d1 = from + stride, d2 = d1 + stride, d3 = d2 + stride;
    mixPixels<T>(to, point, from, d2, pixel, false);
    mixPixels<T>(to + 4 * point, point, d1, d2, pixel, true);
    mixPixels<T>(to + 8 * point, point, d2, d1, pixel, false);
    mixPixels<T>(to + 12 * point, point, d1, d3, pixel, false);
    to += step;
  }
}

/** The row a ± b of Bᵀ·d, times B. */
// @ts-ignore: decorator
@inline
function mixPixels<T>(to: usize, point: usize, a: usize, b: usize, pixel: usize, plus: bool): void {
  const t0 = combine<T>(v128.load(a), v128.load(b), plus);
  const t1 = combine<T>(v128.load(a + pixel), v128.load(b + pixel), plus);
  const t2 = combine<T>(v128.load(a + 2 * pixel), v128.load(b + 2 * pixel), plus);
  const t3 = combine<T>(v128.load(a + 3 * pixel), v128.load(b + 3 * pixel), plus);
  v128.store(to, v128.sub<T>(t0, t2));
  v128.store(to + point, v128.add<T>(t1, t2));
  v128.store(to + 2 * point, v128.sub<T>(t2, t1));
  v128.store(to + 3 * point, v128.sub<T>(t1, t3));
}

// @ts-ignore: decorator
@inline
function combine<T>(a: v128, b: v128, plus: bool): v128 {
  return plus ? v128.add<T>(a, b) : v128.sub<T>(a, b);
}

/** Aᵀ·m·A of some tiles for up to NR output channels, and the bias. */
function transformProducts<T>(
  y: usize, products: usize, point: usize, edge: usize, bias: usize, column: i32, columns: i32, first: i32, rows: i32,
): void {
  const wide = across(WIDTH), high = across(HEIGHT), width = window(WIDTH), height = window(HEIGHT);
  const pixel = <usize>window(OUTPUTS) * sizeof<T>();
  const shift = edge + 160;
  memory.fill(shift, 0, 32);
  if (bias) memory.copy(shift, bias + <usize>column * sizeof<T>(), <usize>columns * sizeof<T>());
  for (let r = 0; r < rows; r++) {
    const line = (first + r) / wide, image = line / high;
    const top = 2 * (line - image * high), left = 2 * (first + r - line * wide);
    const to = y + <usize>((image * height + top) * width + left) * pixel + <usize>column * sizeof<T>();
    const right = left + 1 < width, below = top + 1 < height;
    if (right && below && columns == NR<T>()) {
      mixProducts<T>(to, pixel, <usize>width * pixel, products, point, shift);
      mixProducts<T>(to + 16, pixel, <usize>width * pixel, products + 16, point, shift + 16);
    } else {
      mixProducts<T>(edge, 32, 64, products, point, shift);
      mixProducts<T>(edge + 16, 32, 64, products + 16, point, shift + 16);
      putEdge<T>(to, edge, right ? 2 : 1, columns, pixel, false);
      if (below) putEdge<T>(to + <usize>width * pixel, edge + 64, right ? 2 : 1, columns, pixel, false);
    }
    products += 32;
  }
}

// @ts-ignore: decorator
@inline
function mixProducts<T>(to: usize, pixel: usize, line: usize, m: usize, point: usize, bias: usize): void {
  const shift = v128.load(bias);
  for (let i: usize = 0; i < 2; i++) {
    const p0 = mixColumn<T>(m, 4 * point, i), p1 = mixColumn<T>(m + point, 4 * point, i);
    const p2 = mixColumn<T>(m + 2 * point, 4 * point, i), p3 = mixColumn<T>(m + 3 * point, 4 * point, i);
    v128.store(to, v128.add<T>(shift, v128.add<T>(v128.add<T>(p0, p1), p2)));
    v128.store(to + pixel, v128.add<T>(shift, v128.sub<T>(v128.sub<T>(p1, p2), p3)));
    to += line;
  }
}

/** Row i of Aᵀ times a column of four. */
// @ts-ignore: decorator
@inline
function mixColumn<T>(m: usize, stride: usize, i: usize): v128 {
  const m1 = v128.load(m + stride), m2 = v128.load(m + 2 * stride);
  if (i == 0) return v128.add<T>(v128.add<T>(v128.load(m), m1), m2);
  return v128.sub<T>(v128.sub<T>(m1, m2), v128.load(m + 3 * stride));
}
