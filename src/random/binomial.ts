import { exp } from "../mathematics/exponential.ts";
import { roundedLog } from "../mathematics/roundedLogarithm.ts";

/** The next uniform number in [0, 1). */
export type Uniform = () => number;

/** The largest n·min(p, 1 − p) that inversion takes; beyond it BTPE is faster. Part of NumPy's stream. */
const INVERSION_LIMIT = 30;

/** The number of successes in n trials of probability p, drawn as NumPy's legacy RandomState does. n ≥ 0, p in [0, 1]. */
export function drawBinomial(uniform: Uniform, n: number, p: number): number {
  const rare = p <= 0.5 ? p : 1 - p;
  const count = rare * n <= INVERSION_LIMIT ? drawByInversion(uniform, n, rare) : drawByBtpe(uniform, n, rare);
  return p <= 0.5 ? count : n - count;
}

/**
 * Walks the distribution from 0 upwards: P(0) = (1−p)ⁿ, P(k) = P(k−1)·(n−k+1)·p / (k·(1−p)). A walk that passes
 * n·p + 10 standard deviations (the rest of the mass is lost to rounding) starts again.
 */
function drawByInversion(uniform: Uniform, n: number, p: number): number {
  const q = 1 - p;
  const none = exp(n * roundedLog(q));
  const mean = n * p;
  const bound = Math.floor(Math.min(n, mean + 10 * Math.sqrt(mean * q + 1)));
  let count = 0;
  let probability = none;
  let remaining = uniform();
  while (remaining > probability) {
    count++;
    if (count > bound) {
      count = 0;
      probability = none;
      remaining = uniform();
    } else {
      remaining -= probability;
      probability = ((n - count + 1) * p * probability) / (count * q);
    }
  }
  return count;
}

/**
 * BTPE: rejection from a triangle, a parallelogram beside it and two exponential tails, for p ≤ ½ and n·p > 30.
 * Source: V. Kachitvichyanukul, B. Schmeiser, "Binomial random variate generation", Communications of the ACM 31 (1988).
 */
function drawByBtpe(uniform: Uniform, n: number, p: number): number {
  const q = 1 - p;
  const mode = Math.floor(n * p + p);
  const variance = n * p * q;
  // Half the width of the triangle around the mode, its centre and its ends.
  const halfWidth = Math.floor(2.195 * Math.sqrt(variance) - 4.6 * q) + 0.5;
  const centre = mode + 0.5;
  const left = centre - halfWidth;
  const right = centre + halfWidth;
  const height = 0.134 + 20.5 / (15.3 + mode);
  const rateOf = (a: number) => a * (1 + a / 2);
  const leftRate = rateOf((n * p + p - left) / (n * p + p - left * p));
  const rightRate = rateOf((right - (n * p + p)) / (right * q));
  // The areas of triangle, parallelogram, left and right tail, summed from the left.
  const upToTriangle = halfWidth;
  const upToParallelogram = halfWidth * (1 + 2 * height);
  const upToLeftTail = upToParallelogram + height / leftRate;
  const upToRightTail = upToLeftTail + height / rightRate;

  for (;;) {
    const u = uniform() * upToRightTail;
    let v = uniform();
    let count: number;
    if (u <= upToTriangle) return Math.floor(centre - halfWidth * v + u); // the triangle is under the density
    if (u <= upToParallelogram) {
      const x = left + (u - upToTriangle) / height;
      v = v * height + 1 - Math.abs(mode - x + 0.5) / halfWidth;
      if (v > 1) continue;
      count = Math.floor(x);
    } else if (u <= upToLeftTail) {
      count = Math.floor(left + roundedLog(v) / leftRate);
      if (count < 0 || v === 0) continue;
      v = v * (u - upToParallelogram) * leftRate;
    } else {
      count = Math.floor(right - roundedLog(v) / rightRate);
      if (count > n || v === 0) continue;
      v = v * (u - upToLeftTail) * rightRate;
    }
    if (accepts(v, count, n, p, mode, variance)) return count;
  }
}

/** v ≤ P(count) / P(mode), by the recurrence close to the mode and in the far tails, by Stirling's series elsewhere. */
function accepts(v: number, count: number, n: number, p: number, mode: number, variance: number): boolean {
  const q = 1 - p;
  const distance = Math.abs(count - mode);
  if (distance <= 20 || distance >= variance / 2 - 1) {
    const odds = p / q;
    const scaled = odds * (n + 1);
    let ratio = 1;
    for (let k = mode + 1; k <= count; k++) ratio *= scaled / k - odds;
    for (let k = count + 1; k <= mode; k++) ratio /= scaled / k - odds;
    return v <= ratio;
  }
  // Squeeze: bounds of the logarithm that settle most cases without it.
  const margin = (distance / variance) * ((distance * (distance / 3 + 0.625) + 1 / 6) / variance + 0.5);
  const middle = (-distance * distance) / (2 * variance);
  const logV = roundedLog(v);
  if (logV < middle - margin) return true;
  if (logV > middle + margin) return false;
  const above = count + 1;
  const aboveMode = mode + 1;
  const belowMode = n + 1 - mode;
  const below = n - count + 1;
  const exact =
    (mode + 0.5) * roundedLog(aboveMode / above) +
    (n - mode + 0.5) * roundedLog(belowMode / below) +
    (count - mode) * roundedLog((below * p) / (above * q)) +
    stirlingRest(aboveMode) +
    stirlingRest(belowMode) +
    stirlingRest(above) +
    stirlingRest(below);
  return logV <= exact;
}

/** log Γ(x) − ((x − ½)·log x − x + ½·log 2π) = 1/(12x) − 1/(360x³) + 1/(1260x⁵) − …, five terms. */
function stirlingRest(x: number): number {
  const square = x * x;
  return (13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square) / x / 166320;
}
