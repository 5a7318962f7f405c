import { exp } from "../mathematics/exponential.ts";
import { log, log1p } from "../mathematics/logarithm.ts";
import { ShapeError } from "../tensor/errors.ts";

// Tests of whether two models differ on the same rows by more than chance. p is the probability of a difference at least as large
// if both were equally good.

/**
 * McNemar's exact test, two-sided: of the rows in which exactly one of two models is right, `ours` and `theirs` count those of each;
 * if both are equally good, ours ~ Binomial(ours + theirs, ½). McNemar 1947. 1 if the models never differ.
 */
export function mcNemarTest(ours: number, theirs: number): number {
  const [n, k] = [ours + theirs, Math.min(ours, theirs)];
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= k; i++) logTerm += log((n - k + i) / i);
  let [term, sum] = [exp(logTerm), 0];
  for (let i = k; i >= 0 && term > sum * Number.EPSILON; i--) {
    sum += term;
    term *= i / (n - i + 1);
  }
  return Math.min(1, 2 * sum);
}

export interface PairedTest {
  readonly p: number;
  /** t = mean d·√n / deviation d */
  readonly t: number;
}

/** Student's paired t-test, two-sided, of the mean of differences d; p is 1 for fewer than two rows and if all d are 0. */
export function pairedTTest(differences: ArrayLike<number>): PairedTest {
  const n = differences.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += differences[i] / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (differences[i] - mean) ** 2;
  if (n < 2 || mean === 0) return { p: 1, t: 0 };
  const t = mean / Math.sqrt(squares / (n - 1) / n);
  const freedom = n - 1;
  return { p: Number.isFinite(t) ? incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) : 0, t };
}

/**
 * The regularized incomplete beta function I_x(a, b), 0 ≤ x ≤ 1, to about 12 digits, by its continued fraction (DLMF 8.17.22) with Lentz's
 * method. Throws ShapeError for another x.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1)) throw new ShapeError(`incompleteBeta: expected 0 ≤ x ≤ 1, got ${x}`);
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a); // the fraction converges faster there
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a;
  const safe = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let [c, d] = [1, 1 / safe(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const coefficient of [even, odd]) {
      d = 1 / safe(1 + coefficient * d);
      c = safe(1 + coefficient / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** log Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) at x + k ≥ 10, and Γ(x + k) = x·(x + 1)…·Γ(x). */
function logGamma(x: number): number {
  let [product, y] = [1, x];
  for (; y < 10; y++) product *= y;
  const z = 1 / (y * y);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / y;
  return (y - 0.5) * log(y) - y + 0.5 * log(2 * Math.PI) + series - log(product);
}
