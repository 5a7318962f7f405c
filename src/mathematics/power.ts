import { LOG2_HIGH, LOG2_LOW, scaleByPowerOfTwo } from "./exponential.ts";
import { fixedExponential, fixedLogOfRatio, twoDoubles } from "./fixedPoint.ts";
import { logInTwoDoubles } from "./roundedLogarithm.ts";

/**
 * x^y with the same bits in every JavaScript engine, which Math.pow and ** do not promise.
 *
 * Method: x^y = e^(y·log x), with y·log x as the sum of two doubles. e^p = 2ᵏ·2^(j/64)·eʳ with |r| ≤ log 2/128, and a table
 * holds 2^(j/64) in two doubles (P. T. P. Tang 1989, "Table-driven implementation of the exponential function in IEEE
 * floating-point arithmetic", ACM TOMS 15(2)). The error is below 0.55 units in the last place.
 */

const STEPS = 64;
const powersHigh = new Float64Array(STEPS);
const powersLow = new Float64Array(STEPS);
const fixedLog2 = fixedLogOfRatio(2, 1);
for (let j = 0; j < STEPS; j++) {
  [powersHigh[j], powersLow[j]] = twoDoubles(fixedExponential((fixedLog2 * BigInt(j)) / BigInt(STEPS)));
}

/** x^y, with the special cases of ECMAScript: x⁰ = 1 also for NaN, (±1)^±∞ = NaN, and NaN for negative x with a fraction in y. */
export function pow(x: number, y: number): number {
  // Where the result is a special case, Math.pow is exact
  if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return x ** y;
  if (x > 0) return positivePower(x, y);
  if (!Number.isInteger(y)) return Number.NaN;
  return y % 2 === 0 ? positivePower(-x, y) : -positivePower(-x, y);
}

function positivePower(x: number, y: number): number {
  const [high, low] = logInTwoDoubles(x);
  const estimate = y * high;
  if (estimate > 710) return Infinity;
  if (estimate < -746) return 0;
  const rest = productError(y, high, estimate) + y * low;

  const steps = Math.round(estimate * (STEPS / Math.LN2));
  const k = Math.floor(steps / STEPS);
  const j = steps - k * STEPS;
  const r = estimate - steps * (LOG2_HIGH / STEPS) - steps * (LOG2_LOW / STEPS) + rest;
  const less = r + r * r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r / 720))));
  return scaleByPowerOfTwo(powersHigh[j] + (powersLow[j] + powersHigh[j] * less), k);
}

/** a·b − product, exactly, from halves of 26 bits. Dekker 1971 */
function productError(a: number, b: number, product: number): number {
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function upperHalf(x: number): number {
  const shifted = x * (2 ** 27 + 1);
  return shifted - (shifted - x);
}
