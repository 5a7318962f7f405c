/** Numbers in fixed point with 160 fraction bits, from which tables of two doubles are made. */

const FRACTION_BITS = 160n;
const ONE = 1n << FRACTION_BITS;

/** The nearest double to a fixed-point number, and the double nearest to the rest. */
export function twoDoubles(fixed: bigint): [number, number] {
  const unit = 2 ** Number(FRACTION_BITS);
  const high = Number(fixed);
  return [high / unit, Number(fixed - BigInt(high)) / unit];
}

/** log(a / b) = 2·(t + t³/3 + t⁵/5 + …), t = (a − b)/(a + b) */
export function fixedLogOfRatio(a: number, b: number): bigint {
  let power = (BigInt(a - b) << FRACTION_BITS) / BigInt(a + b);
  const square = (power * power) >> FRACTION_BITS;
  let sum = 0n;
  for (let divisor = 1n; power !== 0n && power !== -1n; divisor += 2n) {
    sum += power / divisor;
    power = (power * square) >> FRACTION_BITS;
  }
  return 2n * sum;
}

/** eˣ = 1 + x + x²/2 + x³/6 + … for x from 0 to 1 */
export function fixedExponential(x: bigint): bigint {
  let [term, sum] = [ONE, 0n];
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = (term * x) / (n * ONE);
  }
  return sum;
}
