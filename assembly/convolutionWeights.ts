import {
  BATCH, BLOCK_ROWS, EDGE_BYTES, GROUPS, HEIGHT, INNER, OUTPUTS, UNIT_LENGTH, UNITS, WIDTH,
} from "../src/kernels/wasmCall";
import { pointer, scratch, takeItem, word } from "./call";
import { packColumns } from "./pack";
import { roundUp, tiles } from "./product";
import { MR, NR } from "./tile";
import { advance, inside, locate, outside, seek, window } from "./window";

// dw = Σ over all pixels of the numbers in the window, times dy: a product with a long depth. Rows are the numbers of the window,
// columns are output channels. An item is a few rows of dw. The division of the depth depends only on the number of pixels, and
// so does the order of each sum.

export function convolveWeights<T>(thread: i32): void {
  const pixels = window(BATCH) * window(HEIGHT) * window(WIDTH);
  const outputs = window(OUTPUTS), channels = outputs * window(GROUPS);
  const blockRows = word(BLOCK_ROWS), units = window(UNITS), length = window(UNIT_LENGTH);
  const blocks = (length + blockRows - 1) / blockRows;
  const inner = roundUp(pixels, INNER) / INNER;
  const step = roundUp(pixels, inner) / inner;
  const stride = <usize>channels * sizeof<T>();

  const dw = pointer(0), dy = pointer(1), x = pointer(2);
  const edge = scratch(thread);
  const packedX = edge + EDGE_BYTES;
  const packedY = packedX + <usize>roundUp(blockRows, MR) * step * sizeof<T>();

  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const part = item / blocks, group = part / units, unit = part - group * units;
    const first = (item - part * blocks) * blockRows;
    const rows = min(blockRows, length - first);
    const channel = <usize>(group * outputs) * sizeof<T>();
    const to = dw + <usize>(unit * length + first) * stride + channel;
    for (let at = 0; at < pixels; at += step) {
      const depth = min(step, pixels - at);
      packWindows<T>(packedX, x, group, unit, first, rows, at, depth);
      packColumns<T>(packedY, dy + <usize>at * stride + channel, stride, depth, outputs, NR<T>(), <usize>depth * 32);
      tiles<T>(to, packedX, packedY, rows, depth, outputs, stride, at > 0, edge);
    }
  }
}

/** Packs some numbers of a unit as panels [tile][pixel][MR]. */
function packWindows<T>(
  to: usize, x: usize, group: i32, unit: i32, first: i32, rows: i32, at: i32, depth: i32,
): void {
  const panel = <usize>depth * MR * sizeof<T>();
  seek(at);
  for (let pixel = 0; pixel < depth; pixel++) {
    const from = locate<T>(x, group, unit) + <usize>first * sizeof<T>();
    const begin = max(inside - first, 0), end = min(outside - first, rows);
    let target = to;
    for (let r = 0; r < rows; r += MR) {
      const source = from + <usize>r * sizeof<T>();
      if (r >= begin && r + MR <= end) {
        copyRow<T>(target, source);
      } else {
        for (let i = 0; i < MR; i++) {
          const seen = r + i >= begin && r + i < end;
          store<T>(target + <usize>i * sizeof<T>(), seen ? load<T>(source + <usize>i * sizeof<T>()) : <T>0);
        }
      }
      target += panel;
    }
    to += MR * sizeof<T>();
    advance();
  }
}

/** Copies MR contiguous numbers. */
// @ts-ignore: decorator
@inline
function copyRow<T>(to: usize, from: usize): void {
  const whole = <usize>(MR * sizeof<T>()) & ~15;
  for (let i: usize = 0; i < whole; i += 16) v128.store(to + i, v128.load(from + i));
  const rest = MR * sizeof<T>() - whole;
  if (rest & 8) store<u64>(to + whole, load<u64>(from + whole));
  if (rest & 4) store<u32>(to + whole + (rest & 8), load<u32>(from + whole + (rest & 8)));
}
