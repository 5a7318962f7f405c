import { LOG2_HIGH, LOG2_LOW, ONE, powersOfTwo } from "./exponential.ts";
import { double, HIGH_WORD, words } from "./words.ts";

/**
 * log x and log(1 + x) with the same bits in every JavaScript engine, which Math.log and Math.log1p do not promise. Each is
 * within one unit in the last place. Random streams need the correctly rounded logarithm of roundedLogarithm.ts instead.
 *
 * Method (fdlibm, K. C. Ng, Sun Microsystems 1993, https://www.netlib.org/fdlibm): x = 2ᵏ·(1 + f) with 1 + f in [√½, √2), and
 * log(1 + f) = 2·artanh s = f − s·(f − R) = f − (f²/2 − s·(f²/2 + R)), s = f/(2 + f), R = s²·(2/3 + s²·(2/5 + s²·(2/7 + …))). The
 * minimax coefficients are those of fdlibm, which V8 uses too.
 */

const SMALLEST_NORMAL = 2 ** -1022;
const EXPONENT_OF_ONE = 1023;

/** The k for which x·2⁻ᵏ is in [√½, √2); `root` are the first 20 bits of the fraction of √2. */
function exponentOf(x: number, root: number): number {
  double[0] = x;
  return ((words[HIGH_WORD] + 0x100000 - root) >> 20) - EXPONENT_OF_ONE;
}

/** log x */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  return x < SMALLEST_NORMAL ? logOfScaled(x * 2 ** 54, -54) : logOfScaled(x, 0);
}

/** log(x·2^shift) of a normal number x */
function logOfScaled(x: number, shift: number): number {
  const exponent = exponentOf(x, 0x6a09c);
  const k = exponent + shift;
  const f = x * powersOfTwo[ONE - exponent] - 1;
  if (f < 2 ** -20 && f >= -(2 ** -20)) return k * LOG2_HIGH - (f * f * (0.5 - f / 3) - k * LOG2_LOW - f);
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const R = even + odd;
  // Near √2 and √½, f is so large that f − s·(f − R) would lose a bit
  if (f >= 0.3799991607666016 || f < -0.28999996185302734) {
    const half = 0.5 * f * f;
    return k * LOG2_HIGH - (half - (s * (half + R) + k * LOG2_LOW) - f);
  }
  return k * LOG2_HIGH - (s * (f - R) - k * LOG2_LOW - f);
}

/** log(1 + x), without the loss of digits near 0 */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  if (x < 2 ** -29 && x > -(2 ** -29)) return x < 2 ** -54 && x > -(2 ** -54) ? x : x - x * x * 0.5; // also −0
  let k = 0;
  let f = x;
  let correction = 0; // of what 1 + x loses in rounding, divided by it
  if (!(x < 0.4142136573791504 && x > -0.292893648147583)) {
    const sum = x < 2 ** 53 ? 1 + x : x;
    k = exponentOf(sum, 0x6a09e);
    f = sum * powersOfTwo[ONE - k] - 1;
    if (sum < 2 ** 53) correction = (sum >= 2 ? 1 - (sum - x) : x - (sum - 1)) / sum;
  }
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const p4 = 0.22222198432149784 + z * (0.1818357216161805 + z * (0.15313837699209373 + z * 0.14798198605116586));
  const R = z * (0.6666666666666735 + z * (0.3999999999940942 + z * (0.2857142874366239 + z * p4)));
  if (k === 0) return f - (half - s * (half + R));
  return k * LOG2_HIGH - (half - (s * (half + R) + (k * LOG2_LOW + correction)) - f);
}
