import { exp, sigmoid, tanh } from "./exponential";
import { multiplyAdd, narrow, widenHigh, widenLow } from "./simd";

// Value and derivative of the activations in two float64 lanes; `core` is the part that both need: a value of σ or tanh.
// Arguments are clipped where the result no longer depends on them, so that 0·∞ never occurs; pmin and pmax keep NaN.

// The entries of src/kernels/activations.ts that are implemented here, in any order. index.ts exports each number under the name
// of its entry, for TypeScript. Missing entries are computed from the table.
export const GELU = 0;
export const RELU = 1;
export const LEAKY_RELU = 2;
export const TANH = 3;
export const SIGMOID = 4;
export const SILU = 5;
/** For float32 only: the polynomial below is not accurate enough for float64. */
export const GELU_EXACT = 6;

const TWO_SQRT_2_OVER_PI: f64 = 1.5957691216057308;

/** In memory, as in exponential.ts: ±limits, then the coefficients of 2u = 2√(2/π)·(x + 0.044715x³) and of its derivative. */
const TABLE = memory.data<f64>([
  1.0, 40.0, -40.0, 750.0, -750.0,
  TWO_SQRT_2_OVER_PI, TWO_SQRT_2_OVER_PI * 0.044715, TWO_SQRT_2_OVER_PI * 3 * 0.044715,
]);

// @ts-ignore: decorator
@inline
function constant(index: i32): v128 {
  return v128.load64_splat(TABLE + 8 * index);
}

// @ts-ignore: decorator
@inline
function within(x: v128, upper: i32): v128 {
  return f64x2.pmax(f64x2.pmin(x, constant(upper)), constant(upper + 1));
}

// @ts-ignore: decorator
@inline
function core<T>(name: i32, x: v128): v128 {
  if (name == GELU) {
    // σ(2u)
    const limited = within(x, 1);
    const square = f64x2.mul(limited, limited);
    const factor = multiplyAdd<f64>(square, constant(6), constant(5));
    return sigmoid<T>(f64x2.mul(limited, factor));
  }
  if (name == TANH) return tanh<T>(x);
  if (name == SIGMOID || name == SILU) return sigmoid<T>(x);
  return x;
}

// @ts-ignore: decorator
@inline
function value(name: i32, x: v128, s: v128, negativeSlope: f64): v128 {
  const positive = f64x2.gt(x, f64x2.splat(0));
  if (name == GELU) return f64x2.mul(f64x2.pmax(x, constant(2)), s);
  if (name == SILU) return f64x2.mul(f64x2.pmax(x, constant(4)), s);
  if (name == RELU) return f64x2.pmax(x, f64x2.splat(0));
  if (name == LEAKY_RELU) return v128.bitselect(x, f64x2.mul(x, f64x2.splat(negativeSlope)), positive);
  return s;
}

// @ts-ignore: decorator
@inline
function derivativeOf(name: i32, x: v128, s: v128, negativeSlope: f64): v128 {
  const one = constant(0);
  if (name == GELU) {
    // σ + x·σ(1 − σ)·(2u)′
    const limited = within(x, 1);
    const square = f64x2.mul(limited, limited);
    const inner = multiplyAdd<f64>(square, constant(7), constant(5));
    const density = f64x2.mul(s, f64x2.sub(one, s));
    return multiplyAdd<f64>(f64x2.mul(limited, density), inner, s);
  }
  if (name == SILU) return multiplyAdd<f64>(within(x, 3), f64x2.mul(s, f64x2.sub(one, s)), s);
  if (name == SIGMOID) return f64x2.mul(s, f64x2.sub(one, s));
  if (name == TANH) return f64x2.sub(one, f64x2.mul(s, s));
  const flat = f64x2.splat(name == LEAKY_RELU ? negativeSlope : 0);
  // 0·x is 0, or NaN if x is NaN.
  const chosen = v128.bitselect(one, flat, f64x2.gt(x, f64x2.splat(0)));
  return v128.bitselect(chosen, x, f64x2.eq(x, x));
}

/**
 * Φ(−|x|) = e^(−x²/2)·t·P(t), t = 1/(1 + 0.318198052·|x|), where P is a minimax polynomial of degree 9 with a relative error of
 * at most 3.3e-8, in the form of Abramowitz & Stegun 7.1.26. Then −½, 1, 0.318198052, 1/√(2π).
 */
const NORMAL = memory.data<f64>([
  -0.0206955310, 0.0953438409, -0.150291043, 0.0712002821, -0.0111788494, 0.0599751737, 0.0876260721, 0.114135820, 0.126941581,
  0.126942660, -0.5, 1.0, 0.318198052, 0.3989422804014327,
]);

