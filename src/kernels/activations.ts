import { exp, expm1, tanh } from "../mathematics/exponential.ts";
import { log1p } from "../mathematics/logarithm.ts";
/**
 * A function of one number with its derivative. `parameter` is the negative slope of leakyRelu, α of elu, and the threshold of
 * softplus; the others have none. At ±∞ both are their limits: x·σ(x) is −0 at −∞, which it approaches from below, and
 * derivatives of 0 are +0. NaN gives NaN.
 */
export interface Activation {
  value(x: number, parameter: number): number;
  derivative(x: number, parameter: number): number;
}

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

const sqrtTwoOverPi = Math.sqrt(2 / Math.PI);

/** σ(x) = 1 / (1 + e⁻ˣ); e⁻ˣ may overflow to Infinity, which gives the right 0. */
const sigmoid = (x: number): number => 1 / (1 + exp(-x));

const last = new Float64Array([Number.NaN, Number.NaN]);

/** tanh x. It caches its last result, because the derivative needs the value that was just computed. */
function keptTanh(x: number): number {
  if (x === last[0] && x !== 0) return last[1]; // −0 is equal to 0
  const y = tanh(x);
  last[0] = x;
  last[1] = y;
  return y;
}

/** x·share. At x = −∞ with share 0, the result is the limit −0, not NaN. */
const timesShare = (x: number, share: number): number => (share === 0 ? -0 : x * share);

/**
 * Value and derivative of every activation. All kernels must agree with this table. Kernels without a faster implementation of an
 * entry use this one (CONTRIBUTING.md, "Adding an activation").
 */
export const activations = {
  /** ½x(1 + tanh u) = x·σ(2u), u = √(2/π)(x + 0.044715x³). Hendrycks & Gimpel 2016, arXiv:1606.08415 */
  gelu: {
    value: (x) => timesShare(x, sigmoid(2 * sqrtTwoOverPi * (x + 0.044715 * x * x * x))),
    derivative: (x) => {
      const s = sigmoid(2 * sqrtTwoOverPi * (x + 0.044715 * x * x * x));
      const ds = s * (1 - s); // 0 in both tails, where x² may be infinite: 0·∞ must not become NaN
      return ds === 0 ? s : s + x * ds * 2 * sqrtTwoOverPi * (1 + 3 * 0.044715 * x * x);
    },
  },
  /** x·Φ(x), Φ(x) = ½·erfc(−x/√2);  derivative Φ(x) + x·φ(x) */
  geluExact: {
    value: (x) => timesShare(x, normalDistribution(x)),
    derivative: (x) => {
      const density = exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      return density === 0 ? normalDistribution(x) : normalDistribution(x) + x * density;
    },
  },
  /** max(0, x);  derivative 1 for x > 0, else 0. NaN stays NaN. */
  relu: { value: (x) => Math.max(0, x), derivative: (x) => (x <= 0 ? 0 : x > 0 ? 1 : Number.NaN) },
  /** x for x > 0, else a·x;  derivative 1 or a */
  leakyRelu: {
    value: (x, negativeSlope) => (x <= 0 ? negativeSlope * x : x),
    derivative: (x, negativeSlope) => (x <= 0 ? negativeSlope : x > 0 ? 1 : Number.NaN),
  },
  /** tanh x;  derivative 1 − tanh²x */
  tanh: { value: keptTanh, derivative: (x) => 1 - keptTanh(x) ** 2 },
  /** σ(x);  derivative σ(1 − σ) */
  sigmoid: {
    value: sigmoid,
    derivative: (x) => {
      const s = sigmoid(x);
      return s * (1 - s);
    },
  },
  /** x·σ(x);  derivative σ + xσ(1 − σ) */
  silu: {
    value: (x) => timesShare(x, sigmoid(x)),
    derivative: (x) => {
      const s = sigmoid(x);
      const ds = s * (1 - s);
      return ds === 0 ? s : s + x * ds;
    },
  },
  /**
   * log(1 + eˣ) = max(0, x) + log(1 + e^−|x|), which does not overflow; x above the threshold, as in PyTorch; derivative σ(x), or
   * 1 above the threshold. Dugas et al. 2000
   */
  softplus: {
    value: (x, threshold) => (x > threshold ? x : Math.max(0, x) + log1p(exp(-Math.abs(x)))),
    derivative: (x, threshold) => (x > threshold ? 1 : sigmoid(x)),
  },
  /** x for x > 0, else α(eˣ − 1);  derivative 1 or αeˣ. Clevert et al. 2016, arXiv:1511.07289 */
  elu: {
    value: (x, alpha) => (x <= 0 ? alpha * expm1(x) : x),
    derivative: (x, alpha) => (x <= 0 ? alpha * exp(x) : x > 0 ? 1 : Number.NaN),
  },
  /** s·elu(x), with s and α that preserve mean 0 and variance 1. Klambauer et al. 2017, arXiv:1706.02515 */
  selu: {
    value: (x) => seluScale * (x <= 0 ? seluAlpha * expm1(x) : x),
    derivative: (x) => seluScale * (x <= 0 ? seluAlpha * exp(x) : x > 0 ? 1 : Number.NaN),
  },
  /**
   * x·min(max(0, x + 3), 6)/6, a piecewise approximation of silu;  derivative 0 for x ≤ −3, 1 for x ≥ 3, (2x + 3)/6 between.
   * Howard et al. 2019, arXiv:1905.02244
   */
  hardSwish: {
    value: (x) => timesShare(x, Math.min(Math.max(0, x + 3), 6) / 6),
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
  },
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof activations;

/** Φ(x), the distribution function of the standard normal distribution, with a relative error of about 1e-14. */
export function normalDistribution(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 2 ? 0.5 * (1 - erfSeries(z)) : 0.5 * erfcContinuedFraction(z);
  return x > 0 ? 1 - tail : tail;
}

/** erf z = 2/√π · e^(−z²) · Σ 2ⁿz²ⁿ⁺¹ / (1·3·…·(2n+1)): all terms are positive, so there is no cancellation. Abramowitz & Stegun 7.1.6 */
function erfSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * exp(-z * z) * sum;
}

/** erfc z = e^(−z²)/√π · 1/(z + ½/(z + 1/(z + 3/2/(z + …)))), evaluated from the innermost term. Abramowitz & Stegun 7.1.14 */
function erfcContinuedFraction(z: number): number {
  if (Number.isNaN(z)) return z;
  let fraction = z;
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction;
  return exp(-z * z) / Math.sqrt(Math.PI) / fraction;
}
