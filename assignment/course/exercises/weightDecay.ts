import type { Exercise } from "../exercise.ts";
import { optimizerExperiments } from "../optimizerExperiments.ts";
import type { Rule } from "../optimizerRule.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Stochastic gradient descent with weight decay: θ ← θ − η·∇J − λ·θ.
 *
 * η is learningRate, and λ is weightDecay. The θ on the right is the value before the step. λ is not multiplied by η.
 * Weights and biases both decay.
 */
export class SgdWithWeightDecay {
  /** η; a training loop may change it between two steps */
  learningRate: number;
  /** λ */
  weightDecay: number;

  constructor({ learningRate, weightDecay }: { learningRate: number; weightDecay: number }) {
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
  }

  /** Changes the numbers of parameter.value in place, for all parameters, and only reads the gradients. */
  step(parameters: Parameter[]): void {
    return notWritten("SgdWithWeightDecay.step");
  }
}
`;

/** −η∇J − λ·decay */
const withDecay =
  (decay: Rule): Rule =>
  (entry) =>
    -entry.learningRate * entry.gradient - entry.options.weightDecay * decay(entry);

export const weightDecayRule = withDecay(({ value }) => value);

export const weightDecay: Exercise = {
  id: "weightDecay",
  title: "Weight decay",
  chapter: "optimizers",
  points: 4,
  skeleton,
  questions: [
    {
      text: "λ is not multiplied by η here. What happens to the decay, compared with the step along the gradient, when the learning rate becomes smaller during the training?",
    },
    { text: "Which penalty in the loss gives the same step of SGD, and with which factor?" },
  ],
  hints: [
    "Without a gradient, what should be left of θ after one step?",
    "Both terms are computed from the θ before the step, and both are subtracted.",
    "The step of SGD stays as it is. In addition, each entry loses the fraction λ of the value that it had before the step.",
  ],
  experiments: optimizerExperiments({
    name: "SgdWithWeightDecay",
    options: { learningRate: 0.13, weightDecay: 0.07 },
    rule: weightDecayRule,
    hasState: false,
    mistakes: [
      {
        cause: "learning-rate-in-decay",
        message: "the weight decay is multiplied by the learning rate: λ should act by itself",
        rule: withDecay(({ value, learningRate }) => learningRate * value),
      },
      {
        cause: "factor-2",
        message: "the decay is 2λθ: that is the gradient of λθ², not λθ",
        rule: withDecay(({ value }) => 2 * value),
      },
      {
        cause: "learning-rate-in-decay",
        message: "the decay is 2ηλθ: the learning rate and the factor 2 do not belong in it",
        rule: withDecay(({ value, learningRate }) => 2 * learningRate * value),
      },
      {
        cause: "factor-2",
        message: "the decay is half as large as it should be",
        rule: withDecay(({ value }) => value / 2),
      },
      {
        cause: "sign",
        message: "the decay has the wrong sign: the values grow",
        rule: withDecay(({ value }) => -value),
      },
      {
        cause: "sign",
        message: "the decay has the wrong sign and contains the learning rate",
        rule: withDecay(({ value, learningRate }) => -learningRate * value),
      },
      {
        cause: "updated-value",
        message: "the decay uses the value after the step along the gradient; it should use the value before",
        rule: withDecay(({ value, gradient, learningRate }) => value - learningRate * gradient),
      },
      { cause: "missing-decay", message: "the weight decay is missing", rule: withDecay(() => 0) },
      {
        cause: "missing-gradient",
        message: "the values decay only: the step along the gradient is missing",
        rule: (entry) => weightDecayRule({ ...entry, gradient: 0 }),
      },
      {
        cause: "missing-lambda",
        message: "the decay lacks the factor λ",
        rule: withDecay(({ value, options }) => value / options.weightDecay),
      },
      {
        cause: "missing-lambda",
        message: "the decay contains the learning rate instead of λ",
        rule: withDecay(({ value, options, learningRate }) => (learningRate * value) / options.weightDecay),
      },
      {
        cause: "wrong-input",
        message: "the gradient decays instead of the value",
        rule: withDecay(({ gradient }) => gradient),
      },
      {
        cause: "wrong-formula",
        message: "the decay is λ·sign(θ), as for an L1 penalty; it should be λ·θ",
        rule: withDecay(({ value }) => Math.sign(value)),
      },
      {
        cause: "wrong-formula",
        message: "the decay is λ·|θ|: negative values move away from zero",
        rule: withDecay(({ value }) => Math.abs(value)),
      },
      {
        cause: "wrong-formula",
        message: "the decay is λ·θ²; it should be λ·θ",
        rule: withDecay(({ value }) => value ** 2),
      },
      {
        cause: "wrong-formula",
        message: "λ is squared",
        rule: withDecay(({ value, options }) => options.weightDecay * value),
      },
      {
        cause: "wrong-formula",
        message: "the decay is the constant λ: the value is missing in it",
        rule: withDecay(() => 1),
      },
      {
        cause: "bias-excluded",
        message: "the biases do not decay; weights and biases should both decay",
        rule: withDecay(({ name, value }) => (name.endsWith("_b") ? 0 : value)),
      },
      {
        cause: "one-parameter",
        message: "only the biases decay; weights and biases should both decay",
        rule: withDecay(({ name, value }) => (name.endsWith("_b") ? value : 0)),
      },
      {
        cause: "one-parameter",
        message: "only the first parameter decays",
        rule: withDecay(({ name, value }) => (name === "fc1_w" ? value : 0)),
      },
      {
        cause: "one-parameter",
        message: "only the last parameter decays",
        rule: withDecay(({ name, value }) => (name === "fc2_w" ? value : 0)),
      },
      {
        cause: "stale-state",
        message: "the decay uses the values before the first step",
        rule: withDecay(({ start }) => start),
      },
      {
        cause: "swapped",
        message: "η and λ are swapped",
        rule: ({ value, gradient, learningRate, options }) => -options.weightDecay * gradient - learningRate * value,
      },
      {
        cause: "decay-per-step",
        message: "the decay grows with the number of the step",
        rule: withDecay(({ value, step }) => step * value),
      },
      {
        cause: "learning-rate-in-decay",
        message: "the weight decay is divided by the learning rate: λ should act by itself",
        rule: withDecay(({ value, learningRate }) => value / learningRate),
      },
      {
        cause: "decay-on-gradient",
        message: "the decay multiplies the step along the gradient: it should be a term of its own",
        rule: ({ gradient, learningRate, options }) => -learningRate * gradient * (1 - options.weightDecay),
      },
      {
        cause: "extra-1/N",
        message: "the decay is divided by the number of entries of the parameter",
        rule: withDecay(({ value, size }) => value / size),
      },
    ],
  }),
};