// @ts-ignore: decorator
@inline
function normal(index: i32): v128 {
  return v128.load64_splat(NORMAL + 8 * index);
}

/** Φ(x) from x and e^(−x²/2) */
// @ts-ignore: decorator
@inline
function normalShare(x: v128, exponential: v128): v128 {
  const t = f64x2.div(normal(11), multiplyAdd<f64>(f64x2.abs(x), normal(12), normal(11)));
  let p = normal(0);
  p = multiplyAdd<f64>(p, t, normal(1));
  p = multiplyAdd<f64>(p, t, normal(2));
  p = multiplyAdd<f64>(p, t, normal(3));
  p = multiplyAdd<f64>(p, t, normal(4));
  p = multiplyAdd<f64>(p, t, normal(5));
  p = multiplyAdd<f64>(p, t, normal(6));
  p = multiplyAdd<f64>(p, t, normal(7));
  p = multiplyAdd<f64>(p, t, normal(8));
  p = multiplyAdd<f64>(p, t, normal(9));
  const tail = f64x2.mul(exponential, f64x2.mul(p, t));
  return v128.bitselect(f64x2.sub(normal(11), tail), tail, f64x2.gt(x, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function bell(x: v128): v128 {
  return exp<f32>(f64x2.mul(normal(10), f64x2.mul(x, x)));
}

/** Φ(x) + x·φ(x) from Φ(x) and e^(−x²/2) */
// @ts-ignore: decorator
@inline
function exactDerivative(x: v128, share: v128, exponential: v128): v128 {
  return multiplyAdd<f64>(f64x2.mul(x, normal(13)), exponential, share);
}

/** The exact GELU of float32: x·Φ(x) and Φ(x) + x·φ(x). */
function geluExact(y: usize, derivative: usize, x: usize, end: usize): void {
  for (; x < end; x += 16) {
    const input = v128.load(x);
    const low = widenLow(input), high = widenHigh(input);
    const lowX = within(low, 1), highX = within(high, 1);
    const lowBell = bell(lowX), highBell = bell(highX);
    const lowShare = normalShare(lowX, lowBell), highShare = normalShare(highX, highBell);
    if (derivative) {
      v128.store(derivative, narrow(exactDerivative(lowX, lowShare, lowBell), exactDerivative(highX, highShare, highBell)));
      derivative += 16;
    }
    // Above the limit the result is x; below it, −0.
    v128.store(y, narrow(f64x2.mul(f64x2.pmax(low, constant(2)), lowShare), f64x2.mul(f64x2.pmax(high, constant(2)), highShare)));
    y += 16;
  }
}

// @ts-ignore: decorator
@inline
function pass<T>(name: i32, y: usize, derivative: usize, x: usize, end: usize, negativeSlope: f64): void {
  for (; x < end; x += 16) {
    const input = v128.load(x);
    if (sizeof<T>() == 8) {
      const s = core<T>(name, input);
      if (derivative) v128.store(derivative, derivativeOf(name, input, s, negativeSlope));
      v128.store(y, value(name, input, s, negativeSlope));
    } else {
      const low = widenLow(input), high = widenHigh(input);
      const sLow = core<T>(name, low), sHigh = core<T>(name, high);
      if (derivative) {
        v128.store(derivative, narrow(derivativeOf(name, low, sLow, negativeSlope), derivativeOf(name, high, sHigh, negativeSlope)));
      }
      v128.store(y, narrow(value(name, low, sLow, negativeSlope), value(name, high, sHigh, negativeSlope)));
    }
    y += 16;
    if (derivative) derivative += 16;
  }
}

/** y = f(x) and, unless `derivative` is 0, derivative = f′(x), over whole vectors up to `end`; y or derivative may be x. */
export function activate<T>(name: i32, y: usize, derivative: usize, x: usize, end: usize, negativeSlope: f64): void {
  if (name == GELU) pass<T>(GELU, y, derivative, x, end, negativeSlope);
  else if (name == RELU) pass<T>(RELU, y, derivative, x, end, negativeSlope);
  else if (name == LEAKY_RELU) pass<T>(LEAKY_RELU, y, derivative, x, end, negativeSlope);
  else if (name == TANH) pass<T>(TANH, y, derivative, x, end, negativeSlope);
  else if (name == GELU_EXACT) geluExact(y, derivative, x, end);
  else if (name == SIGMOID) pass<T>(SIGMOID, y, derivative, x, end, negativeSlope);
  else pass<T>(SILU, y, derivative, x, end, negativeSlope);
}
