import type { Entry, OptimizerMistake } from "../optimizerRule.ts";
import { adamParts, adamRule, adamMistake as mistake } from "./adamRule.ts";
import { adamStepMistakes } from "./adamStepMistakes.ts";

const one = (): number => 1;
const inverse =
  (correction: (entry: Entry) => number) =>
  (entry: Entry): number =>
    1 / correction(entry);

const bias: readonly OptimizerMistake[] = [
  mistake("missing-bias-correction", "the bias correction of m and v is missing", {
    mCorrection: one,
    vCorrection: one,
  }),
  mistake("missing-bias-correction", "the bias correction of m is missing", { mCorrection: one }),
  mistake("missing-bias-correction", "the bias correction of v is missing", { vCorrection: one }),
  {
    cause: "step-counter",
    message: "the bias correction is that of the first step in every step: t does not rise, or β is not raised to t",
    step: () => 1,
  },
  {
    cause: "step-counter",
    message:
      "the bias correction of the first step divides by 0, as for t = 0; it should divide by 1 − β there. t should rise before it is used",
    step: (step) => step - 1,
  },
  { cause: "step-counter", message: "t is too large by one in every step", step: (step) => step + 1 },
  {
    cause: "step-counter",
    message: "t rises once for each parameter; it should rise once in a step",
    step: (step, parameter) => 3 * (step - 1) + parameter + 1,
  },
  { cause: "step-counter", message: "t rises by more than one in a step", step: (step) => 3 * step },
  { cause: "step-counter", message: "t rises twice in a step", step: (step) => 2 * step },
  {
    cause: "step-counter",
    message: "t rises once for each number of a parameter; it should rise once in a step",
    step: (step, parameter, index) => 26 * (step - 1) + [0, 12, 16][parameter] + index + 1,
  },
  mistake("wrong-bias-correction", "the bias correction divides by 1 − β·t instead of 1 − βᵗ", {
    mCorrection: ({ options, step }) => 1 / (1 - options.beta1 * step),
    vCorrection: ({ options, step }) => 1 / (1 - options.beta2 * step),
  }),
  mistake("wrong-bias-correction", "the bias correction divides by t·(1 − β) instead of 1 − βᵗ", {
    mCorrection: ({ options, step }) => 1 / (step * (1 - options.beta1)),
    vCorrection: ({ options, step }) => 1 / (step * (1 - options.beta2)),
  }),
  mistake("wrong-bias-correction", "the bias correction divides by βᵗ instead of 1 − βᵗ", {
    mCorrection: ({ options, step }) => 1 / options.beta1 ** step,
    vCorrection: ({ options, step }) => 1 / options.beta2 ** step,
  }),
  mistake("wrong-bias-correction", "the bias correction multiplies m and v; it should divide them", {
    mCorrection: inverse(adamParts.mCorrection),
    vCorrection: inverse(adamParts.vCorrection),
  }),
  mistake("wrong-bias-correction", "the bias correction of m multiplies; it should divide", {
    mCorrection: inverse(adamParts.mCorrection),
  }),
  mistake("wrong-bias-correction", "the bias correction of v multiplies; it should divide", {
    vCorrection: inverse(adamParts.vCorrection),
  }),
  mistake("wrong-bias-correction", "the bias correction of m uses β₂", { mCorrection: adamParts.vCorrection }),
  mistake("wrong-bias-correction", "the bias correction of v uses β₁", { vCorrection: adamParts.mCorrection }),
  mistake("wrong-bias-correction", "the bias corrections use β₂ for m and β₁ for v", {
    mCorrection: adamParts.vCorrection,
    vCorrection: adamParts.mCorrection,
  }),
  mistake("wrong-bias-correction", "√v is divided by 1 − β₂ᵗ: the correction belongs under the root", {
    denominator: (v, entry) => Math.sqrt(v * adamParts.vCorrection(entry)) + entry.options.epsilon,
  }),
  mistake(
    "correction-stored",
    "m and v are stored with their bias correction; the stored ones should stay uncorrected",
    {
      kept: (_, corrected) => corrected,
    },
  ),
  mistake("correction-stored", "m is stored with its bias correction; the stored m should stay uncorrected", {
    kept: ({ v }, { m }) => ({ m, v }),
  }),
  mistake("correction-stored", "v is stored with its bias correction; the stored v should stay uncorrected", {
    kept: ({ m }, { v }) => ({ m, v }),
  }),
];

