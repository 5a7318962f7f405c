import { ROW_GROUP } from "../src/kernels/wasmCall";
import { pointer, size, takeItem } from "./call";

/** out[r, j] = table[(j mod channels)·256 + source[indices[r]·rowLength + j]] */
export function gather<T>(): void {
  const rows = size(0), rowLength = size(1), channels = size(2);
  const source = pointer(1), indices = pointer(2), table = pointer(3);
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const end = min((item + 1) * ROW_GROUP, rows);
    for (let r = item * ROW_GROUP; r < end; r++) {
      const out = pointer(0) + <usize>r * rowLength * sizeof<T>();
      const from = source + <usize>load<u32>(indices + 4 * <usize>r) * rowLength;
      if (r + 1 < end) touch(source + <usize>load<u32>(indices + 4 * <usize>(r + 1)) * rowLength, rowLength);
      if (channels == 3) gatherThree<T>(out, from, rowLength, table);
      else gatherRow<T>(out, from, rowLength, channels, table);
    }
  }
}

let touched: u32 = 0;

/** Reads a byte of each cache line to prefetch the next row, because the rows of a shuffled batch are anywhere in memory. */
function touch(from: usize, length: i32): void {
  let sum: u32 = 0;
  for (let at = from, end = from + length; at < end; at += 64) sum += load<u8>(at);
  touched = sum;
}

// @ts-ignore: decorator
@inline
function entry<T>(table: usize, byte: u32): T {
  return load<T>(table + <usize>byte * sizeof<T>());
}

/** Colour images: one pixel after the other, with a table for each channel. */
function gatherThree<T>(out: usize, from: usize, length: i32, table: usize): void {
  const green = table + 256 * sizeof<T>();
  const blue = green + 256 * sizeof<T>();
  const end = from + length;
  for (; from + 3 <= end; from += 3) {
    store<T>(out, entry<T>(table, load<u8>(from)));
    store<T>(out, entry<T>(green, load<u8>(from, 1)), sizeof<T>());
    store<T>(out, entry<T>(blue, load<u8>(from, 2)), 2 * sizeof<T>());
    out += 3 * sizeof<T>();
  }
  if (from < end) store<T>(out, entry<T>(table, load<u8>(from)));
  if (from + 1 < end) store<T>(out, entry<T>(green, load<u8>(from, 1)), sizeof<T>());
}

function gatherRow<T>(out: usize, from: usize, length: i32, channels: i32, table: usize): void {
  const last = table + <usize>(channels - 1) * 256 * sizeof<T>();
  let current = table;
  for (const end = from + length; from < end; from++) {
    store<T>(out, entry<T>(current, load<u8>(from)));
    out += sizeof<T>();
    current = current == last ? table : current + 256 * sizeof<T>();
  }
}
