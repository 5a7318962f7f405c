import { double, LOW_WORD, words } from "./words.ts";

/**
 * sin x and cos x with the same bits in every JavaScript engine, which Math.sin and Math.cos do not promise. Each is within one
 * unit in the last place; x is in radians.
 *
 * Method (fdlibm, K. C. Ng, Sun Microsystems 1993, https://www.netlib.org/fdlibm): x = n·π/2 + r with |r| ≤ π/4, r as the sum of
 * two doubles, and polynomials in r² with the minimax coefficients of fdlibm, which V8 uses too.
 */

/** π/2 = FIRST + SECOND + THIRD + …: 33 bits each, so that their products with n are exact; *_REST is all that follows. */
const FIRST = 1.5707963267341256;
const SECOND = 6.077100506303966e-11;
const SECOND_REST = 2.0222662487959506e-21;
const THIRD = 2.0222662487111665e-21;
const THIRD_REST = 8.4784276603689e-32;

/** From here on n has more than 20 bits. */
const LARGE = 2 ** 19 * (Math.PI / 2);

/** r of x = n·π/2 + r, as the sum of two doubles. */
let reduced = 0;
let rest = 0;

/** Sets `reduced` and `rest`; returns n modulo 4. */
function reduce(x: number): number {
  const size = Math.abs(x);
  if (size <= Math.PI / 4) {
    reduced = x;
    rest = 0;
    return 0;
  }
  if (size > LARGE) return reduceLarge(x);
  const n = Math.trunc(size * (2 / Math.PI) + 0.5);
  const first = size - n * FIRST;
  let last = n * SECOND;
  let remaining = first - last;
  let tail = n * SECOND_REST - (first - remaining - last);
  // So near a multiple of π/2 that almost all bits have cancelled: those that follow are needed
  if (Math.abs(remaining - tail) < size * 2 ** -49) {
    const second = remaining;
    last = n * THIRD;
    remaining = second - last;
    tail = n * THIRD_REST - (second - remaining - last);
  }
  reduced = remaining - tail;
  rest = remaining - reduced - tail;
  if (x > 0) return n & 3;
  reduced = -reduced;
  rest = -rest;
  return -n & 3;
}

/** More bits than the largest double has before the point, and those that a double near a multiple of π/2 loses. */
const BITS = 1280n;
let halfPi = 0n;

/** π/2 with BITS fraction bits: π/4 = 4·arctan(1/5) − arctan(1/239). Machin 1706 */
function fixedHalfPi(): bigint {
  const inverseTangent = (divisor: bigint): bigint => {
    let [power, sum] = [(1n << BITS) / divisor, 0n];
    for (let k = 1n; power !== 0n; k += 2n, power /= -divisor * divisor) sum += power / k;
    return sum;
  };
  return 2n * (4n * inverseTangent(5n) - inverseTangent(239n));
}

/** The same for numbers of any size, with integers of any length. */
function reduceLarge(x: number): number {
  halfPi ||= fixedHalfPi();
  const size = Math.abs(x);
  const fixed = size < 2 ** 53 ? BigInt(size * 2 ** 33) << (BITS - 33n) : BigInt(size) << BITS;
  const n = (fixed + halfPi / 2n) / halfPi;
  const remainder = (fixed - n * halfPi) >> (BITS - 200n);
  const sign = x < 0 ? -1 : 1;
  reduced = (sign * Number(remainder)) / 2 ** 200;
  rest = (sign * Number(remainder - BigInt(Number(remainder)))) / 2 ** 200;
  return Number(BigInt.asUintN(2, x < 0 ? -n : n));
}

const S1 = -0.16666666666666632;

/** sin(r + rest) = r + S1·r³ + r⁵·(…), |r| ≤ π/4 */
function kernelSine(r: number, tail: number): number {
  const z = r * r;
  const v = z * r;
  const s4 = -2.5050760253406863e-8 + z * 1.58969099521155e-10;
  const p = 0.00833333333332249 + z * (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * s4));
  if (tail === 0) return r + v * (S1 + z * p);
  return r - (z * (0.5 * tail - v * p) - tail - v * S1);
}

/** cos(r + rest) = 1 − r²/2 + r⁴·(…), |r| ≤ π/4. A part of r²/2 is taken from 1 first, without rounding. */
function kernelCosine(r: number, tail: number): number {
  const z = r * r;
  const c4 = 2.087572321298175e-9 + z * -1.1359647557788195e-11;
  const p = -0.001388888888887411 + z * (2.480158728947673e-5 + z * (-2.7557314351390663e-7 + z * c4));
  const more = z * (z * (0.0416666666666666 + z * p)) - r * tail;
  const size = Math.abs(r);
  if (size < 0.3) return 1 - (0.5 * z - more);
  double[0] = size / 4;
  words[LOW_WORD] = 0;
  const part = size > 0.78125 ? 0.28125 : double[0];
  return 1 - part - (0.5 * z - part - more);
}

/** sin x, x in radians */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) < 2 ** -26) return x; // also −0
  const n = reduce(x);
  const value = n % 2 === 0 ? kernelSine(reduced, rest) : kernelCosine(reduced, rest);
  return n < 2 ? value : -value;
}

/** cos x, x in radians */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const n = reduce(x);
  const value = n % 2 === 0 ? kernelCosine(reduced, rest) : kernelSine(reduced, rest);
  return n === 0 || n === 3 ? value : -value;
}
