import {
  BATCH, BLOCK_COLUMNS, BLOCK_ROWS, CHUNK_UNITS, DEPTH, EDGE_BYTES, GROUPS, HEIGHT, OUTPUTS, TO_COLUMN, TO_IMAGE, TO_ROW,
  TO_START, TRANSPOSED, UNIT_LENGTH, UNIT_PADDED, UNIT_PARTS, UNIT_PLACES, UNITS, UNITS_ACROSS, WEIGHT_P, WEIGHT_Q,
  WEIGHT_ROW, WEIGHT_START, WIDTH,
} from "../src/kernels/wasmCall";
import { pointer, scratch, takeItem, word } from "./call";
import { packColumns, packRows } from "./pack";
import { addBias, putEdge, roundUp } from "./product";
import { lanes } from "./simd";
import { MR, NR, vectorTile } from "./tile";
import { advance, inside, locate, outside, seek, unitLength, window } from "./window";

// A convolution as a product whose left operand is never stored: rows are output pixels, the depth is the content of a window,
// columns are output channels. The panels of a few tiles are packed from the images when they are needed; each thread packs the
// weights once and keeps them. The same code computes the gradient of the input: a convolution of dy with flipped weights.

export function convolve<T>(thread: i32): void {
  const pixels = window(BATCH) * window(HEIGHT) * window(WIDTH);
  const outputs = window(OUTPUTS), channels = outputs * window(GROUPS);
  const blockRows = word(BLOCK_ROWS), blockColumns = word(BLOCK_COLUMNS);
  const strips = (pixels + blockRows - 1) / blockRows;
  const across = (outputs + blockColumns - 1) / blockColumns;
  const units = window(UNITS), chunk = window(CHUNK_UNITS), padded = window(UNIT_PADDED);
  const stride = <usize>channels * sizeof<T>();
  const scattered = window(TO_COLUMN) != 0;

  const y = pointer(0), x = pointer(1), w = pointer(2), bias = pointer(3);
  const edge = scratch(thread);
  const packedX = edge + EDGE_BYTES;
  const packedW = packedX + <usize>roundUp(blockRows, MR) * chunk * padded * sizeof<T>();
  let kept = -1;

  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const block = item / strips, strip = item - block * strips;
    const group = block / across, column = (block - group * across) * blockColumns;
    const columns = min(blockColumns, outputs - column);
    if (block != kept) packWeights<T>(packedW, w, group, column, columns);
    kept = block;
    const first = strip * blockRows;
    const rows = min(blockRows, pixels - first);
    const channel = group * outputs + column;
    const corner = y + <usize>channel * sizeof<T>() + (scattered ? 0 : <usize>first * stride);
    let panelsW = packedW;
    for (let at = 0; at < units; at += chunk) {
      const count = min(chunk, units - at);
      const depth = count * padded;
      packPixels<T>(packedX, x, group, first, rows, at, count);
      for (let j = 0; j < columns; j += NR<T>()) {
        const width = min(NR<T>(), columns - j);
        const to = corner + <usize>j * sizeof<T>();
        let panel = packedX;
        for (let i = 0; i < rows; i += MR) {
          const height = min(MR, rows - i);
          if (!scattered && height == MR && width == NR<T>()) {
            vectorTile<T>(depth, panel, panelsW, to + <usize>i * stride, stride, at > 0);
          } else {
            vectorTile<T>(depth, panel, panelsW, edge, 32, false);
            if (scattered) scatter<T>(to, edge, first + i, height, width, at > 0);
            else putEdge<T>(to + <usize>i * stride, edge, height, width, stride, at > 0);
          }
          panel += <usize>depth * MR * sizeof<T>();
        }
        panelsW += <usize>depth * 32;
      }
    }
    if (bias) addBias<T>(corner, bias + <usize>channel * sizeof<T>(), rows, columns, stride);
  }
}

/** Copies the rows of a tile to pixels that are not contiguous. */
function scatter<T>(y: usize, edge: usize, first: i32, rows: i32, columns: i32, accumulate: bool): void {
  const width = window(WIDTH), height = window(HEIGHT);
  for (let pixel = first; pixel < first + rows; pixel++) {
    const line = pixel / width, image = line / height;
    const to =
      window(TO_START) + image * window(TO_IMAGE) + (line - image * height) * window(TO_ROW) +
      (pixel - line * width) * window(TO_COLUMN);
    putEdge<T>(y + <usize>to * sizeof<T>(), edge, 1, columns, 0, accumulate);
    edge += 32;
  }
}

