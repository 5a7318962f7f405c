/** The logistic function. */
export const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));

/** The error function: (2/√π)·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!!, whose terms have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
