import type { Kernels } from "./kernels/kernels.ts";
import { SettingsError } from "./tensor/errors.ts";
import type { Numbers } from "./tensor/tensor.ts";

/** A penalty on all parameters, weights and biases, whose gradient is added to that of the loss. */
export interface Regularizer {
  readonly kind: string;
  readonly lambda: number;
  penalty(values: Numbers): number;
  addGradient(kernels: Kernels, values: Numbers, gradients: Numbers): void;
}

/** λ·Σ|θ|;  gradient λ·sign(θ), 0 at 0. Tibshirani 1996. Throws SettingsError unless λ ≥ 0. */
export function l1(lambda: number): Regularizer {
  return {
    kind: "l1",
    lambda: checkLambda("l1", lambda),
    penalty: (values) => lambda * sum(values, Math.abs),
    addGradient: (kernels, values, gradients) => kernels.addSign(gradients, values, lambda),
  };
}

/** λ·Σθ²;  gradient 2λθ. Hoerl & Kennard 1970. Throws SettingsError unless λ ≥ 0. */
export function l2(lambda: number): Regularizer {
  return {
    kind: "l2",
    lambda: checkLambda("l2", lambda),
    penalty: (values) => lambda * sum(values, (value) => value * value),
    addGradient: (kernels, values, gradients) => kernels.addScaled(gradients, values, 2 * lambda),
  };
}

function checkLambda(kind: string, lambda: number): number {
  if (!(lambda >= 0 && lambda < Infinity))
    throw new SettingsError(`${kind}: λ must be a number of at least 0, got ${lambda}`);
  return lambda;
}

function sum(values: Numbers, term: (value: number) => number): number {
  let total = 0;
  for (const value of values) total += term(value);
  return total;
}
