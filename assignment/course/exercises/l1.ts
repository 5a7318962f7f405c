import type { Exercise } from "../exercise.ts";
import { penaltyExperiments } from "../penaltyExperiments.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Adds an L1 penalty to the loss: the penalty is λ·Σ|θ|, over all numbers θ of all parameters, weights and biases.
 *
 * Returns the penalty, and adds its gradient, λ·sign(θ), to parameter.gradient in place. sign(0) is 0. The values stay as they are.
 */
export function addL1(parameters: Parameter[], lambda: number): number {
  return notWritten("addL1");
}
`;

export const l1: Exercise = {
  id: "l1",
  title: "L1 penalty",
  chapter: "optimizers",
  points: 6,
  skeleton,
  questions: [
    {
      text: "Why does an L1 penalty drive many weights to zero, or to values near it, while an L2 penalty makes them small without doing so?",
    },
  ],
  hints: [
    "What is the derivative of |θ| for a positive θ, and for a negative one?",
    "The gradient of a sum is the sum of the gradients: keep the gradient of the loss, which is already there, and add to it.",
    "For each number of each parameter, the penalty grows by λ times its magnitude, and its gradient by λ times its sign. Both use the value, not the gradient.",
  ],
  experiments: penaltyExperiments({
    name: "addL1",
    term: ({ value, lambda }) => lambda * Math.abs(value),
    added: ({ value, lambda }) => lambda * Math.sign(value),
    mistakes: [
      {
        cause: "gradient-sign",
        message: "the sign of the gradient is added; it should be the sign of the value",
        added: ({ gradient, lambda }) => lambda * Math.sign(gradient),
      },
      {
        cause: "missing-magnitude",
        message: "the penalty sums θ; it should sum |θ|",
        term: ({ value, lambda }) => lambda * value,
      },
      {
        cause: "wrong-formula",
        message: "the penalty sums θ², as for L2; it should sum |θ|",
        term: ({ value, lambda }) => lambda * value ** 2,
      },
      {
        cause: "wrong-formula",
        message: "the penalty sums sign(θ); it should sum |θ|",
        term: ({ value, lambda }) => lambda * Math.sign(value),
      },
      {
        cause: "missing-sign",
        message: "λθ is added, as for L2; it should be λ·sign(θ)",
        added: ({ value, lambda }) => lambda * value,
      },
      {
        cause: "missing-sign",
        message: "2λθ is added, as for L2; it should be λ·sign(θ)",
        added: ({ value, lambda }) => 2 * lambda * value,
      },
      {
        cause: "missing-sign",
        message: "λ·|θ| is added, which is the penalty itself; it should be λ·sign(θ)",
        added: ({ value, lambda }) => lambda * Math.abs(value),
      },
      {
        cause: "missing-sign",
        message: "λ is added to every gradient: negative values need −λ",
        added: ({ lambda }) => lambda,
      },
      {
        cause: "missing-sign",
        message: "λ is added where θ is positive and nothing where it is negative: negative values need −λ",
        added: ({ value, lambda }) => (value > 0 ? lambda : 0),
      },
      {
        cause: "kink",
        message: "where θ is 0, λ is added to the gradient: sign(0) should be 0",
        added: ({ value, lambda }) => (value >= 0 ? lambda : -lambda),
      },
      {
        cause: "kink",
        message: "where θ is 0, λ is subtracted from the gradient: sign(0) should be 0",
        added: ({ value, lambda }) => (value > 0 ? lambda : -lambda),
      },
      {
        cause: "kink",
        message: "where θ is 0, the gradient becomes NaN: θ/|θ| is 0/0 there, and sign(0) should be 0",
        added: ({ value, lambda }) => (lambda * value) / Math.abs(value),
      },
      {
        cause: "sign",
        message: "the sign is that of −θ: where θ is positive, the gradient should grow",
        added: ({ value, lambda }) => (value >= 0 ? -lambda : lambda),
      },
      {
        cause: "missing-lambda",
        message: "the added term is sign(θ)·θ·λ: the derivative does not contain the value",
        added: ({ value, lambda }) => lambda * Math.sign(value) * value,
      },
      {
        cause: "missing-magnitude",
        message: "the penalty is the magnitude of the sum; it should be the sum of the magnitudes",
        term: ({ value, lambda }) => lambda * value,
        total: Math.abs,
      },
    ],
  }),
};
