import type { Exercise } from "../exercise.ts";
import { penaltyExperiments } from "../penaltyExperiments.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Adds an L2 penalty to the loss: the penalty is λ·Σθ², over all numbers θ of all parameters, weights and biases.
 *
 * Returns the penalty, and adds its gradient, 2·λ·θ, to parameter.gradient in place. The values stay as they are.
 */
export function addL2(parameters: Parameter[], lambda: number): number {
  return notWritten("addL2");
}
`;

export const l2: Exercise = {
  id: "l2",
  title: "L2 penalty",
  chapter: "optimizers",
  points: 6,
  skeleton,
  questions: [
    {
      text: "With SGD, for which λ of the L2 penalty is a step the same as one with weight decay λ' (θ ← θ − η·∇J − λ'·θ)? Does the equality survive when η changes?",
    },
  ],
  hints: [
    "What is the derivative of θ²?",
    "The gradient of a sum is the sum of the gradients: keep the gradient of the loss, which is already there, and add to it.",
    "For each number of each parameter, the penalty grows by λ times its square, and its gradient by twice λ times the value itself.",
  ],
  experiments: penaltyExperiments({
    name: "addL2",
    term: ({ value, lambda }) => lambda * value ** 2,
    added: ({ value, lambda }) => 2 * lambda * value,
    mistakes: [
      {
        cause: "factor-2",
        message: "λθ is added: the factor 2 of the derivative of θ² is missing",
        added: ({ value, lambda }) => lambda * value,
      },
      {
        cause: "factor-2",
        message: "the penalty is half as large as it should be: here, the penalty is λΣθ² without a factor ½",
        term: ({ value, lambda }) => (lambda * value ** 2) / 2,
      },
      {
        cause: "wrong-formula",
        message: "the penalty is λ times the norm √Σθ²; it should be λΣθ² without a root",
        term: ({ value }) => value ** 2,
        total: (sum, lambda) => lambda * Math.sqrt(sum),
      },
      {
        cause: "wrong-formula",
        message: "the penalty contains the root of λΣθ²; it should have no root",
        total: Math.sqrt,
      },
      {
        cause: "wrong-formula",
        message: "the penalty is λ(Σθ)²: each number should be squared before the sum",
        term: ({ value }) => value,
        total: (sum, lambda) => lambda * sum ** 2,
      },
      {
        cause: "wrong-formula",
        message: "the penalty is Σ(λθ)²: λ should not be squared",
        term: ({ value, lambda }) => (lambda * value) ** 2,
      },
      {
        cause: "missing-square",
        message: "the penalty sums θ; it should sum θ²",
        term: ({ value, lambda }) => lambda * value,
      },
      {
        cause: "missing-square",
        message: "the penalty sums |θ|, as for L1; it should sum θ²",
        term: ({ value, lambda }) => lambda * Math.abs(value),
      },
      {
        cause: "factor-2",
        message: "the penalty sums 2θ, the derivative; it should sum θ²",
        term: ({ value, lambda }) => 2 * lambda * value,
      },
      {
        cause: "wrong-formula",
        message: "λ·sign(θ) is added, as for L1; it should be 2λθ",
        added: ({ value, lambda }) => lambda * Math.sign(value),
      },
      {
        cause: "wrong-formula",
        message: "2λθ² is added; the derivative of θ² is 2θ",
        added: ({ value, lambda }) => 2 * lambda * value ** 2,
      },
      {
        cause: "wrong-formula",
        message: "λθ² is added, which is the penalty itself; its derivative should be added",
        added: ({ value, lambda }) => lambda * value ** 2,
      },
      {
        cause: "wrong-formula",
        message: "2λ|θ| is added: negative values need a negative term",
        added: ({ value, lambda }) => 2 * lambda * Math.abs(value),
      },
      {
        cause: "wrong-formula",
        message: "2λ is added to every gradient: the value is missing in it",
        added: ({ lambda }) => 2 * lambda,
      },
      {
        cause: "missing-lambda",
        message: "the added term is θ: the factors 2 and λ are missing",
        added: ({ value }) => value,
      },
    ],
  }),
};
