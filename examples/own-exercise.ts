import { type Exercise, elementwiseExperiments } from "handgrad/assignment";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/** Softsign, entry by entry: y = x / (1 + |x|), for arrays of any shape. */
export class Softsign {
  /** Returns y. Keep what backward needs. */
  forward(x: NdArray): NdArray {
    return notWritten("Softsign.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Softsign.backward");
  }
}
`;

/** An exercise for `handgrad course new own-exercise.ts DIR`. */
export const exercise: Exercise = {
  id: "softsign",
  title: "Softsign",
  chapter: "layers",
  points: 5,
  skeleton,
  questions: [{ text: "For which inputs does tanh have a larger derivative than softsign?" }],
  hints: [
    "Write the function without the magnitude, once for positive and once for negative x.",
    "Use the quotient rule on both sides of zero. Both sides give the same formula in |x|.",
    "The derivative is one divided by the square of what y divides by.",
  ],
  experiments: elementwiseExperiments({
    name: "Softsign",
    f: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
    wrongFunctions: [
      { cause: "wrong-function", message: "y lacks the magnitude: it is x / (1 + x)", f: (x) => x / (1 + x) },
    ],
    wrongDerivatives: [
      {
        cause: "wrong-derivative",
        message: "dx lacks the square: the quotient rule divides by the square of the denominator",
        f: (x) => 1 / (1 + Math.abs(x)),
      },
    ],
  }),
};
