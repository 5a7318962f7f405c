// Packing puts an operand into panels [panel][k][width], so that a tile reads both operands as two plain streams. Rows that
// lie a multiple of 4096 bytes apart (3072 inputs!) would otherwise fight for the same few lines of the L1 cache.
// The last panel is filled up with zeros: its tile is computed whole and its surplus thrown away.

/** From k rows of `count` numbers, `stride` bytes apart: each panel takes `width` neighbouring columns. */
export function packColumns<T>(to: usize, from: usize, stride: usize, k: i32, count: i32, width: i32): void {
  const whole = count / width;
  const rest = count - whole * width;
  const row = width * sizeof<T>();
  const panel = <usize>k * row;
  // Row by row over all panels: every cache line of the source is fetched once.
  for (let r = 0; r < k; r++) {
    let source = from;
    let target = to;
    if (row == 32) {
      for (let p = 0; p < whole; p++) {
        const low = v128.load(source);
        const high = v128.load(source, 16);
        v128.store(target, low);
        v128.store(target, high, 16);
        source += 32;
        target += panel;
      }
    } else if (row == 24) {
      for (let p = 0; p < whole; p++) {
        const low = v128.load(source);
        const high = load<u64>(source, 16);
        v128.store(target, low);
        store<u64>(target, high, 16);
        source += 24;
        target += panel;
      }
    } else {
      for (let p = 0; p < whole; p++) {
        for (let i = 0; i < row; i += sizeof<T>()) store<T>(target + i, load<T>(source + i));
        source += row;
        target += panel;
      }
    }
    if (rest) {
      for (let i = 0; i < width; i++) {
        const at = <usize>i * sizeof<T>();
        store<T>(target + at, i < rest ? load<T>(source + at) : <T>0);
      }
    }
    from += stride;
    to += row;
  }
}

/** From `count` rows of k numbers, `stride` bytes apart: each panel takes `width` rows and transposes them. */
export function packRows<T>(to: usize, from: usize, stride: usize, k: i32, count: i32, width: i32): void {
  const row = <usize>width * sizeof<T>();
  const panel = <usize>k * row;
  for (let first = 0; first < count; first += width) {
    const rows = min(width, count - first);
    let r = 0;
    if (sizeof<T>() == 4) {
      for (; r + 4 <= rows; r += 4) transpose4(to + 4 * r, from + <usize>r * stride, stride, k, row);
    }
    for (; r < rows; r++) {
      let source = from + <usize>r * stride;
      let target = to + <usize>r * sizeof<T>();
      for (const end = source + <usize>k * sizeof<T>(); source < end; source += sizeof<T>()) {
        store<T>(target, load<T>(source));
        target += row;
      }
    }
    for (; r < width; r++) {
      let target = to + <usize>r * sizeof<T>();
      for (let i = 0; i < k; i++) {
        store<T>(target, <T>0);
        target += row;
      }
    }
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
