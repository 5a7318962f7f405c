import type { Case, Mistake, Quantities } from "../exercise.ts";
import { quantity, scalar } from "../quantities.ts";
import type { Quantity } from "../wire.ts";

export interface ClippingCase extends Case {
  readonly gradients: readonly Quantity[];
  readonly values: readonly Quantity[];
  readonly maximum: number;
  /** Σg² of the cases before, all together */
  readonly earlierSquares: number;
}

export const REPLACED = "parameter.gradient is replaced";
export const NORM = "the norm";
export const CLIPPED = "the gradients after clipping";

const squares = ({ data }: Quantity): number => data.reduce((sum, value) => sum + value * value, 0);
const total = (all: readonly Quantity[], of: (one: Quantity) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0);
const largestOf = ({ data }: Quantity): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** √Σg² over all gradients. */
export const globalNorm = (all: readonly Quantity[]): number => Math.sqrt(total(all, squares));

/** All gradients, one behind the other, times a factor that may depend on the parameter. */
export function scaled(one: ClippingCase, factor: number | ((parameter: number) => number)): Quantity {
  const of = typeof factor === "number" ? () => factor : factor;
  const all = one.gradients.flatMap(({ data }, parameter) => Array.from(data, (value) => of(parameter) * value));
  return quantity([all.length], all);
}

/** Only some entries are scaled. */
function partlyScaled(one: ClippingCase, isScaled: (gradient: Quantity, place: number) => boolean): Quantity {
  const factor = limit(globalNorm(one.gradients), one.maximum);
  const all = one.gradients.flatMap((gradient) =>
    Array.from(gradient.data, (value, i) => (isScaled(gradient, i) ? factor * value : value)),
  );
  return quantity([all.length], all);
}

const limit = (norm: number, maximum: number): number => (norm > maximum ? maximum / norm : 1);
const mistake = (
  cause: string,
  message: string,
  results: (one: ClippingCase) => Partial<Quantities>,
): Mistake<ClippingCase> => ({ cause, message, results });

/** A wrong norm is wrong where it is returned, where it is used, or in both places. */
const wrongNorm = (cause: string, words: string, norm: (one: ClippingCase) => number): Mistake<ClippingCase>[] => [
  mistake(cause, words, (one) => ({ [NORM]: scalar(norm(one)) })),
  mistake(cause, words, (one) => ({ [CLIPPED]: scaled(one, limit(norm(one), one.maximum)) })),
];
const wrongFactor = (
  cause: string,
  message: string,
  factor: (norm: number, maximum: number) => number,
): Mistake<ClippingCase> =>
  mistake(cause, message, (one) => ({ [CLIPPED]: scaled(one, factor(globalNorm(one.gradients), one.maximum)) }));

