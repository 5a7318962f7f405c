import { elementwiseExperiments, type WrongFunction } from "../elementwiseExperiments.ts";
import type { Exercise } from "../exercise.ts";
import { zipped } from "../quantities.ts";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/** The logistic function for each entry of an array of any shape: y = σ(x) = 1/(1 + e⁻ˣ), with dy/dx = σ(x)·(1 − σ(x)). */
export class Sigmoid {
  /** Returns y, in the shape of x, without overflow for large |x|. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Sigmoid.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Sigmoid.backward");
  }
}
`;

const { exp } = Math;
const f = (x: number): number => 1 / (1 + exp(-x));

const other = (message: string, one: (x: number) => number, cause = "wrong-function"): WrongFunction => ({
  cause,
  message,
  f: one,
});
const derivative = (message: string, one: (x: number) => number, cause = "wrong-derivative"): WrongFunction => ({
  cause,
  message,
  f: one,
});

export const sigmoid: Exercise = {
  id: "sigmoid",
  title: "Logistic function",
  chapter: "extra",
  points: 5,
  skeleton,
  hints: [
    "Which number between 0 and 1 does forward compute, and how does the derivative use it?",
    "The derivative can be written with y alone, so forward keeps y.",
    "dx is dy times y·(1 − y).",
  ],
  experiments: elementwiseExperiments({
    name: "Sigmoid",
    f,
    derivative: (x) => f(x) * f(-x),
    mistakes: [
      {
        cause: "wrong-input",
        message: "dx is dy·(1 − dy): the derivative should use y instead of dy",
        results: ({ dy }) => ({ dx: zipped(dy, dy, (d) => d * (1 - d)) }),
      },
      {
        cause: "wrong-input",
        message: "dx is dy·y·(1 − dy): the last factor is 1 − y",
        results: ({ x, dy }) => ({ dx: zipped(dy, x, (d, value) => d * f(value) * (1 - d)) }),
      },
      {
        cause: "bracket",
        message: "dx is dy·y − y² instead of dy·y·(1 − y): a bracket is missing",
        results: ({ x, dy }) => ({ dx: zipped(dy, x, (d, value) => d * f(value) - f(value) ** 2) }),
      },
      {
        cause: "bracket",
        message: "dx is dy·y − y instead of dy·y·(1 − y): a bracket is missing",
        results: ({ x, dy }) => ({ dx: zipped(dy, x, (d, value) => d * f(value) - f(value)) }),
      },
    ],
    wrongFunctions: [
      other("y is computed as eˣ/(1 + eˣ), which overflows", (x) => exp(x) / (1 + exp(x)), "overflow"),
      other("the exponent has the wrong sign: y is σ(−x)", (x) => f(-x), "sign"),
      other("y is 1/(1 − e⁻ˣ): the terms must be added", (x) => 1 / (1 - exp(-x)), "sign"),
      other("y is e⁻ˣ without the rest of the formula", (x) => exp(-x), "missing-function"),
      other("y is eˣ without the rest of the formula", exp, "missing-function"),
      other("y is tanh, not the logistic function", Math.tanh),
      other("y is σ(x/2): the exponent is half as large as it should be", (x) => f(x / 2), "factor-2"),
      other("y is σ(2x): the exponent is twice as large as it should be", (x) => f(2 * x), "factor-2"),
      other("y is σ(x)·(1 − σ(x)), the derivative", (x) => f(x) * (1 - f(x))),
      other(
        "y is 1/1 + e⁻ˣ: the bracket around the denominator, or the division, is missing",
        (x) => 1 / 1 + exp(-x),
        "bracket",
      ),
      other("y is 1/e⁻ˣ: the 1 in the denominator is missing", exp, "missing-term"),
      other("y is 1/(1 + 2⁻ˣ): the base must be e", (x) => 1 / (1 + 2 ** -x), "constant"),
      other("y is 1/(1 + e^(−x²))", (x) => f(x * x), "power"),
      other("y is x·σ(x), which is SiLU", (x) => x * f(x)),
      other("y is log σ(x)", (x) => -Math.log1p(exp(-x))),
      other("y is 1/(2 + e⁻ˣ)", (x) => 1 / (2 + exp(-x)), "constant"),
      other("y is rounded to 0 or 1", (x) => (x > 0 ? 1 : 0)),
    ],
    wrongDerivatives: [
      derivative("the derivative is 1 − σ: the factor σ is missing", (x) => 1 - f(x)),
      derivative("the derivative is σ²: one factor must be 1 − σ", (x) => f(x) ** 2),
      derivative("the derivative is σ·(1 + σ) instead of σ·(1 − σ)", (x) => f(x) * (1 + f(x)), "sign"),
      derivative("the derivative has the wrong sign: σ·(σ − 1)", (x) => f(x) * (f(x) - 1), "sign"),
      derivative("the derivative is 1 − σ², which resembles that of tanh", (x) => 1 - f(x) ** 2),
      derivative("the derivative is 1 − tanh², which belongs to tanh", (x) => 1 - Math.tanh(x) ** 2),
      derivative("the derivative is x·(1 − x): it should use y instead of x", (x) => x * (1 - x)),
      derivative("the derivative is x·(1 − σ): it should use y instead of x", (x) => x * (1 - f(x))),
      derivative("the derivative is σ·(1 − x): it should use y instead of x", (x) => f(x) * (1 - x)),
      derivative("the derivative is (1 − σ)²: one factor must be σ", (x) => (1 - f(x)) ** 2),
      derivative("the derivative is σ²·(1 − σ): the factor σ occurs twice", (x) => f(x) ** 2 * (1 - f(x))),
      derivative(
        "the derivative is e⁻ˣ/(1 + e⁻ˣ): the square of the denominator is missing",
        (x) => exp(-x) / (1 + exp(-x)),
      ),
      derivative("the derivative is 1/(1 + e⁻ˣ)²: the numerator e⁻ˣ is missing", (x) => 1 / (1 + exp(-x)) ** 2),
      derivative(
        "the derivative is −e⁻ˣ/(1 + e⁻ˣ)²: it has the wrong sign",
        (x) => -exp(-x) / (1 + exp(-x)) ** 2,
        "sign",
      ),
      derivative("σ is applied to y again", (x) => f(f(x)) * (1 - f(f(x)))),
      derivative("the derivative is 1/(σ·(1 − σ)): it is the reciprocal", (x) => 1 / (f(x) * (1 - f(x)))),
      derivative("the derivative is σ − (1 − σ): the factors are subtracted", (x) => 2 * f(x) - 1),
    ],
    special: [{ words: "for x around ±800", x: [801, -799, 0.6, 810, -820] }],
  }),
};
