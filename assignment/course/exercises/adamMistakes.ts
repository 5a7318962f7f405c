import type { Entry, OptimizerMistake } from "../optimizerRule.ts";
import { type AdamParts, adamParts, adamRule } from "./adamRule.ts";

const mistake = (cause: string, message: string, changed: Partial<AdamParts>): OptimizerMistake => ({
  cause,
  message,
  rule: adamRule(changed),
});

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
    message: "t is too small by one: the first step divides by 1 − β⁰ = 0. t should rise before it is used",
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
  mistake("stale-moments", "the step uses m and v from before their update", { used: (before) => before }),
  mistake("stale-moments", "the step uses m from before its update", { used: ({ m }, { v }) => ({ m, v }) }),
  mistake("stale-moments", "the step uses v from before its update", { used: ({ v }, { m }) => ({ m, v }) }),
];

const step: readonly OptimizerMistake[] = [
  mistake("epsilon", "ε is inside of the root; it should be added to √v̂", {
    denominator: (v, { options }) => Math.sqrt(v + options.epsilon),
  }),
  mistake("epsilon", "ε² is inside of the root; ε should be added to √v̂", {
    denominator: (v, { options }) => Math.sqrt(v + options.epsilon ** 2),
  }),
  mistake("epsilon", "ε is missing: a gradient of zero gives 0/0", { denominator: (v) => Math.sqrt(v) }),
  mistake("epsilon", "ε is subtracted instead of added", {
    denominator: (v, { options }) => Math.sqrt(v) - options.epsilon,
  }),
  mistake("epsilon", "ε is always 1e-8: the option is ignored", { denominator: (v) => Math.sqrt(v) + 1e-8 }),
  mistake("epsilon", "ε replaces √v̂ where √v̂ is smaller; it should be added", {
    denominator: (v, { options }) => Math.max(Math.sqrt(v), options.epsilon),
  }),
  mistake("epsilon", "ε is added to √v before the bias correction; it should be added to √v̂", {
    denominator: (v, entry) => {
      const correction = Math.sqrt(adamParts.vCorrection(entry));
      return (Math.sqrt(v) / correction + entry.options.epsilon) * correction;
    },
  }),
  mistake("epsilon", "ε is added to the quotient m̂/√v̂; it should be added to √v̂", {
    denominator: one,
    numerator: (m, { options }, v) => m / Math.sqrt(v) + options.epsilon,
  }),
  mistake("missing-root", "the root of v̂ is missing", { denominator: (v, { options }) => v + options.epsilon }),
  mistake("missing-root", "v̂ is squared; its root is needed", {
    denominator: (v, { options }) => v * v + options.epsilon,
  }),
  mistake("wrong-numerator", "the step uses the gradient in the place of m̂", {
    numerator: (_, { gradient }) => gradient,
  }),
  mistake("wrong-numerator", "the step multiplies m̂ by the gradient", { numerator: (m, { gradient }) => m * gradient }),
  mistake("missing-denominator", "the step is η·m̂: the division by √v̂ + ε is missing", { denominator: one }),
  mistake("multiplied", "m̂ is multiplied by √v̂ + ε; it should be divided by it", {
    denominator: (v, { options }) => 1 / (Math.sqrt(v) + options.epsilon),
  }),
  mistake("missing-decay", "the weight decay is missing", { decay: () => 0 }),
  mistake("learning-rate-in-decay", "the weight decay is multiplied by the learning rate: λ should act by itself", {
    decay: ({ value, options, learningRate }) => learningRate * options.weightDecay * value,
  }),
  mistake("decay-in-gradient", "λθ is added to the gradient, as for an L2 penalty; the decay is a term of its own", {
    gradient: ({ gradient, value, options }) => gradient + options.weightDecay * value,
    decay: () => 0,
  }),
  mistake("decay-in-gradient", "2λθ is added to the gradient, as for an L2 penalty; the decay is a term of its own", {
    gradient: ({ gradient, value, options }) => gradient + 2 * options.weightDecay * value,
    decay: () => 0,
  }),
  mistake("decay-in-gradient", "λθ is added to the gradient and subtracted from θ; only the latter is right", {
    gradient: ({ gradient, value, options }) => gradient + options.weightDecay * value,
  }),
  mistake("decay-in-gradient", "λθ is added to m̂; the decay is a term of its own", {
    numerator: (m, { value, options }) => m + options.weightDecay * value,
    decay: () => 0,
  }),
  mistake("sign", "the weight decay has the wrong sign: the values grow", {
    decay: ({ value, options }) => -options.weightDecay * value,
  }),
  mistake("factor-2", "the decay is 2λθ: that is the gradient of λθ², not λθ", {
    decay: ({ value, options }) => 2 * options.weightDecay * value,
  }),
  mistake("missing-lambda", "the decay lacks the factor λ", { decay: ({ value }) => value }),
  mistake("updated-value", "the decay uses the value after the step; it should use the value before", {
    decay: ({ value, options }, moved) => options.weightDecay * (value + moved),
  }),
  mistake("bias-excluded", "the biases do not decay; weights and biases should decay alike", {
    decay: ({ name, value, options }) => (name.endsWith("_b") ? 0 : options.weightDecay * value),
  }),
  mistake("wrong-formula", "the decay is λ·sign(θ); it should be λ·θ", {
    decay: ({ value, options }) => options.weightDecay * Math.sign(value),
  }),
];

/** What is known to go wrong in Adam: the bias correction and t, the moments, and the step. */
export const adamMistakes: readonly OptimizerMistake[] = [...bias, ...moments, ...step];
