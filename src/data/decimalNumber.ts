/** 10⁰ … 10²²: the powers of ten that are exact in float64. */
export const powersOfTen: readonly number[] = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * (first·10^further + second)·10^exponent rounded to the nearest float64, for integers first, second < 10¹⁵; NaN if the rounding
 * is undecided or the exponent is beyond ±22. The quotient or product is computed with about 106 bits (Dekker 1971, double-double
 * arithmetic); the rounding is undecided for about one in 10¹⁴ numbers.
 */
export function decimalNumber(first: number, second: number, further: number, exponent: number): number {
  if (further > 15 || exponent > 22 || exponent < -22) return Number.NaN;
  // m + rest = first·10^further + second, with a relative error below 2⁻¹⁰⁵
  const scale = powersOfTen[further];
  const product = first * scale;
  const low = productError(first, scale, product) + second;
  const m = product + low;
  const rest = product - m + low;
  const power = powersOfTen[Math.abs(exponent)];
  let [high, correction] = [0, 0];
  if (exponent < 0) {
    high = m / power;
    const back = high * power;
    correction = (m - back - productError(high, power, back) + rest) / power;
  } else {
    high = m * power;
    correction = productError(m, power, high) + rest * power;
  }
  const margin = high * 2 ** -98;
  const value = high + (correction - margin);
  return value === high + (correction + margin) ? value : Number.NaN;
}

/** The rounding error a·b − p of p = a·b, exactly (Dekker's product). */
function productError(a: number, b: number, p: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aHigh * bHigh - p + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** The upper 26 bits (Veltkamp's split). */
function upperHalf(x: number): number {
  const shifted = x * 134_217_729;
  return shifted - (shifted - x);
}