const wrongNorms: readonly Mistake<ClippingCase>[] = [
  ...wrongNorm("missing-root", "the norm lacks the root: it is the sum of the squares", ({ gradients }) =>
    total(gradients, squares),
  ),
  ...wrongNorm(
    "missing-square",
    "the norm is the sum of the magnitudes; it should be the root of the sum of the squares",
    ({ gradients }) => total(gradients, ({ data }) => data.reduce((sum, value) => sum + Math.abs(value), 0)),
  ),
  ...wrongNorm(
    "missing-square",
    "the norm is the largest magnitude; it should be the root of the sum of the squares",
    ({ gradients }) => Math.max(...gradients.map(largestOf)),
  ),
  ...wrongNorm(
    "missing-square",
    "the norm is the magnitude of the sum; the gradients should be squared before the sum",
    ({ gradients }) => Math.abs(total(gradients, ({ data }) => data.reduce((sum, value) => sum + value, 0))),
  ),
  ...wrongNorm("extra-1/N", "the norm contains a mean; it should be a sum over all numbers", ({ gradients }) =>
    Math.sqrt(total(gradients, squares) / total(gradients, ({ data }) => data.length)),
  ),
  ...wrongNorm(
    "extra-1/N",
    "the norm is divided by the number of parameters",
    ({ gradients }) => globalNorm(gradients) / gradients.length,
  ),
  ...wrongNorm(
    "sum-of-norms",
    "the norms of the parameters are added; their squares should be added before the root",
    ({ gradients }) => total(gradients, (one) => Math.sqrt(squares(one))),
  ),
  ...wrongNorm(
    "one-parameter",
    "the norm is that of the last parameter only; it should be that of all together",
    ({ gradients }) => Math.sqrt(squares(gradients[gradients.length - 1])),
  ),
  ...wrongNorm(
    "one-parameter",
    "the norm is that of the first parameter only; it should be that of all together",
    ({ gradients }) => Math.sqrt(squares(gradients[0])),
  ),
  ...wrongNorm(
    "one-parameter",
    "the norm is the largest of the norms of the parameters; it should be that of all together",
    ({ gradients }) => Math.max(...gradients.map((one) => Math.sqrt(squares(one)))),
  ),
  ...wrongNorm("wrong-input", "the norm is that of the values; it should be that of the gradients", ({ values }) =>
    globalNorm(values),
  ),
  ...wrongNorm("bias-excluded", "the norm lacks the biases", ({ gradients }) =>
    globalNorm(gradients.filter(({ shape }) => shape.length > 1)),
  ),
  ...wrongNorm("stale-state", "the norm contains the gradients of earlier calls: a sum does not start at 0", (one) =>
    Math.sqrt(one.earlierSquares + total(one.gradients, squares)),
  ),
  mistake("returned-after", "the norm that is returned is that after clipping; it should be that before", (one) => ({
    [NORM]: scalar(Math.min(globalNorm(one.gradients), one.maximum)),
  })),
  mistake("returned-factor", "the factor is returned; it should be the norm", (one) => ({
    [NORM]: scalar(limit(globalNorm(one.gradients), one.maximum)),
  })),
  mistake("returned-factor", "maximum / norm is returned; it should be the norm", (one) => ({
    [NORM]: scalar(one.maximum / globalNorm(one.gradients)),
  })),
];

