// Packing copies an operand into panels [panel][k][width], so that a tile reads both operands as two contiguous streams.
// Otherwise, rows that are a multiple of 4096 bytes apart (such as 3072 inputs) would map to the same few lines of the L1 cache.
// The last panel is padded with zeros: its tile is computed completely and the surplus is ignored.

/** The number of rows that packColumns takes at a time: their part of a panel fills whole cache lines. */
const STRIP = 4;

/** Packs k rows of `count` numbers, `stride` bytes apart. Each panel has `width` neighbouring columns. Panels are `panel` bytes apart. */
export function packColumns<T>(
  to: usize, from: usize, stride: usize, k: i32, count: i32, width: i32, panel: usize,
): void {
  const row = <usize>width * sizeof<T>();
  // Strips of rows over all panels: each cache line of the source is loaded once, and each one of the target is written at once.
  for (let r = 0; r < k; r += STRIP) {
    const rows = min(STRIP, k - r);
    let source = from;
    let target = to;
    let columns = count;
    for (; columns >= width; columns -= width) {
      if (row == 32) copy32(target, source, stride, rows);
      else if (row == 24) copy24(target, source, stride, rows);
      else copyPart<T>(target, source, stride, rows, width, width);
      source += row;
      target += panel;
    }
    if (columns) copyPart<T>(target, source, stride, rows, width, columns);
    from += STRIP * stride;
    to += STRIP * row;
  }
}

// @ts-ignore: decorator
@inline
function copy32(to: usize, from: usize, stride: usize, rows: i32): void {
  for (const end = to + 32 * rows; to < end; to += 32) {
    const low = v128.load(from);
    const high = v128.load(from, 16);
    v128.store(to, low);
    v128.store(to, high, 16);
    from += stride;
  }
}

// @ts-ignore: decorator
@inline
function copy24(to: usize, from: usize, stride: usize, rows: i32): void {
  for (const end = to + 24 * rows; to < end; to += 24) {
    const low = v128.load(from);
    const high = load<u64>(from, 16);
    v128.store(to, low);
    store<u64>(to, high, 16);
    from += stride;
  }
}

function copyPart<T>(to: usize, from: usize, stride: usize, rows: i32, width: i32, count: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      const at = <usize>i * sizeof<T>();
      store<T>(to + at, i < count ? load<T>(from + at) : <T>0);
    }
    from += stride;
    to += <usize>width * sizeof<T>();
  }
}

/** Packs `count` rows of k numbers, `stride` bytes apart. Each panel has `width` rows, transposed. */
export function packRows<T>(to: usize, from: usize, stride: usize, k: i32, count: i32, width: i32, panel: usize): void {
  const row = <usize>width * sizeof<T>();
  for (let first = 0; first < count; first += width) {
    const rows = min(width, count - first);
    let r = 0;
    if (sizeof<T>() == 4) {
      for (; r + 4 <= rows; r += 4) transpose4(to + 4 * r, from + <usize>r * stride, stride, k, row);
    }
    for (; r + 2 <= rows; r += 2) transpose2<T>(to + <usize>r * sizeof<T>(), from + <usize>r * stride, stride, k, row);
    for (; r < rows; r++) spread<T>(to + <usize>r * sizeof<T>(), from + <usize>r * stride, k, row);
    for (; r < width; r++) clear<T>(to + <usize>r * sizeof<T>(), k, row);
    from += <usize>width * stride;
    to += panel;
  }
}

/** Four rows of k float32 become k rows of four, `row` bytes apart. */
function transpose4(to: usize, from: usize, stride: usize, k: i32, row: usize): void {
  let i = 0;
  for (; i + 4 <= k; i += 4) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + stride);
    const r2 = v128.load(from + 2 * stride);
    const r3 = v128.load(from + 3 * stride);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    v128.store(to + row, v128.shuffle<f64>(low01, low23, 1, 3));
    v128.store(to + 2 * row, v128.shuffle<f64>(high01, high23, 0, 2));
    v128.store(to + 3 * row, v128.shuffle<f64>(high01, high23, 1, 3));
    from += 16;
    to += 4 * row;
  }
  for (; i < k; i++) {
    for (let r = 0; r < 4; r++) store<f32>(to + 4 * r, load<f32>(from + <usize>r * stride));
    from += 4;
    to += row;
  }
}

/** The same for two rows. */
function transpose2<T>(to: usize, from: usize, stride: usize, k: i32, row: usize): void {
  let i = 0;
  for (; i + 16 / sizeof<T>() <= k; i += 16 / sizeof<T>()) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + stride);
    if (sizeof<T>() == 4) {
      const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      v128.store_lane<u64>(to, low, 0);
      v128.store_lane<u64>(to + row, low, 1);
      v128.store_lane<u64>(to + 2 * row, high, 0);
      v128.store_lane<u64>(to + 3 * row, high, 1);
      to += 4 * row;
    } else {
      v128.store(to, v128.shuffle<f64>(r0, r1, 0, 2));
      v128.store(to + row, v128.shuffle<f64>(r0, r1, 1, 3));
      to += 2 * row;
    }
    from += 16;
  }
  for (; i < k; i++) {
    store<T>(to, load<T>(from));
    store<T>(to + sizeof<T>(), load<T>(from + stride));
    from += sizeof<T>();
    to += row;
  }
}

function spread<T>(to: usize, from: usize, k: i32, row: usize): void {
  for (const end = from + <usize>k * sizeof<T>(); from < end; from += sizeof<T>()) {
    store<T>(to, load<T>(from));
    to += row;
  }
}

function clear<T>(to: usize, k: i32, row: usize): void {
  for (let i = 0; i < k; i++) {
    store<T>(to, <T>0);
    to += row;
  }
}
