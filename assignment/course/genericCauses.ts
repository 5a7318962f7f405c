import type { Case, Found, Quantities } from "./exercise.ts";
import { close, mapped, quantity, sameShape, transposed } from "./quantities.ts";
import type { Quantity } from "./wire.ts";

export interface Cause {
  readonly cause: string;
  readonly message: string;
}

/** One case with what the student's code returned for one of its quantities. */
export interface Observation {
  readonly one: Case;
  readonly found: Quantity;
  readonly right: Quantities;
  /** all results for the case */
  readonly all: Found;
}

/**
 * The cause of a wrong result that any exercise can have: a factor, a sign, a transposition, an input or another result in its place.
 * `undefined` if none explains all observations.
 */
export function genericCause(name: string, observations: readonly Observation[], tolerance: number): Cause | undefined {
  const all = (test: (observation: Observation) => boolean): boolean => observations.every(test);
  const equals = (make: (observation: Observation) => Quantity | undefined): boolean =>
    all((observation) => {
      const candidate = make(observation);
      return candidate !== undefined && close(observation.found, candidate, tolerance);
    });
  const rightOf = ({ right }: Observation): Quantity => right[name];

  if (all(({ found }) => found.data.some(Number.isNaN)))
    return {
      cause: "nan",
      message: `${name} contains NaN: a division 0/0, ∞ − ∞, or a read beyond the end of an array`,
    };
  if (all(({ found }) => found.data.some((value) => Math.abs(value) === Infinity)))
    return { cause: "overflow", message: `${name} contains infinity: a number became too large, or a division by 0` };

  if (all(({ found }) => found.data.some((value) => !Number.isFinite(value))))
    return {
      cause: "overflow",
      message: `${name} contains infinity or NaN: a number became too large, or a division by 0`,
    };

  const shape = shapeCause(name, observations, tolerance);
  if (shape) return shape;

  if (equals((observation) => mapped(rightOf(observation), () => 0)))
    return { cause: "zero", message: `${name} is zero everywhere` };
  const factor = factorCause(name, observations, tolerance);
  if (factor) return factor;

  for (const input of Object.keys(observations[0].one.inputs ?? {})) {
    if (equals(({ one }) => one.inputs?.[input]))
      return { cause: "unchanged-input", message: `${name} is ${input}, unchanged` };
  }
  const functions = [
    ["inverse", "the reciprocal of what it should be", (value: number) => 1 / value],
    ["power", "the square of what it should be", (value: number) => value * value],
    ["power", "the root of what it should be", Math.sqrt],
    ["extra-log", "the logarithm of what it should be", Math.log],
    ["missing-log", "e to the power of what it should be: a logarithm is missing", Math.exp],
  ] as const;
  for (const [cause, words, f] of functions) {
    if (equals((observation) => mapped(rightOf(observation), f))) return { cause, message: `${name} is ${words}` };
  }
  for (const other of Object.keys(observations[0].right)) {
    if (other !== name && equals(({ right }) => right[other]))
      return { cause: "wrong-result", message: `${name} contains the result for ${other}` };
  }
  if (equals((observation) => squareTransposed(rightOf(observation))))
    return { cause: "transposed", message: `${name} is transposed` };
  if (all((observation) => sameMagnitudes(observation.found, rightOf(observation), tolerance)))
    return { cause: "sign", message: `some entries of ${name} have the wrong sign; their magnitudes are right` };
  if (all((observation) => permuted(observation.found, rightOf(observation), tolerance)))
    return { cause: "order", message: `${name} has the right numbers in the wrong places` };
  if (all((observation) => shifted(observation.found, rightOf(observation), tolerance)))
    return {
      cause: "offset",
      message: `all entries of ${name} are off by the same number: a term is missing or added`,
    };
  if (equals(rightOf) === false && all((observation) => close(observation.found, rightOf(observation), 1e-3)))
    return {
      cause: "inexact",
      message: `${name} is nearly right: a constant has too few digits, or an approximation was used in place of the formula`,
    };
  return undefined;
}

function shapeCause(name: string, observations: readonly Observation[], tolerance: number): Cause | undefined {
  if (observations.every(({ found, right }) => sameShape(found.shape, right[name].shape))) return undefined;
  const { found, right } = observations.find(
    (one) => !sameShape(one.found.shape, one.right[name].shape),
  ) as Observation;
  const shapes = `its shape is (${found.shape.join(", ")}) where (${right[name].shape.join(", ")}) is expected`;
  const isTransposed = observations.every(
    (one) => one.found.shape.length === 2 && close(transposed(one.found), one.right[name], tolerance),
  );
  const [first] = observations;
  const other = Object.keys(first.right).find((one) =>
    observations.every((observation) => close(observation.found, observation.right[one], tolerance)),
  );
  if (other !== undefined) return { cause: "wrong-result", message: `${name} contains the result for ${other}` };
  if (isTransposed) return { cause: "transposed", message: `${name} is transposed: ${shapes}` };
  const sameNumbers = observations.every(
    (one) =>
      one.found.data.length === one.right[name].data.length &&
      close(quantity(one.right[name].shape, one.found.data), one.right[name], tolerance),
  );
  if (sameNumbers) return { cause: "shape", message: `the numbers of ${name} are right, but ${shapes}` };
  return { cause: "shape", message: `${name} has the wrong shape: ${shapes}` };
}

