import { multiplyAdd, multiplySubtract } from "./simd";

// The exponential in two float64 lanes; all other transcendental functions here are based on it. float32 is converted to float64
// first, so value and derivative are accurate to about the last bit despite cancellation, with a shorter polynomial and without
// extended arithmetic. `T` is the type of the result.
//
//   eˣ = 2ⁿ·eʳ, n = round(x / ln 2), r = x − n·ln 2, |r| ≤ ½ ln 2

// The constants are in memory: a broadcast load is one instruction, whereas V8 builds a constant vector with three instructions
// in every iteration of a loop.
const TABLE = memory.data<f64>([
  1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
  1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0,
  6755399441055744.0, 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10, 709.9, -709.2,
]);

/** 1 / n! */
// @ts-ignore: decorator
@inline
function inverseFactorial(n: i32): v128 {
  return v128.load64_splat(TABLE + 8 * (13 - n));
}
// @ts-ignore: decorator
@inline
function one(): v128 {
  return v128.load64_splat(TABLE + 8 * 12);
}
/** 1.5·2⁵²: if it is added to a small number, the lowest bits contain the rounded value as an integer. */
// @ts-ignore: decorator
@inline
function magic(): v128 {
  return v128.load64_splat(TABLE + 8 * 13);
}
/** ln 2 in two parts; n times the first is exact. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** Clips n to −1023 … 1024, where 2ⁿ becomes exactly 0 and Infinity; NaN is kept. */
// @ts-ignore: decorator
@inline
function clamp(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, v128.load64_splat(TABLE + 8 * 17)), v128.load64_splat(TABLE + 8 * 18));
}

// @ts-ignore: decorator
@inline
function shifted(x: v128): v128 {
  return multiplyAdd<f64>(x, v128.load64_splat(TABLE + 8 * 14), magic());
}

/** 2ⁿ from the lowest bits of `shift`, moved to the exponent. */
// @ts-ignore: decorator
@inline
function powerOfTwo(shift: v128): v128 {
  return i64x2.shl(i64x2.add(shift, i64x2.splat(1023)), 52);
}

/** eʳ − 1 = r + r²/2! + r³/3! + …; to r⁷ for float32 (1e-8), to r¹³ for float64 (1e-17). */
// @ts-ignore: decorator
@inline
function remainder<T>(x: v128, shift: v128): v128 {
  const n = f64x2.sub(shift, magic());
  let r = multiplySubtract<f64>(n, v128.load64_splat(TABLE + 8 * 15), x);
  let p: v128;
  if (sizeof<T>() == 8) {
    r = multiplySubtract<f64>(n, v128.load64_splat(TABLE + 8 * 16), r);
    p = inverseFactorial(13);
    p = multiplyAdd<f64>(p, r, inverseFactorial(12));
    p = multiplyAdd<f64>(p, r, inverseFactorial(11));
    p = multiplyAdd<f64>(p, r, inverseFactorial(10));
    p = multiplyAdd<f64>(p, r, inverseFactorial(9));
    p = multiplyAdd<f64>(p, r, inverseFactorial(8));
    p = multiplyAdd<f64>(p, r, inverseFactorial(7));
  } else {
    p = inverseFactorial(7);
  }
  p = multiplyAdd<f64>(p, r, inverseFactorial(6));
  p = multiplyAdd<f64>(p, r, inverseFactorial(5));
  p = multiplyAdd<f64>(p, r, inverseFactorial(4));
  p = multiplyAdd<f64>(p, r, inverseFactorial(3));
  p = multiplyAdd<f64>(p, r, inverseFactorial(2));
  return multiplyAdd<f64>(f64x2.mul(p, r), r, r);
}

// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  x = clamp(x);
  const shift = shifted(x);
  // Not 2ⁿ·(eʳ − 1) + 2ⁿ, which would be Infinity − Infinity if 2ⁿ is infinite.
  return f64x2.mul(powerOfTwo(shift), f64x2.add(remainder<T>(x, shift), one()));
}

/** 1 / (1 + e⁻ˣ) */
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  return f64x2.div(one(), f64x2.add(one(), exp<T>(f64x2.neg(x))));
}

/** tanh |x| = (e^2|x| − 1) / (e^2|x| + 1) with eˣ − 1 computed without cancellation, then the sign of x. */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  const sign = f64x2.splat(-0.0);
  const magnitude = v128.andnot(x, sign);
  // From 22 on, the quotient is 1 in float64; the bound avoids ∞/∞.
  const twice = f64x2.pmin(f64x2.add(magnitude, magnitude), f64x2.splat(44));
  const shift = shifted(twice);
  const power = powerOfTwo(shift);
  const less = multiplyAdd<f64>(power, remainder<T>(twice, shift), f64x2.sub(power, one()));
  return v128.or(f64x2.div(less, f64x2.add(less, f64x2.splat(2))), v128.and(x, sign));
}

/** ln x for 1 ≤ x ≤ ∞: ln(2ᵉ·m) = e·ln 2 + 2·artanh z, z = (m − 1)/(m + 1), |z| < 0.172. */
export function log(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const z = (m - 1) / (m + 1);
  const z2 = z * z;
  let sum: f64 = 0;
  for (let n = 23; n > 0; n -= 2) sum = sum * z2 + 1.0 / <f64>n;
  return <f64>exponent * LN2_HIGH + (2 * z * sum + <f64>exponent * LN2_LOW);
}
