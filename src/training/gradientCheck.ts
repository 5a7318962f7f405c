import type { Layer, Pass } from "../layers/layer.ts";
import type { Labels } from "../losses/crossEntropy.ts";
import type { Loss } from "../losses/loss.ts";
import { RandomState } from "../random/randomState.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, type Numbers, Tensor } from "../tensor/tensor.ts";

/** max |x − y| / max(1e-8, |x| + |y|): 0 if equal, at most 1 if unrelated. Throws ShapeError for other lengths. */
export function relativeError(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) throw new ShapeError(`relativeError: expected ${x.length} numbers, found ${y.length}`);
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const error = Math.abs(x[i] - y[i]) / Math.max(1e-8, Math.abs(x[i]) + Math.abs(y[i]));
    if (Number.isNaN(error)) return Number.NaN;
    worst = Math.max(worst, error);
  }
  return worst;
}

export interface DifferenceOptions {
  readonly h?: number;
  /** 2 for (f(x+h) − f(x−h)) / 2h; 4 for (8[f(x+h) − f(x−h)] − [f(x+2h) − f(x−2h)]) / 12h, best with h = 1e-3 */
  readonly order?: 2 | 4;
  /** only these elements; all others stay 0 */
  readonly at?: ArrayLike<number>;
}

/**
 * ∂f/∂x by central differences, whose error is O(h²) or O(h⁴); x is restored afterwards.
 * For an f that returns an array y, the chain rule with ∂J/∂y = `dy` gives ∂J/∂x.
 */
export function numericalGradient(f: () => number, x: Tensor, options?: DifferenceOptions): Tensor;
export function numericalGradient(
  f: () => Tensor,
  x: Tensor,
  options: DifferenceOptions & { readonly dy: Tensor },
): Tensor;
export function numericalGradient(
  f: () => number | Tensor,
  x: Tensor,
  { h = 1e-5, order = 2, at, dy }: DifferenceOptions & { readonly dy?: Tensor } = {},
): Tensor {
  const gradient = Tensor.zeros(x.shape, "float64");
  const sample = (): Numbers => {
    const y = f();
    return typeof y === "number" ? Float64Array.of(y) : y.data.slice();
  };
  for (let n = 0; n < (at?.length ?? x.size); n++) {
    const i = at?.[n] ?? n;
    const original = x.data[i];
    // Σ_j dy[j]·(y[j] at x + distance − y[j] at x − distance): subtracted first, so that common parts of y cancel exactly
    const difference = (distance: number): number => {
      x.data[i] = original + distance;
      const above = sample();
      x.data[i] = original - distance;
      const below = sample();
      x.data[i] = original;
      return weightedDifference(above, below, dy?.data ?? Float64Array.of(1));
    };
    gradient.data[i] = order === 2 ? difference(h) / (2 * h) : (8 * difference(h) - difference(2 * h)) / (12 * h);
  }
  return gradient;
}

function weightedDifference(above: Numbers, below: Numbers, weights: Numbers): number {
  if (above.length !== weights.length) {
    throw new ShapeError(`numericalGradient: dy has ${weights.length} numbers, the function gives ${above.length}`);
  }
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += weights[j] * (above[j] - below[j]);
  return sum;
}

export interface GradientCheckOptions {
  /** the seed of the dropout masks, which are equal in every evaluation */
  readonly seed?: number;
  readonly h?: number;
  readonly order?: 2 | 4;
  /** checks only this number of elements of each gradient, drawn by `seed`: for networks with millions of parameters */
  readonly samples?: number;
}

/** The relative error of each gradient by name: that of the input is "x", and is missing if inputs are whole numbers. */
export type GradientErrors = Readonly<Record<string, number>>;

/** Checks a layer (or a network) against central differences: given ∂J/∂y, its ∂J/∂x and the gradients of its parameters. */
export function checkGradients(
  layer: Layer,
  given: { readonly x: Tensor; readonly dy: Tensor },
  options?: GradientCheckOptions,
): GradientErrors;
/** Checks a whole network together with its loss. */
export function checkGradients<Targets = Labels>(
  network: Layer,
  given: { readonly x: Tensor; readonly loss: Loss<Targets>; readonly targets: Targets },
  options?: GradientCheckOptions,
): GradientErrors;
export function checkGradients(
  layer: Layer,
  given: { readonly x: Tensor } & (
    | { readonly dy: Tensor }
    | { readonly loss: Loss<unknown>; readonly targets: unknown }
  ),
  { seed = 0, h = 1e-5, order = 2, samples = Number.POSITIVE_INFINITY }: GradientCheckOptions = {},
): GradientErrors {
  const { x } = given;
  if (x.dtype !== "float64")
    throw new ShapeError("checkGradients: float32 is too coarse for central differences; use float64");
  const pass = (): Pass => ({ mode: "train", random: new RandomState(seed) });
  const forward = () => layer.forward(x, pass());
  let dy: Tensor;
  if ("dy" in given) {
    const y = forward();
    if (y.size !== given.dy.size) {
      throw new ShapeError(`checkGradients: y is ${formatShape(y.shape)}, dy ${formatShape(given.dy.shape)}`);
    }
    dy = given.dy;
  } else {
    given.loss.forward(forward(), given.targets);
    dy = given.loss.backward().clone();
  }
  const dx = layer.backward(dy).clone();
  const analytic = layer.parameters.map(({ gradient }) => gradient.clone());
  const draw = new RandomState(seed);
  const errorOf = (gradient: Tensor, variable: Tensor): number => {
    const all = Int32Array.from({ length: variable.size }, (_, i) => i);
    const at = samples < variable.size ? draw.choice(variable.size, samples, false) : all;
    const numerical =
      "dy" in given
        ? numericalGradient(forward, variable, { h, order, at, dy: given.dy })
        : numericalGradient(() => given.loss.forward(forward(), given.targets), variable, { h, order, at });
    return relativeError(
      Float64Array.from(at, (i) => gradient.data[i]),
      Float64Array.from(at, (i) => numerical.data[i]),
    );
  };

  const names = layer.parameterKeys;
  const parameters = layer.parameters.map(({ value }, i) => [names[i], errorOf(analytic[i], value)]);
  return { ...(!layer.discreteInput && { x: errorOf(dx, x) }), ...Object.fromEntries(parameters) };
}
