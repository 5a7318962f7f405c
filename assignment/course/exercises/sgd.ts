import type { Exercise } from "../exercise.ts";
import { optimizerExperiments } from "../optimizerExperiments.ts";
import type { Rule } from "../optimizerRule.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Stochastic gradient descent: θ ← θ − η·∇J for every number θ of every parameter.
 *
 * η is learningRate, and ∇J is in parameter.gradient, in the shape of parameter.value.
 */
export class Sgd {
  /** η; a training loop may change it between two steps */
  learningRate: number;

  constructor({ learningRate }: { learningRate: number }) {
    this.learningRate = learningRate;
  }

  /** Changes the numbers of parameter.value in place, for all parameters, and only reads the gradients. */
  step(parameters: Parameter[]): void {
    return notWritten("Sgd.step");
  }
}
`;

export const sgdRule: Rule = ({ gradient, learningRate }) => -learningRate * gradient;

export const sgd: Exercise = {
  id: "sgd",
  title: "Stochastic gradient descent",
  chapter: "optimizers",
  points: 6,
  skeleton,
  questions: [
    {
      text: "The gradient is that of the mean loss of a batch. What changes in a step if the loss is the sum over the batch instead, and how would you choose η then?",
    },
  ],
  hints: [
    "The gradient points to where the loss grows. Which way should θ move?",
    "Each number of a parameter has its own entry in the gradient, at the same place. No number depends on another one.",
    "Go through all parameters, and through all entries of parameter.value.data. Each entry decreases by the learning rate times its gradient.",
  ],
  experiments: optimizerExperiments({
    name: "Sgd",
    options: { learningRate: 0.13 },
    rule: sgdRule,
    hasState: false,
    mistakes: [
      {
        cause: "accumulated",
        message: "each step uses the sum of all gradients so far, not the gradient of this step",
        rule: (entry) => {
          entry.state.sum = (entry.state.sum ?? 0) + entry.gradient;
          return -entry.learningRate * entry.state.sum;
        },
      },
      {
        cause: "wrong-formula",
        message: "θ is multiplied by 1 − η∇J: the step should not depend on θ",
        rule: (entry) => entry.value * sgdRule(entry),
      },
      {
        cause: "extra-term",
        message: "the step contains weight decay, which is not in the formula",
        rule: (entry) => sgdRule(entry) - entry.learningRate * entry.value,
      },
      {
        cause: "wrong-formula",
        message: "the gradient is squared",
        rule: (entry) => sgdRule({ ...entry, gradient: entry.gradient ** 2 }),
      },
      {
        cause: "stale-state",
        message: "every step starts from the first values of θ",
        rule: (entry) => entry.start - entry.value + sgdRule(entry),
      },
      {
        cause: "missing-gradient",
        message: "every θ decreases by η: the gradient is missing",
        rule: ({ learningRate }) => -learningRate,
      },
      {
        cause: "learning-rate-shrinks",
        message: "the learning rate becomes smaller in each step; only the training loop should change it",
        rule: (entry) => sgdRule({ ...entry, learningRate: entry.learningRate ** entry.step }),
      },
    ],
  }),
};
