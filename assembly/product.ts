import {
  BLOCK_COLUMNS, BLOCK_ROWS, EDGE_BYTES, INNER, KEEP_A, KEEP_B, KEPT, TRANSPOSE_A, TRANSPOSE_B, TRANSPOSED,
} from "../src/kernels/wasmCall";
import { pointer, scratch, size, takeItem, word } from "./call";
import { packColumns, packRows } from "./pack";
import { MR, NR, tile } from "./tile";

// C = A·B in blocks of C; each block is an item. Every thread packs the panels that it needs, so no thread waits for another. An
// operand that all blocks of a thread share (the smaller one) is packed once and kept.

/**
 * The number of panels of B that are packed at a time: whole cache lines of their source, and few enough to stay in the L2 cache
 * together with A.
 */
const GROUP = 8;

// @ts-ignore: decorator
@inline
export function roundUp(value: i32, unit: i32): i32 {
  return ((value + unit - 1) / unit) * unit;
}

export function product<T>(thread: i32): void {
  const m = size(0), k = size(1), n = size(2);
  const blockRows = word(BLOCK_ROWS), blockColumns = word(BLOCK_COLUMNS);
  const transposed = word(TRANSPOSED), kept = word(KEPT);
  const down = (m + blockRows - 1) / blockRows;
  const across = (n + blockColumns - 1) / blockColumns;
  // The division of the inner dimension depends only on its length, so the order of each sum does not depend on blocks or threads.
  const inner = roundUp(k, INNER) / INNER;
  const step = roundUp(k, inner) / inner;

  const a = pointer(1), b = pointer(2), bias = pointer(3);
  const edge = scratch(thread);
  const packedA = edge + EDGE_BYTES;
  const packedB =
    packedA + <usize>roundUp(blockRows, MR) * <usize>(kept & KEEP_A ? k : step) * sizeof<T>();
  let rowsKept = -1;
  let columnsKept = -1;

  for (let item = takeItem(); item >= 0; item = takeItem()) {
    // Items are ordered so that a kept operand stays the same for as many consecutive items as possible.
    const i = kept & KEEP_B ? item % down : item / across;
    const j = kept & KEEP_B ? item / down : item % across;
    const row = i * blockRows, column = j * blockColumns;
    const rows = min(blockRows, m - row), columns = min(blockColumns, n - column);
    const c = pointer(0) + (<usize>row * n + column) * sizeof<T>();

    for (let at = 0; at < k; at += step) {
      const length = min(step, k - at);
      const panelA = <usize>length * MR * sizeof<T>(), panelB = <usize>length * 32;
      const panelsA = kept & KEEP_A ? packedA + <usize>at * roundUp(rows, MR) * sizeof<T>() : packedA;
      if (!(kept & KEEP_A) || rowsKept != i) {
        if (transposed & TRANSPOSE_A) {
          packColumns<T>(panelsA, a + (<usize>at * m + row) * sizeof<T>(), m * sizeof<T>(), length, rows, MR, panelA);
        } else {
          packRows<T>(panelsA, a + (<usize>row * k + at) * sizeof<T>(), k * sizeof<T>(), length, rows, MR, panelA);
        }
      }
      // Panels of B that are not kept are packed a few at a time, directly before they are used.
      const group = kept & KEEP_B ? columns : GROUP * NR<T>();
      for (let first = 0; first < columns; first += group) {
        const width = min(group, columns - first);
        const panelsB = kept & KEEP_B ? packedB + <usize>at * roundUp(columns, NR<T>()) * sizeof<T>() : packedB;
        if (!(kept & KEEP_B) || columnsKept != j) {
          const start = column + first;
          if (transposed & TRANSPOSE_B) {
            const from = b + (<usize>start * k + at) * sizeof<T>();
            packRows<T>(panelsB, from, k * sizeof<T>(), length, width, NR<T>(), panelB);
          } else {
            const from = b + (<usize>at * n + start) * sizeof<T>();
            packColumns<T>(panelsB, from, n * sizeof<T>(), length, width, NR<T>(), panelB);
          }
        }
        const corner = c + <usize>first * sizeof<T>();
        tiles<T>(corner, panelsA, panelsB, rows, length, width, <usize>n * sizeof<T>(), at > 0, edge);
      }
    }
    if (bias) addBias<T>(c, bias + <usize>column * sizeof<T>(), rows, columns, <usize>n * sizeof<T>());
    rowsKept = i;
    columnsKept = j;
  }
}

/** Computes all tiles of a block: a panel of B stays in the L1 cache for all panels of A. */
export function tiles<T>(
  c: usize, panelsA: usize, panelsB: usize, rows: i32, k: i32, columns: i32, stride: usize, accumulate: bool, edge: usize,
): void {
  for (let j = 0; j < columns; j += NR<T>()) {
    let panelA = panelsA;
    let corner = c + <usize>j * sizeof<T>();
    for (let i = 0; i < rows; i += MR) {
      if (i + MR <= rows && j + NR<T>() <= columns) {
        tile<T>(k, panelA, MR * sizeof<T>(), panelsB, corner, stride, accumulate);
      } else {
        tile<T>(k, panelA, MR * sizeof<T>(), panelsB, edge, 32, false);
        putEdge<T>(corner, edge, min(MR, rows - i), min(NR<T>(), columns - j), stride, accumulate);
      }
      panelA += <usize>k * MR * sizeof<T>();
      corner += MR * stride;
    }
    panelsB += <usize>k * 32;
  }
}

/** Copies the part of a tile that is inside of C. */
export function putEdge<T>(c: usize, edge: usize, rows: i32, columns: i32, stride: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) {
      const value = load<T>(edge + j);
      store<T>(c + j, accumulate ? <T>(load<T>(c + j) + value) : value);
    }
    c += stride;
    edge += 32;
  }
}

export function addBias<T>(c: usize, bias: usize, rows: i32, columns: i32, stride: usize): void {
  const width = <usize>columns * sizeof<T>();
  for (let i = 0; i < rows; i++) {
    let j: usize = 0;
    for (; j + 16 <= width; j += 16) v128.store(c + j, v128.add<T>(v128.load(c + j), v128.load(bias + j)));
    for (; j < width; j += sizeof<T>()) store<T>(c + j, <T>(load<T>(c + j) + load<T>(bias + j)));
    c += stride;
  }
}
