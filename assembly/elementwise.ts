import { ACTIVATE, ADAM, ADD_SCALED, ADD_SIGN, CHUNK, MULTIPLY, OPERATION, SGD } from "../src/kernels/wasmCall";
import { activate } from "./activations";
import { number, pointer, scratch, size, takeItem, word } from "./call";
import { multiplyAdd, multiplySubtract } from "./simd";

// Elementwise kernels of up to four arrays, with CHUNK elements in an item.

export function elementwise<T>(thread: i32): void {
  const operation = word(OPERATION);
  const length = size(0);
  for (let item = takeItem(); item >= 0; item = takeItem()) {
    const first = item * CHUNK;
    const count = min(CHUNK, length - first);
    const offset = <usize>first * sizeof<T>();
    const p = pointer(0) + offset;
    const q = pointer(1) ? pointer(1) + offset : 0;
    const r = pointer(2) ? pointer(2) + offset : 0;
    const s = pointer(3) ? pointer(3) + offset : 0;

    const whole = <usize>(count * sizeof<T>()) & ~15;
    vectors<T>(operation, p, q, r, s, whole);
    const rest = <usize>(count * sizeof<T>()) - whole;
    if (rest) {
      // An incomplete vector is computed in separate memory, so numbers outside of the item are never changed.
      const edge = scratch(thread);
      memory.fill(edge, 0, 64);
      memory.copy(edge, p + whole, rest);
      if (q) memory.copy(edge + 16, q + whole, rest);
      if (r) memory.copy(edge + 32, r + whole, rest);
      if (s) memory.copy(edge + 48, s + whole, rest);
      vectors<T>(operation, edge, q ? edge + 16 : 0, r ? edge + 32 : 0, s ? edge + 48 : 0, 16);
      memory.copy(p + whole, edge, rest);
      // Other arrays that are written: derivatives, or Adam's moments.
      if (q && operation == ACTIVATE) memory.copy(q + whole, edge + 16, rest);
      if (operation == ADAM) {
        memory.copy(r + whole, edge + 32, rest);
        memory.copy(s + whole, edge + 48, rest);
      }
    }
  }
}

function vectors<T>(operation: i32, p: usize, q: usize, r: usize, s: usize, bytes: usize): void {
  if (operation == ACTIVATE) activate<T>(size(1), p, q, r, r + bytes, number(0));
  else if (operation == MULTIPLY) multiply<T>(p, q, r, p + bytes);
  else if (operation == ADD_SCALED) addScaled<T>(p, q, p + bytes, <T>number(0));
  else if (operation == ADD_SIGN) addSign<T>(p, q, p + bytes, <T>number(0));
  else if (operation == SGD) sgd<T>(p, q, p + bytes, <T>number(0), <T>number(1));
  else adam<T>(p, q, r, s, p + bytes);
}

/** out = a ⊙ b */
function multiply<T>(out: usize, a: usize, b: usize, end: usize): void {
  for (; out < end; out += 16) {
    v128.store(out, v128.mul<T>(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
}

/** y ← y + factor·x */
function addScaled<T>(y: usize, x: usize, end: usize, factor: T): void {
  const scale = v128.splat<T>(factor);
  for (; y < end; y += 16) {
    v128.store(y, multiplyAdd<T>(scale, v128.load(x), v128.load(y)));
    x += 16;
  }
}

/** y ← y + factor·sign(x), where sign(NaN) is NaN */
function addSign<T>(y: usize, x: usize, end: usize, factor: T): void {
  const zero = v128.splat<T>(<T>0);
  const up = v128.splat<T>(factor);
  const down = v128.neg<T>(up);
  for (; y < end; y += 16) {
    const input = v128.load(x);
    const step = v128.or(
      v128.and(v128.gt<T>(input, zero), up),
      v128.and(v128.lt<T>(input, zero), down),
    );
    v128.store(y, v128.add<T>(v128.load(y), v128.bitselect(step, input, v128.eq<T>(input, input))));
    x += 16;
  }
}

/** θ ← θ − η·g − λ·θ */
function sgd<T>(values: usize, gradients: usize, end: usize, learningRate: T, weightDecay: T): void {
  const rate = v128.splat<T>(learningRate);
  const decay = v128.splat<T>(weightDecay);
  for (; values < end; values += 16) {
    const value = v128.load(values);
    const moved = multiplySubtract<T>(rate, v128.load(gradients), value);
    v128.store(values, multiplySubtract<T>(decay, value, moved));
    gradients += 16;
  }
}

/** m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂/(√v̂ + ε) − λ·θ */
function adam<T>(values: usize, gradients: usize, m: usize, v: usize, end: usize): void {
  const beta1 = v128.splat<T>(<T>number(0)), rest1 = v128.splat<T>(<T>number(1));
  const beta2 = v128.splat<T>(<T>number(2)), rest2 = v128.splat<T>(<T>number(3));
  const rate = v128.splat<T>(<T>number(4)); // η / (1−β₁ᵗ)
  const scale = v128.splat<T>(<T>number(5)); // 1 / (1−β₂ᵗ)
  const epsilon = v128.splat<T>(<T>number(6)), decay = v128.splat<T>(<T>number(7));
  for (; values < end; values += 16) {
    const gradient = v128.load(gradients);
    const first = multiplyAdd<T>(beta1, v128.load(m), v128.mul<T>(rest1, gradient));
    const second = multiplyAdd<T>(beta2, v128.load(v), v128.mul<T>(rest2, v128.mul<T>(gradient, gradient)));
    v128.store(m, first);
    v128.store(v, second);
    const value = v128.load(values);
    const size = v128.add<T>(v128.sqrt<T>(v128.mul<T>(second, scale)), epsilon);
    const moved = v128.sub<T>(value, v128.div<T>(v128.mul<T>(rate, first), size));
    v128.store(values, multiplySubtract<T>(decay, value, moved));
    gradients += 16;
    m += 16;
    v += 16;
  }
}
