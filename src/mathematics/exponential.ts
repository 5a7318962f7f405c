/**
 * eˣ, eˣ − 1 and tanh x with the same bits in every JavaScript engine, which Math.exp, Math.expm1 and Math.tanh do not promise.
 * exp and expm1 are within one unit in the last place, tanh within two.
 *
 * Method (fdlibm, K. C. Ng, Sun Microsystems 1993, https://www.netlib.org/fdlibm): x = k·log 2 + r with |r| ≤ ½·log 2, so
 * eˣ = 2ᵏ·eʳ. log 2 is the sum of a high part, whose product with k is exact, and a low part. Both eʳ and eʳ − 1 come from
 * functions that are even in r, so that a polynomial in r² approximates them: r·(eʳ + 1)/(eʳ − 1) = 2 + r²/6 − r⁴/360 + …
 * for the first, 2/r·(1/(eʳ − 1) + ½) for the second. The reduction and the minimax coefficients are those of fdlibm, which
 * V8 uses too.
 */

/** log 2 = LOG2_HIGH + LOG2_LOW; the high part has 33 bits. */
export const LOG2_HIGH = 0.6931471803691238;
export const LOG2_LOW = 1.9082149292705877e-10;

/** ½·log 2, as near as the upper 32 bits of a double say. */
const HALF_LOG2 = 0.3465735912322998;
const INVERSE_LOG2 = Math.LOG2E;

/** The largest x whose eˣ is finite, and the smallest whose eˣ is not 0. */
const LARGEST = 709.782712893384;
const SMALLEST = -745.1332191019411;

/** Below it, eˣ − 1 is x. */
const TINY = 2 ** -54;

/** 2ᵏ for k from −1024 to 1023, at place k + ONE. */
export const powersOfTwo = new Float64Array(2048);
export const ONE = 1024;
for (let place = 0, power = 2 ** -1024; place < powersOfTwo.length; place++, power *= 2) powersOfTwo[place] = power;

/** Added to a number below 2⁵¹ and subtracted again, it rounds to an integer without a branch that depends on the sign. */
const ROUND = 1.5 * 2 ** 52;

// V8 inlines small functions alone and passes numbers to others as objects, so rare cases are kept out of the common path.

/** x·2ᵏ, rounded once; x is near 1 and the result is not above the largest number. */
export function scaleByPowerOfTwo(x: number, k: number): number {
  if (k >= -1021 && k <= 1023) return x * powersOfTwo[k + ONE];
  return k > 0 ? x * 2 * powersOfTwo[k - 1 + ONE] : x * powersOfTwo[k + 1000 + ONE] * powersOfTwo[-1000 + ONE];
}

/** r − r²·(1/6 − r²/360 + …), from which eʳ = 1 + r + r·c/(2 − c). */
function reducedExponential(r: number): number {
  const s = r * r;
  const p4 = -1.6533902205465252e-6 + s * 4.1381367970572385e-8;
  return r - s * (0.16666666666666602 + s * (-0.0027777777777015593 + s * (6.613756321437934e-5 + s * p4)));
}

/** eˣ */
export function exp(x: number): number {
  if (!(x <= LARGEST && x >= SMALLEST)) return x < 0 ? 0 : x + Infinity; // NaN stays NaN
  if (x < HALF_LOG2 && x > -HALF_LOG2) {
    if (x < 2 ** -28 && x > -(2 ** -28)) return 1 + x;
    const c = reducedExponential(x);
    return 1 - ((x * c) / (c - 2) - x);
  }
  if (x === 1) return Math.E; // the method would be one unit above it
  const k = INVERSE_LOG2 * x + ROUND - ROUND;
  const high = x - k * LOG2_HIGH;
  const low = k * LOG2_LOW;
  const r = high - low;
  const c = reducedExponential(r);
  return scaleByPowerOfTwo(1 - (low - (r * c) / (2 - c) - high), k);
}

/** eˣ − 1, without the loss of digits near 0 */
export function expm1(x: number): number {
  if (!(x <= LARGEST && x >= -40)) return x < 0 ? -1 : x + Infinity; // NaN stays NaN
  if (x < TINY && x > -TINY) return x; // also −0
  const k = x < HALF_LOG2 && x > -HALF_LOG2 ? 0 : (INVERSE_LOG2 * x + ROUND - ROUND) | 0;
  const high = x - k * LOG2_HIGH;
  const low = k * LOG2_LOW;
  const r = high - low;

  // eʳ − 1 = r − (r·e − r²/2), with e from the even function r1
  const half = 0.5 * r;
  const square = r * half;
  const q4 = 4.008217827329362e-6 + square * -2.0109921818362437e-7;
  const q2 = 0.0015873015872548146 + square * (-7.93650757867488e-5 + square * q4);
  const r1 = 1 + square * (-0.03333333333333313 + square * q2);
  const t = 3 - r1 * half;
  const e = square * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * e - square);
  const rest = high - r - low;
  return scaledMinusOne(r, r * (e - rest) - rest - square, k);
}

/** 2ᵏ·(1 + r − correction) − 1, in the order that loses least. */
function scaledMinusOne(r: number, correction: number, k: number): number {
  if (k > 1) {
    if (k > 56) return scaleByPowerOfTwo(1 - (correction - r), k) - 1;
    const inverse = powersOfTwo[ONE - k];
    return (k < 20 ? 1 - inverse - (correction - r) : r - (correction + inverse) + 1) * powersOfTwo[ONE + k];
  }
  if (k < -1) return (1 - (correction - r)) * powersOfTwo[ONE + k] - 1;
  if (k === -1) return 0.5 * (r - correction) - 0.5;
  return r < -0.25 ? -2 * (correction - (r + 0.5)) : 1 + 2 * (r - correction);
}

/** tanh x = 1 − 2/(e²ˣ + 1); below 1 it is −t/(t + 2) with t = e⁻²ˣ − 1, which loses no digits. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (!(size >= 2 ** -28 && size < 22)) return size >= 22 ? Math.sign(x) : x; // also −0 and NaN
  const sign = x / size; // faster than a branch
  const t = expm1(size >= 1 ? 2 * size : -2 * size);
  return size >= 1 ? sign * (1 - 2 / (t + 2)) : sign * (-t / (t + 2));
}
