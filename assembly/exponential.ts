import { multiplyAdd, multiplySubtract } from "./simd";

// The exponential in two float64 lanes, from which all other transcendental functions here follow. float32 is widened to
// float64 first: that makes value and derivative right to the last bit or so whatever cancels, and a shorter polynomial
// and no extended arithmetic suffice for it. `T` is the type of the result that is wanted.
//
//   eˣ = 2ⁿ·eʳ, n = round(x / ln 2), r = x − n·ln 2, |r| ≤ ½ ln 2

/** 1.5·2⁵²: added to a small number it leaves its rounded value in the lowest bits, as an integer. */
const MAGIC: f64 = 6755399441055744;
const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts; n times the first is exact. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** Keeps n within −1023 … 1024, where 2ⁿ becomes exactly 0 and Infinity; NaN passes. */
// @ts-ignore: decorator
@inline
function clamp(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(709.9)), f64x2.splat(-709.2));
}

// @ts-ignore: decorator
@inline
function shifted(x: v128): v128 {
  return multiplyAdd<f64>(x, f64x2.splat(LOG2_E), f64x2.splat(MAGIC));
}

/** 2ⁿ from the lowest bits of `shift`, moved to the exponent's place. */
// @ts-ignore: decorator
@inline
function powerOfTwo(shift: v128): v128 {
  return i64x2.shl(i64x2.add(shift, i64x2.splat(1023)), 52);
}

/** eʳ − 1 = r + r²/2! + r³/3! + …; to r⁷ for float32 (1e-8), to r¹³ for float64 (1e-17). */
// @ts-ignore: decorator
@inline
function remainder<T>(x: v128, shift: v128): v128 {
  const n = f64x2.sub(shift, f64x2.splat(MAGIC));
  let r = multiplySubtract<f64>(n, f64x2.splat(LN2_HIGH), x);
  let p: v128;
  if (sizeof<T>() == 8) {
    r = multiplySubtract<f64>(n, f64x2.splat(LN2_LOW), r);
    p = f64x2.splat(1.0 / 6227020800.0);
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 479001600.0));
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 39916800.0));
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 3628800.0));
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 362880.0));
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 40320.0));
    p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 5040.0));
  } else {
    p = f64x2.splat(1.0 / 5040.0);
  }
  p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 720.0));
  p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 120.0));
  p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 24.0));
  p = multiplyAdd<f64>(p, r, f64x2.splat(1.0 / 6.0));
  p = multiplyAdd<f64>(p, r, f64x2.splat(0.5));
  return multiplyAdd<f64>(f64x2.mul(p, r), r, r);
}

// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  x = clamp(x);
  const shift = shifted(x);
  // Not 2ⁿ·(eʳ − 1) + 2ⁿ: where 2ⁿ is infinite that would be Infinity − Infinity.
  return f64x2.mul(powerOfTwo(shift), f64x2.add(remainder<T>(x, shift), f64x2.splat(1)));
}

/** 1 / (1 + e⁻ˣ) */
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: v128): v128 {
  const one = f64x2.splat(1);
  return f64x2.div(one, f64x2.add(one, exp<T>(f64x2.neg(x))));
}

/** tanh |x| = (e^2|x| − 1) / (e^2|x| + 1) with eˣ − 1 formed without cancellation, then the sign of x. */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  const sign = f64x2.splat(-0.0);
  const magnitude = v128.andnot(x, sign);
  // From 22 on the quotient is 1 in float64; the bound keeps it from becoming ∞/∞.
  const twice = f64x2.pmin(f64x2.add(magnitude, magnitude), f64x2.splat(44));
  const shift = shifted(twice);
  const power = powerOfTwo(shift);
  const less = multiplyAdd<f64>(power, remainder<T>(twice, shift), f64x2.sub(power, f64x2.splat(1)));
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