/** found = c·right for one c in each case: a sign, a factor, or a length such as the size of the batch. */
function factorCause(name: string, observations: readonly Observation[], tolerance: number): Cause | undefined {
  const ratios = observations.map(({ found, right }) => ratio(found, right[name], tolerance));
  if (ratios.some((one) => one === undefined)) return undefined;
  const factors = ratios as number[];
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);
  const everywhere = (wanted: (one: Case, at: number) => number): boolean =>
    factors.every((factor, at) => isNear(factor, wanted(observations[at].one, at)));
  for (const [sign, words] of [
    [1, ""],
    [-1, " and has the wrong sign"],
  ] as const) {
    for (const dimension of Object.keys(observations[0].one.dims ?? {})) {
      const length = (one: Case): number => one.dims?.[dimension] ?? Number.NaN;
      if (everywhere((one) => sign * length(one)))
        return {
          cause: "missing-1/N",
          message: `${name} is too large by the factor ${dimension}${words}: a division by it is missing`,
        };
      if (everywhere((one) => sign / length(one)))
        return {
          cause: "extra-1/N",
          message: `${name} is divided by ${dimension}${words}, which is not in the formula`,
        };
    }
  }
  if (!factors.every((factor) => isNear(factor, factors[0]))) return divisorCause(name, observations, factors);
  if (isNear(factors[0], -1)) return { cause: "sign", message: `${name} has the wrong sign` };
  if (isNear(factors[0], 2)) return { cause: "factor-2", message: `${name} is twice as large as it should be` };
  if (isNear(factors[0], 0.5))
    return { cause: "factor-2", message: `${name} is half as large as it should be: a factor 2 is missing` };
  if (observations.length === 1 && factors.length === observations[0].found.data.length) return undefined; // one number proves nothing
  return {
    cause: "factor",
    message: `${name} is too large by the factor ${Number(factors[0].toPrecision(4))} everywhere`,
  };
}

/** A division by one length instead of another. */
function divisorCause(
  name: string,
  observations: readonly Observation[],
  factors: readonly number[],
): Cause | undefined {
  const dimensions = Object.keys(observations[0].one.dims ?? {});
  for (const meant of dimensions)
    for (const used of dimensions) {
      const isUsed = factors.every((factor, at) => {
        const { dims = {} } = observations[at].one;
        return Math.abs(factor * dims[used] - dims[meant]) <= 1e-6 * dims[meant];
      });
      if (isUsed) return { cause: "wrong-divisor", message: `${name} is divided by ${used} instead of ${meant}` };
    }
  return undefined;
}

/** The factor between two arrays; none if it is not the same everywhere. */
function ratio(found: Quantity, right: Quantity, tolerance: number): number | undefined {
  let at = 0;
  right.data.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(right.data[at])) at = i;
  });
  const factor = found.data[at] / right.data[at];
  if (!Number.isFinite(factor) || factor === 0) return undefined;
  if (Math.abs(factor - 1) < 1e-6) return undefined;
  return close(
    found,
    mapped(right, (value) => factor * value),
    tolerance,
  )
    ? factor
    : undefined;
}

const squareTransposed = (right: Quantity): Quantity | undefined =>
  right.shape.length === 2 && right.shape[0] === right.shape[1] ? transposed(right) : undefined;

const magnitudes = (a: Quantity): Quantity => mapped(a, Math.abs);

const sameMagnitudes = (found: Quantity, right: Quantity, tolerance: number): boolean =>
  right.data.length > 1 && close(magnitudes(found), magnitudes(right), tolerance);

const ordered = (a: Quantity): Quantity => ({ shape: a.shape, data: a.data.slice().sort() });

const permuted = (found: Quantity, right: Quantity, tolerance: number): boolean =>
  right.data.length > 2 && close(ordered(found), ordered(right), tolerance);

function shifted(found: Quantity, right: Quantity, tolerance: number): boolean {
  if (right.data.length < 2) return false;
  const offset = found.data[0] - right.data[0];
  return (
    offset !== 0 &&
    close(
      found,
      mapped(right, (value) => value + offset),
      tolerance,
    )
  );
}
