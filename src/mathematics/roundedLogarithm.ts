import { LOG2_HIGH, LOG2_LOW } from "./exponential.ts";
import { fixedLogOfRatio, twoDoubles } from "./fixedPoint.ts";
import { double, HIGH_WORD, LOW_WORD, words } from "./words.ts";

/**
 * A natural logarithm that does not depend on the engine.
 *
 * JavaScript leaves the last bit of Math.log to the engine, and a random stream that passes through it would differ between
 * machines. This one carries about 68 bits and rounds once, so it is the correctly rounded value except for about 1 in
 * 10,000 arguments, and the same number everywhere.
 *
 * Method: x = 2ᵉ·z with z in [√½, √2). A table holds c = k/2048 ≈ 1/z with log c in two doubles; r = z·c − 1 is exact in two
 * doubles and below 0.007, so log x = e·log 2 − log c + (r − r²/2 + r³·(1/3 − r/4 + …)), with the first terms summed without
 * error (Dekker 1971, Knuth's two-sum).
 */

const STEPS = 128;
const FIRST = 90;
const LAST = 182;
const RECIPROCAL_UNIT = 2048;

const reciprocals = new Float64Array(LAST + 1);
const logsHigh = new Float64Array(LAST + 1);
const logsLow = new Float64Array(LAST + 1);
for (let index = FIRST; index <= LAST; index++) {
  const k = Math.round((RECIPROCAL_UNIT * STEPS) / index);
  reciprocals[index] = k / RECIPROCAL_UNIT;
  [logsHigh[index], logsLow[index]] = twoDoubles(fixedLogOfRatio(RECIPROCAL_UNIT, k));
}

const SQRT_HALF_WORD = 0x3fe6a09e;
const SMALLEST_NORMAL = 2 ** -1022;

/** What `leadingPart` leaves of the logarithm. */
let rest = 0;

/** log x, correctly rounded except for about 1 in 10,000 arguments (those within 2⁻¹⁴ of a tie). */
export function roundedLog(x: number): number {
  if (!(x > 0 && x < Infinity)) return Math.log(x); // 0, Infinity and NaN are equal everywhere
  return leadingPart(x) + rest;
}

/** The logarithm of a positive finite number as the sum of two doubles; the second one is below half a unit of the first. */
export function logInTwoDoubles(x: number): [number, number] {
  const leading = leadingPart(x);
  const high = leading + rest;
  return [high, leading - high + rest];
}

function leadingPart(x: number): number {
  const isSubnormal = x < SMALLEST_NORMAL;
  double[0] = isSubnormal ? x * 2 ** 54 : x;
  const offset = words[HIGH_WORD] - SQRT_HALF_WORD;
  const exponent = (offset >> 20) - (isSubnormal ? 54 : 0);
  words[HIGH_WORD] -= (offset >> 20) << 20;
  const z = double[0];
  words[LOW_WORD] = 0; // leaves the 21 leading bits, whose product with a 12-bit reciprocal is exact
  const zHigh = double[0];

  const index = Math.round(z * STEPS);
  const reciprocal = reciprocals[index];
  const exact = zHigh * reciprocal - 1;
  const inexact = (z - zHigh) * reciprocal;
  const r = exact + inexact;
  const rHigh = Math.fround(r); // 24 bits, whose square is exact
  const rLow = exact - rHigh + inexact;

  const a = exponent * LOG2_HIGH;
  const b = logsHigh[index];
  const ab = a + b;
  const abBack = ab - a;
  const abError = a - (ab - abBack) + (b - abBack);
  const abr = ab + rHigh;
  const abrBack = abr - ab;
  const abrError = ab - (abr - abrBack) + (rHigh - abrBack);
  const halfSquare = -0.5 * rHigh * rHigh;
  const sum = abr + halfSquare;
  const sumBack = sum - abr;
  const sumError = abr - (sum - sumBack) + (halfSquare - sumBack);

  const tail = r * r * r * (1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * (1 / 7 + r * (-1 / 8 + r / 9))))));
  rest =
    rLow -
    rLow * (rHigh + 0.5 * rLow) +
    tail +
    (exponent * LOG2_LOW + logsLow[index]) +
    (sumError + abrError + abError);
  return sum;
}
