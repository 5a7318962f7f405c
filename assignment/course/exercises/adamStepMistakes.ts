import type { OptimizerMistake } from "../optimizerRule.ts";
import { adamParts, adamMistake as mistake } from "./adamRule.ts";

const one = (): number => 1;

/** Known mistakes in the step that Adam computes from m̂ and v̂, and in its decay. */
export const adamStepMistakes: readonly OptimizerMistake[] = [
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
  mistake("wrong-numerator", "the step uses the gradient instead of m̂", {
    numerator: (_, { gradient }) => gradient,
  }),
  mistake("wrong-numerator", "the step uses the gradient with the bias correction of m̂; it should use m̂", {
    numerator: (_, entry) => entry.gradient * adamParts.mCorrection(entry),
  }),
  mistake("brackets", "ε is added to the step: brackets around √v̂ + ε are missing", {
    denominator: one,
    numerator: (m, { options, learningRate }, v) => m / Math.sqrt(v) + options.epsilon / learningRate,
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
  mistake("learning-rate-in-decay", "the decay is 2ηλθ: the learning rate and the factor 2 do not belong in it", {
    decay: ({ value, options, learningRate }) => 2 * learningRate * options.weightDecay * value,
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
  mistake("bias-excluded", "the biases do not decay; weights and biases should both decay", {
    decay: ({ name, value, options }) => (name.endsWith("_b") ? 0 : options.weightDecay * value),
  }),
  mistake("wrong-formula", "the decay is λ·sign(θ); it should be λ·θ", {
    decay: ({ value, options }) => options.weightDecay * Math.sign(value),
  }),
];
