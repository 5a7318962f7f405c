/**
 * A natural logarithm that does not depend on the engine.
 *
 * JavaScript leaves the last bit of Math.log to the engine, and a random stream that passes through it would differ between
 * machines. This one carries about 68 bits and rounds once, so it is the correctly rounded value for all but some 1 in
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
const FRACTION_BITS = 160n;

/** The nearest double to a fixed-point number, and the double nearest to what is left of it. */
function twoDoubles(fixed: bigint): [number, number] {
  const unit = 2 ** Number(FRACTION_BITS);
  const high = Number(fixed);
  return [high / unit, Number(fixed - BigInt(high)) / unit];
}

/** log(a / b) = 2·(t + t³/3 + t⁵/5 + …), t = (a − b)/(a + b), in fixed point with 160 fraction bits. */
function fixedLogOfRatio(a: number, b: number): bigint {
  let power = (BigInt(a - b) << FRACTION_BITS) / BigInt(a + b);
  const square = (power * power) >> FRACTION_BITS;
  let sum = 0n;
  for (let divisor = 1n; power !== 0n && power !== -1n; divisor += 2n) {
    sum += power / divisor;
    power = (power * square) >> FRACTION_BITS;
  }
  return 2n * sum;
}

const reciprocals = new Float64Array(LAST + 1);
const logsHigh = new Float64Array(LAST + 1);
const logsLow = new Float64Array(LAST + 1);
for (let index = FIRST; index <= LAST; index++) {
  const k = Math.round((RECIPROCAL_UNIT * STEPS) / index);
  reciprocals[index] = k / RECIPROCAL_UNIT;
  [logsHigh[index], logsLow[index]] = twoDoubles(fixedLogOfRatio(RECIPROCAL_UNIT, k));
}

// log 2 with 32 bits, so that its product with any exponent is exact, and the rest of it.
const fixedLog2 = fixedLogOfRatio(2, 1);
const LOG2_HIGH = Number(fixedLog2 >> (FRACTION_BITS - 32n)) / 2 ** 32;
const LOG2_LOW = twoDoubles(fixedLog2 - (BigInt(LOG2_HIGH * 2 ** 32) << (FRACTION_BITS - 32n)))[0];

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const LOW_WORD = 1 - HIGH_WORD;
const SQRT_HALF_WORD = 0x3fe6a09e;
const SMALLEST_NORMAL = 2 ** -1022;

/** log x, correctly rounded but for about 1 in 10,000 arguments (those that lie within 2⁻¹⁴ of a tie). */
export function log(x: number): number {
  if (!(x >= SMALLEST_NORMAL && x < Infinity)) return Math.log(x);
  double[0] = x;
  const offset = words[HIGH_WORD] - SQRT_HALF_WORD;
  const exponent = offset >> 20;
  words[HIGH_WORD] -= exponent << 20;
  const z = double[0];
  words[LOW_WORD] = 0; // leaves the 21 leading bits, whose product with a 12-bit reciprocal is exact
  const zHigh = double[0];

  const index = Math.round(z * STEPS);
  const reciprocal = reciprocals[index];
  const exact = zHigh * reciprocal - 1;
  const rest = (z - zHigh) * reciprocal;
  const r = exact + rest;
  const rHigh = Math.fround(r); // 24 bits, whose square is exact
  const rLow = exact - rHigh + rest;

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
  const low =
    rLow -
    rLow * (rHigh + 0.5 * rLow) +
    tail +
    (exponent * LOG2_LOW + logsLow[index]) +
    (sumError + abrError + abError);
  return sum + low;
}