/** Packs the weights of a block of columns as panels [chunk][panel][depth of the chunk][NR]. */
function packWeights<T>(to: usize, w: usize, group: i32, column: i32, columns: i32): void {
  const units = window(UNITS), chunk = window(CHUNK_UNITS), padded = window(UNIT_PADDED);
  const across = window(UNITS_ACROSS), parts = window(UNIT_PARTS), places = window(UNIT_PLACES);
  const transposed = word(TRANSPOSED) != 0;
  const stride = <usize>window(WEIGHT_ROW) * sizeof<T>();
  const panels = roundUp(columns, NR<T>()) / NR<T>();
  for (let first = 0; first < units; first += chunk) {
    const count = min(chunk, units - first);
    const panel = <usize>(count * padded) * 32;
    for (let u = 0; u < count; u++) {
      const unit = first + u;
      const p = unit / across, q = (unit - p * across) / parts;
      const channel = (unit % parts) * window(UNIT_LENGTH);
      const each = places == 1 ? unitLength(unit) : window(DEPTH);
      let target = to + <usize>(u * padded) * 32;
      for (let place = 0; place < places; place++) {
        const at = w + <usize>(window(WEIGHT_START) + p * window(WEIGHT_P) + (q + place) * window(WEIGHT_Q)) * sizeof<T>();
        if (transposed) {
          const from = at + <usize>(group * window(DEPTH) + channel) * sizeof<T>() + <usize>column * stride;
          packRows<T>(target, from, stride, each, columns, NR<T>(), panel);
        } else {
          const from = at + <usize>(group * window(OUTPUTS) + column) * sizeof<T>() + <usize>channel * stride;
          packColumns<T>(target, from, stride, each, columns, NR<T>(), panel);
        }
        target += <usize>each * 32;
      }
      const rest = <usize>(padded - each * places) * 32;
      if (rest) {
        for (let i = 0; i < panels; i++) memory.fill(target + <usize>i * panel, 0, rest);
      }
    }
    to += <usize>panels * panel;
  }
}

/** Packs the numbers of pixels in some units as panels [tile][depth / lanes][MR][lanes]; vectors are copied without change. */
function packPixels<T>(to: usize, x: usize, group: i32, first: i32, rows: i32, unit: i32, units: i32): void {
  const padded = window(UNIT_PADDED);
  const bytes = <usize>padded * MR * sizeof<T>();
  seek(first);
  for (let i = 0; i < rows; i += MR) {
    const height = min(MR, rows - i);
    for (let r = 0; r < height; r++) {
      let target = to + 16 * <usize>r;
      for (let u = unit; u < unit + units; u++) {
        const from = locate<T>(x, group, u);
        if (inside > 0) clear<T>(target, 0, inside);
        copy<T>(target, from, inside, outside);
        if (outside < padded) clear<T>(target, outside, padded);
        target += bytes;
      }
      advance();
    }
    // The results for the missing rows of an incomplete tile are ignored.
    to += <usize>units * bytes;
  }
}

// @ts-ignore: decorator
@inline
function copy<T>(to: usize, from: usize, first: i32, end: i32): void {
  let e = first;
  for (; e < end && e % lanes<T>() != 0; e++) copyOne<T>(to, from, e);
  let target = to + <usize>(e / lanes<T>()) * (16 * MR), source = from + <usize>e * sizeof<T>();
  for (; e + lanes<T>() <= end; e += lanes<T>()) {
    v128.store(target, v128.load(source));
    target += 16 * MR;
    source += 16;
  }
  for (; e < end; e++) copyOne<T>(to, from, e);
}

// @ts-ignore: decorator
@inline
function copyOne<T>(to: usize, from: usize, e: i32): void {
  store<T>(placeOf<T>(to, e), load<T>(from + <usize>e * sizeof<T>()));
}

function clear<T>(to: usize, first: i32, end: i32): void {
  let e = first;
  for (; e < end && e % lanes<T>() != 0; e++) store<T>(placeOf<T>(to, e), <T>0);
  for (; e + lanes<T>() <= end; e += lanes<T>()) v128.store(placeOf<T>(to, e), v128.splat<T>(<T>0));
  for (; e < end; e++) store<T>(placeOf<T>(to, e), <T>0);
}

// @ts-ignore: decorator
@inline
function placeOf<T>(to: usize, e: i32): usize {
  return to + <usize>(e / lanes<T>()) * (16 * MR) + <usize>(e % lanes<T>()) * sizeof<T>();
}