const wrongScaling: readonly Mistake<ClippingCase>[] = [
  mistake(
    "per-parameter",
    "each parameter is clipped by its own norm, which changes the direction of the step",
    (one) => ({
      [CLIPPED]: scaled(one, (parameter) => limit(Math.sqrt(squares(one.gradients[parameter])), one.maximum)),
    }),
  ),
  mistake("by-value", "each number is clipped by itself, which changes the direction of the step", (one) => {
    const all = scaled(one, 1);
    return {
      [CLIPPED]: quantity(
        all.shape,
        all.data.map((value) => Math.max(-one.maximum, Math.min(one.maximum, value))),
      ),
    };
  }),
  wrongFactor(
    "missing-condition",
    "the gradients are scaled without a condition: small ones become larger",
    (norm, maximum) => maximum / norm,
  ),
  mistake("missing-condition", "the gradients are scaled without a condition: small ones become larger", (one) => {
    const norm = globalNorm(one.gradients);
    return { [CLIPPED]: scaled(one, norm === 0 ? 1 : one.maximum / norm) };
  }),
  wrongFactor(
    "reversed-condition",
    "the condition is reversed: gradients are scaled where the norm is smaller than the maximum",
    (norm, maximum) => (norm < maximum ? maximum / norm : 1),
  ),
  wrongFactor("wrong-condition", "the squared norm is compared with the maximum", (norm, maximum) =>
    norm ** 2 > maximum ? maximum / norm : 1,
  ),
  wrongFactor("wrong-condition", "the norm is compared with the squared maximum", (norm, maximum) =>
    norm > maximum ** 2 ? maximum / norm : 1,
  ),
  wrongFactor(
    "wrong-condition",
    "the norm is compared with 1; it should be compared with the maximum",
    (norm, maximum) => (norm > 1 ? maximum / norm : 1),
  ),
  wrongFactor("inverse", "the factor is norm / maximum; it should be maximum / norm", (norm, maximum) =>
    norm > maximum ? norm / maximum : 1,
  ),
  wrongFactor("wrong-factor", "the factor is 1 / norm: the maximum is missing in it", (norm, maximum) =>
    norm > maximum ? 1 / norm : 1,
  ),
  wrongFactor("wrong-factor", "all gradients are divided by their norm: the maximum is missing", (norm) =>
    norm > 0 ? 1 / norm : 1,
  ),
  wrongFactor("wrong-factor", "the factor is the maximum: the norm is missing in it", (norm, maximum) =>
    norm > maximum ? maximum : 1,
  ),
  wrongFactor("wrong-factor", "the gradients are divided by the maximum: the norm is missing", (norm, maximum) =>
    norm > maximum ? 1 / maximum : 1,
  ),
  wrongFactor("wrong-factor", "the factor is maximum / norm²: the norm should not be squared", (norm, maximum) =>
    norm > maximum ? maximum / norm ** 2 : 1,
  ),
  wrongFactor("wrong-factor", "the factor is the root of maximum / norm", (norm, maximum) =>
    norm > maximum ? Math.sqrt(maximum / norm) : 1,
  ),
  wrongFactor("wrong-factor", "the factor is applied twice", (norm, maximum) => limit(norm, maximum) ** 2),
  wrongFactor("wrong-factor", "the factor is (maximum / norm) + 1", (norm, maximum) =>
    norm > maximum ? 1 + maximum / norm : 1,
  ),
  wrongFactor("set-to-zero", "gradients above the maximum become 0; they should be scaled", (norm, maximum) =>
    norm > maximum ? 0 : 1,
  ),
  wrongFactor("unchanged", "the gradients are not scaled", () => 1),
  mistake("one-parameter", "only the first parameter is scaled", (one) => ({
    [CLIPPED]: scaled(one, (at) => (at === 0 ? limit(globalNorm(one.gradients), one.maximum) : 1)),
  })),
  mistake("one-parameter", "only the last parameter is scaled", (one) => ({
    [CLIPPED]: scaled(one, (at) =>
      at === one.gradients.length - 1 ? limit(globalNorm(one.gradients), one.maximum) : 1,
    ),
  })),
  mistake("bias-excluded", "the biases are not scaled", (one) => ({
    [CLIPPED]: scaled(one, (at) =>
      one.gradients[at].shape.length > 1 ? limit(globalNorm(one.gradients), one.maximum) : 1,
    ),
  })),
  mistake("one-entry", "the last entry of each parameter is not scaled: a loop ends too early", (one) => ({
    [CLIPPED]: partlyScaled(one, ({ data }, i) => i < data.length - 1),
  })),
  mistake("one-entry", "the first entry of each parameter is not scaled: a loop starts too late", (one) => ({
    [CLIPPED]: partlyScaled(one, (_, i) => i > 0),
  })),
  mistake("one-row", "only as many entries of each parameter are scaled as it has rows", (one) => ({
    [CLIPPED]: partlyScaled(one, ({ shape }, i) => i < shape[0]),
  })),
  mistake("one-loop", "a parameter is scaled before the norm is complete: it needs all parameters first", (one) => ({
    [CLIPPED]: scaled(one, (at) => limit(globalNorm(one.gradients.slice(0, at + 1)), one.maximum)),
  })),
];

export const clippingMistakes: readonly Mistake<ClippingCase>[] = [
  {
    cause: "not-in-place",
    message:
      "another array is put into parameter.gradient: the layer keeps its own array, so the optimizer does not see it. Change the numbers of the existing array",
    results: (_, right, found) => ({ [REPLACED]: found[REPLACED] ?? right[REPLACED] }),
  },
  ...wrongNorms,
  ...wrongScaling,
  {
    cause: "input-modified",
    message: "parameter.value is modified: only the gradients should be scaled",
    results: (_, right, found) => ({ "the change of θ": found["the change of θ"] ?? right["the change of θ"] }),
  },
];
