import { COLUMN_GROUP, ROW_GROUP } from "../src/kernels/wasmCall";
import { number, pointer, size, takeItem } from "./call";
import { exp, log } from "./exponential";
import { lanes, narrow, widenHigh, widenLow } from "./simd";

/**
 * The number of rows that sumRows sums before it adds them to the total: rounding errors grow with this number, not with the
 * number of all rows.
 */
const STRETCH = 256;

/** out[j] = Σ_i x[i, j] */
export function sumRows<T>(): void {
  const out = pointer(0), x = pointer(1);
  const rows = size(0), columns = size(1);
  const stride = <usize>columns * sizeof<T>();
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const first = item * COLUMN_GROUP;
    const end = min(first + COLUMN_GROUP, columns);
    let j = first;
    for (; j + 4 * lanes<T>() <= end; j += 4 * lanes<T>()) sumColumns<T>(out, x, j, rows, stride);
    for (; j < end; j++) sumColumn<T>(out, x, j, rows, stride);
  }
}

function sumColumns<T>(out: usize, x: usize, j: i32, rows: i32, stride: usize): void {
  const zero = v128.splat<T>(<T>0);
  let total0 = zero, total1 = zero, total2 = zero, total3 = zero;
  let at = x + <usize>j * sizeof<T>();
  for (let i = 0; i < rows; i += STRETCH) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    for (const end = at + <usize>min(STRETCH, rows - i) * stride; at != end; at += stride) {
      s0 = v128.add<T>(s0, v128.load(at));
      s1 = v128.add<T>(s1, v128.load(at, 16));
      s2 = v128.add<T>(s2, v128.load(at, 32));
      s3 = v128.add<T>(s3, v128.load(at, 48));
    }
    total0 = v128.add<T>(total0, s0);
    total1 = v128.add<T>(total1, s1);
    total2 = v128.add<T>(total2, s2);
    total3 = v128.add<T>(total3, s3);
  }
  const to = out + <usize>j * sizeof<T>();
  v128.store(to, total0);
  v128.store(to, total1, 16);
  v128.store(to, total2, 32);
  v128.store(to, total3, 48);
}

function sumColumn<T>(out: usize, x: usize, j: i32, rows: i32, stride: usize): void {
  let total = <T>0;
  let at = x + <usize>j * sizeof<T>();
  for (let i = 0; i < rows; i += STRETCH) {
    let sum = <T>0;
    for (const end = at + <usize>min(STRETCH, rows - i) * stride; at != end; at += stride) sum = <T>(sum + load<T>(at));
    total = <T>(total + sum);
  }
  store<T>(out + <usize>j * sizeof<T>(), total);
}

function maximum<T>(row: usize, end: usize): f64 {
  let largest: f64 = -Infinity;
  for (; row < end; row += sizeof<T>()) largest = max(largest, <f64>load<T>(row));
  return largest;
}

/** to = e^(from − shift), and returns the sum in a fixed order: vectors first, then the remaining elements one by one. */
function exponentials<T>(to: usize, from: usize, end: usize, shift: f64): f64 {
  const shifts = f64x2.splat(shift);
  let sums = f64x2.splat(0);
  for (; from + 16 <= end; from += 16) {
    const x = v128.load(from);
    if (sizeof<T>() == 8) {
      const e = exp<T>(f64x2.sub(x, shifts));
      sums = f64x2.add(sums, e);
      v128.store(to, e);
    } else {
      const low = exp<T>(f64x2.sub(widenLow(x), shifts));
      const high = exp<T>(f64x2.sub(widenHigh(x), shifts));
      sums = f64x2.add(sums, f64x2.add(low, high));
      v128.store(to, narrow(low, high));
    }
    to += 16;
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; from < end; from += sizeof<T>()) {
    const e = f64x2.extract_lane(exp<T>(f64x2.splat(<f64>load<T>(from) - shift)), 0);
    sum += e;
    store<T>(to, <T>e);
    to += sizeof<T>();
  }
  return sum;
}

function scaleRow<T>(row: usize, end: usize, factor: f64): void {
  for (; row < end; row += sizeof<T>()) store<T>(row, <T>(<f64>load<T>(row) * factor));
}

/** p[i] = softmax(logits[i]) */
export function softmax<T>(): void {
  const rows = size(0);
  const bytes = <usize>size(1) * sizeof<T>();
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const end = min((item + 1) * ROW_GROUP, rows);
    for (let i = item * ROW_GROUP; i < end; i++) {
      const p = pointer(0) + <usize>i * bytes;
      const logits = pointer(1) + <usize>i * bytes;
      const sum = exponentials<T>(p, logits, logits + bytes, maximum<T>(logits, logits + bytes));
      scaleRow<T>(p, p + bytes, 1 / sum);
    }
  }
}

/** losses[i] = ln Σ_j e^(z_j − max) − (z_label − max), dlogits[i] = scale·(softmax(z) − onehot(label)), z = logits[i] */
export function crossEntropy<T>(): void {
  const rows = size(0);
  const bytes = <usize>size(1) * sizeof<T>();
  const scale = number(0);
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const end = min((item + 1) * ROW_GROUP, rows);
    for (let i = item * ROW_GROUP; i < end; i++) {
      const dlogits = pointer(1) + <usize>i * bytes;
      const logits = pointer(2) + <usize>i * bytes;
      const label = <usize>load<u32>(pointer(3) + 4 * <usize>i) * sizeof<T>();
      const shift = maximum<T>(logits, logits + bytes);
      const sum = exponentials<T>(dlogits, logits, logits + bytes, shift);
      const right = <f64>load<T>(logits + label) - shift;
      store<T>(pointer(0) + <usize>i * sizeof<T>(), <T>(log(sum) - right));
      scaleRow<T>(dlogits, dlogits + bytes, scale / sum);
      // Computed again in float64, because p − 1 of a rounded p would lose digits if p is close to 1.
      const p = f64x2.extract_lane(exp<T>(f64x2.splat(right)), 0) / sum;
      store<T>(dlogits + label, <T>(scale * (p - 1)));
    }
  }
}
