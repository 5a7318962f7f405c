import {
  APART, BATCH, BLOCK_COLUMNS, BLOCK_ROWS, DEPTH, EDGE_BYTES, HEIGHT, OUTPUTS, WIDTH, WINOGRAD_TILES,
} from "../src/kernels/wasmCall";
import { pointer, scratch, takeItem, word } from "./call";
import { MR, NR, tile } from "./tile";
import { window } from "./window";
import { across, POINTS, transformTile } from "./winograd";

// The gradient of the weights of a 3×3 convolution with stride 1 from the same tiles as in winograd.ts, with the transposed operations:
//   dw = Gᵀ[Σ over the tiles (Bᵀ·d·B) ⊙ (A·dY·Aᵀ)]G.
// An item is a block of channels and outputs. The division of the tiles depends only on their number, and so does the order of each sum.

export function winogradWeights<T>(thread: i32): void {
  const tiles = window(BATCH) * across(HEIGHT) * across(WIDTH);
  const depth = window(DEPTH), outputs = window(OUTPUTS);
  const blockRows = word(BLOCK_ROWS), blockColumns = word(BLOCK_COLUMNS);
  const blocks = (outputs + blockColumns - 1) / blockColumns;
  const row = <usize>blockRows * sizeof<T>(), stride = <usize>blockColumns * sizeof<T>();
  const pointX = <usize>WINOGRAD_TILES * row + APART, pointY = <usize>WINOGRAD_TILES * stride + APART;
  const point = <usize>blockRows * stride + APART;

  const dw = pointer(0), dy = pointer(1), x = pointer(2);
  const patch = scratch(thread) + <usize>EDGE_BYTES;
  const pixels = patch + <usize>(POINTS * depth) * sizeof<T>();
  const gradients = pixels + POINTS * pointX;
  const sums = gradients + POINTS * pointY;

  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const block = item / blocks, channel = block * blockRows, output = (item - block * blocks) * blockColumns;
    const rows = min(blockRows, depth - channel), columns = min(blockColumns, outputs - output);
    for (let at = 0; at < tiles; at += WINOGRAD_TILES) {
      const count = min(WINOGRAD_TILES, tiles - at);
      for (let t = 0; t < count; t++) {
        transformTile<T>(pixels + <usize>t * row, 16, pointX, patch, x, at + t, channel, rows);
        transformGradient<T>(gradients + 32 * <usize>t, pointY, dy, at + t, output, columns);
      }
      for (let i: usize = 0; i < <usize>POINTS; i++) {
        let panelY = gradients + i * pointY;
        for (let j = 0; j < columns; j += NR<T>()) {
          const to = sums + i * point + <usize>j * sizeof<T>();
          for (let r = 0; r < rows; r += MR) {
            const panelX = pixels + i * pointX + <usize>r * sizeof<T>();
            tile<T>(count, panelX, row, panelY, to + <usize>r * stride, stride, at > 0);
          }
          panelY += <usize>WINOGRAD_TILES * 32;
        }
      }
    }
    for (let r = 0; r < rows; r++) {
      const to = dw + <usize>((channel + r) * outputs + output) * sizeof<T>();
      transformSums<T>(to, <usize>(depth * outputs) * sizeof<T>(), sums + <usize>r * stride, point, columns);
    }
  }
}

/** A·dY·Aᵀ of a tile, as a row of panels [point][panel][tile][NR]; outputs outside of the image are 0. */
function transformGradient<T>(to: usize, point: usize, dy: usize, index: i32, output: i32, columns: i32): void {
  const wide = across(WIDTH), high = across(HEIGHT), width = window(WIDTH), height = window(HEIGHT);
  const line = index / wide, image = line / high;
  const top = 2 * (line - image * high), left = 2 * (index - line * wide);
  const pixel = <usize>window(OUTPUTS) * sizeof<T>(), below = <usize>width * pixel;
  const right = left + 1 < width, lower = top + 1 < height;
  const zero = v128.splat<T>(<T>0);
  let from = dy + <usize>((image * height + top) * width + left) * pixel + <usize>output * sizeof<T>();
  for (const end = from + <usize>columns * sizeof<T>(); from < end; from += 32) {
    for (let half: usize = 0; half < 32 && from + half < end; half += 16) {
      const at = from + half;
      const y00 = v128.load(at), y01 = right ? v128.load(at + pixel) : zero;
      const y10 = lower ? v128.load(at + below) : zero, y11 = right && lower ? v128.load(at + below + pixel) : zero;
      mixGradients<T>(to + half, point, y00, y01);
      mixGradients<T>(to + half + 4 * point, point, v128.add<T>(y00, y10), v128.add<T>(y01, y11));
      mixGradients<T>(to + half + 8 * point, point, v128.sub<T>(y00, y10), v128.sub<T>(y01, y11));
      mixGradients<T>(to + half + 12 * point, point, v128.neg<T>(y10), v128.neg<T>(y11));
    }
    to += <usize>WINOGRAD_TILES * 32;
  }
}

// @ts-ignore: decorator
@inline
function mixGradients<T>(to: usize, point: usize, a: v128, b: v128): void {
  v128.store(to, a);
  v128.store(to + point, v128.add<T>(a, b));
  v128.store(to + 2 * point, v128.sub<T>(a, b));
  v128.store(to + 3 * point, v128.neg<T>(b));
}

/** Gᵀ·u·G for some outputs of a channel; `place` is the distance of two places of the window in dw. */
function transformSums<T>(to: usize, place: usize, sums: usize, point: usize, columns: i32): void {
  for (const end = sums + <usize>columns * sizeof<T>(); sums < end; sums += 16) {
    for (let p: usize = 0; p < 3; p++) {
      const u0 = mixSums<T>(sums, 4 * point, p), u1 = mixSums<T>(sums + point, 4 * point, p);
      const u2 = mixSums<T>(sums + 2 * point, 4 * point, p), u3 = mixSums<T>(sums + 3 * point, 4 * point, p);
      const half = v128.splat<T>(<T>0.5);
      const outer = v128.mul<T>(half, v128.add<T>(u1, u2));
      const target = to + 3 * p * place;
      v128.store(target, v128.add<T>(u0, outer));
      v128.store(target + place, v128.mul<T>(half, v128.sub<T>(u1, u2)));
      v128.store(target + 2 * place, v128.add<T>(outer, u3));
    }
    to += 16;
  }
}

/** Row p of Gᵀ times a column of four. */
// @ts-ignore: decorator
@inline
function mixSums<T>(u: usize, stride: usize, p: usize): v128 {
  const half = v128.splat<T>(<T>0.5);
  const u1 = v128.load(u + stride), u2 = v128.load(u + 2 * stride);
  if (p == 1) return v128.mul<T>(half, v128.sub<T>(u1, u2));
  const outer = v128.mul<T>(half, v128.add<T>(u1, u2));
  return v128.add<T>(outer, p == 0 ? v128.load(u) : v128.load(u + 3 * stride));
}