const moments: readonly OptimizerMistake[] = [
  mistake("missing-1-beta", "m lacks the factor 1 − β₁ of the gradient", {
    m: ({ options }, m, g) => options.beta1 * m + g,
  }),
  mistake("missing-1-beta", "v lacks the factor 1 − β₂ of the squared gradient", {
    v: ({ options }, v, g) => options.beta2 * v + g * g,
  }),
  mistake("missing-1-beta", "m and v lack the factors 1 − β of the new gradient", {
    m: ({ options }, m, g) => options.beta1 * m + g,
    v: ({ options }, v, g) => options.beta2 * v + g * g,
  }),
  mistake("swapped", "β₁ and 1 − β₁ are swapped in m", {
    m: ({ options: { beta1 } }, m, g) => (1 - beta1) * m + beta1 * g,
  }),
  mistake("swapped", "β₂ and 1 − β₂ are swapped in v", {
    v: ({ options: { beta2 } }, v, g) => (1 - beta2) * v + beta2 * g * g,
  }),
  mistake("swapped", "β and 1 − β are swapped in m and v", {
    m: ({ options: { beta1 } }, m, g) => (1 - beta1) * m + beta1 * g,
    v: ({ options: { beta2 } }, v, g) => (1 - beta2) * v + beta2 * g * g,
  }),
  {
    cause: "swapped",
    message: "β₁ and β₂ are swapped",
    rule: (entry) => {
      const { beta1, beta2 } = entry.options;
      return adamRule()({ ...entry, options: { ...entry.options, beta1: beta2, beta2: beta1 } });
    },
  },
  {
    cause: "swapped",
    message: "β₁ is used for v as well; v needs β₂",
    rule: (entry) => adamRule()({ ...entry, options: { ...entry.options, beta2: entry.options.beta1 } }),
  },
  {
    cause: "swapped",
    message: "β₂ is used for m as well; m needs β₁",
    rule: (entry) => adamRule()({ ...entry, options: { ...entry.options, beta1: entry.options.beta2 } }),
  },
  mistake("swapped", "m is updated with β₂; it needs β₁", {
    m: ({ options: { beta2 } }, m, g) => beta2 * m + (1 - beta2) * g,
  }),
  mistake("swapped", "v is updated with β₁; it needs β₂", {
    v: ({ options: { beta1 } }, v, g) => beta1 * v + (1 - beta1) * g * g,
  }),
  mistake("swapped", "m is updated with β₂ and v with β₁", {
    m: ({ options: { beta2 } }, m, g) => beta2 * m + (1 - beta2) * g,
    v: ({ options: { beta1 } }, v, g) => beta1 * v + (1 - beta1) * g * g,
  }),
  mistake("missing-square", "v is a mean of g; it should be a mean of g²", {
    v: ({ options: { beta2 } }, v, g) => beta2 * v + (1 - beta2) * g,
  }),
  mistake("missing-square", "v is a mean of |g|; it should be a mean of g²", {
    v: ({ options: { beta2 } }, v, g) => beta2 * v + (1 - beta2) * Math.abs(g),
  }),
  mistake("wrong-square", "1 − β₂ is squared together with the gradient", {
    v: ({ options: { beta2 } }, v, g) => beta2 * v + ((1 - beta2) * g) ** 2,
  }),
  mistake("wrong-square", "v is a mean of m²; it should be a mean of g²", {
    v: ({ options: { beta2 } }, v, _, m) => beta2 * v + (1 - beta2) * m * m,
  }),
  mistake("wrong-square", "m is a mean of g²; it should be a mean of g", {
    m: ({ options: { beta1 } }, m, g) => beta1 * m + (1 - beta1) * g * g,
  }),
  mistake("sign", "the old m is subtracted instead of added", {
    m: ({ options: { beta1 } }, m, g) => (1 - beta1) * g - beta1 * m,
  }),
  mistake("missing-history", "m lacks the old m: it is the scaled gradient of this step", {
    m: ({ options: { beta1 } }, _, g) => (1 - beta1) * g,
  }),
  mistake("missing-history", "v lacks the old v: it is the scaled squared gradient of this step", {
    v: ({ options: { beta2 } }, _, g) => (1 - beta2) * g * g,
  }),
  mistake("accumulated", "m sums the gradients: the factor β₁ of the old m is missing", {
    m: ({ options: { beta1 } }, m, g) => m + (1 - beta1) * g,
  }),
  mistake("accumulated", "v sums the squared gradients: the factor β₂ of the old v is missing", {
    v: ({ options: { beta2 } }, v, g) => v + (1 - beta2) * g * g,
  }),
  mistake("accumulated", "m and v sum the gradients: the factors β of the old m and v are missing", {
    m: ({ options: { beta1 } }, m, g) => m + (1 - beta1) * g,
    v: ({ options: { beta2 } }, v, g) => v + (1 - beta2) * g * g,
  }),
  mistake("wrong-start", "m starts at the first gradient; it should start at 0", {
    m: (entry, m, g) => (entry.step === 1 ? g : adamParts.m(entry, m, g)),
  }),
  mistake("wrong-start", "v starts at the first squared gradient; it should start at 0", {
    v: (entry, v, g, m) => (entry.step === 1 ? g * g : adamParts.v(entry, v, g, m)),
  }),
  mistake("wrong-start", "m and v start at the first gradient and its square; they should start at 0", {
    m: (entry, m, g) => (entry.step === 1 ? g : adamParts.m(entry, m, g)),
    v: (entry, v, g, m) => (entry.step === 1 ? g * g : adamParts.v(entry, v, g, m)),
  }),
  mistake("maximum", "v never becomes smaller, as in AMSGrad; it should be the running mean", {
    v: (entry, v, g, m) => Math.max(v, adamParts.v(entry, v, g, m)),
  }),
  mistake("nesterov", "the step looks one step of m ahead, as in NAdam; it should use m̂", {
    numerator: (m, entry) =>
      entry.options.beta1 * m + (1 - entry.options.beta1) * entry.gradient * adamParts.mCorrection(entry),
  }),
  mistake("stale-moments", "the step uses m and v from before their update", { used: (before) => before }),
  mistake("stale-moments", "the step uses m from before its update", { used: ({ m }, { v }) => ({ m, v }) }),
  mistake("stale-moments", "the step uses v from before its update", { used: ({ v }, { m }) => ({ m, v }) }),
];

/** Known mistakes in Adam: in the bias correction and t, the moments, and the step. */
export const adamMistakes: readonly OptimizerMistake[] = [...bias, ...moments, ...adamStepMistakes];
