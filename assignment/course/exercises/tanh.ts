import { elementwiseExperiments, type WrongFunction } from "../elementwiseExperiments.ts";
import type { Exercise } from "../exercise.ts";
import { zipped } from "../quantities.ts";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/** The hyperbolic tangent for each entry of an array of any shape: y = tanh(x), with dy/dx = 1 − tanh²(x). */
export class Tanh {
  /** Returns y, in the shape of x. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Tanh.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Tanh.backward");
  }
}
`;

const { tanh: f, exp, cosh } = Math;

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
const quotient = "tanh is computed as a quotient of exponentials, which overflow";

export const tanh: Exercise = {
  id: "tanh",
  title: "Hyperbolic tangent",
  chapter: "extra",
  points: 5,
  skeleton,
  hints: [
    "JavaScript has the function. What is its derivative, and what did forward compute that it needs?",
    "The derivative can be written with y alone, so forward keeps y.",
    "dx is dy times (1 − y²).",
  ],
  experiments: elementwiseExperiments({
    name: "Tanh",
    f,
    derivative: (x) => 1 / cosh(x) ** 2,
    mistakes: [
      {
        cause: "wrong-input",
        message: "dx is dy·(1 − dy²): the derivative should use y instead of dy",
        results: ({ dy }) => ({ dx: zipped(dy, dy, (d) => d * (1 - d * d)) }),
      },
      {
        cause: "bracket",
        message: "dx is dy − y² instead of dy·(1 − y²): a bracket is missing",
        results: ({ x, dy }) => ({ dx: zipped(dy, x, (d, value) => d - f(value) ** 2) }),
      },
    ],
    wrongFunctions: [
      other(quotient, (x) => (exp(x) - exp(-x)) / (exp(x) + exp(-x)), "overflow"),
      other(quotient, (x) => (exp(2 * x) - 1) / (exp(2 * x) + 1), "overflow"),
      other(quotient, (x) => Math.sinh(x) / cosh(x), "overflow"),
      other("y has the wrong sign: numerator or exponents are exchanged", (x) => -f(x), "sign"),
      other("y is the logistic function, not tanh", (x) => 1 / (1 + exp(-x))),
      other("y is tanh(x/2) = 2·σ(x) − 1: a factor 2 in the argument is missing", (x) => f(x / 2), "factor-2"),
      other("y is tanh(2x): the argument is twice as large as it should be", (x) => f(2 * x), "factor-2"),
      other("y is the coth, 1/tanh: numerator and denominator are exchanged", (x) => 1 / f(x)),
      other("y is the tangent, not the hyperbolic tangent", Math.tan),
      other("y is the arc tangent, not the hyperbolic tangent", Math.atan),
      other("y is the inverse of tanh", Math.atanh),
      other("y is sinh: the division by cosh is missing", Math.sinh),
      other("y is (eˣ − e⁻ˣ)/2 without the division by cosh", Math.sinh),
      other("y is 1 − tanh²(x), the derivative", (x) => 1 - f(x) ** 2),
      other("y is x bounded to −1 … 1, not tanh", (x) => Math.max(-1, Math.min(1, x))),
      other("y is x/(1 + |x|), not tanh", (x) => x / (1 + Math.abs(x))),
    ],
    wrongDerivatives: [
      derivative("the derivative is 1 − 2·tanh²: the square is differentiated again", (x) => 1 - 2 * f(x) ** 2),
      derivative("the derivative is 1 − tanh³: tanh has the power 2", (x) => 1 - f(x) ** 3, "power"),
      derivative("the derivative is 1 − tanh: the square is missing", (x) => 1 - f(x)),
      derivative("the derivative is 1 + tanh² instead of 1 − tanh²", (x) => 1 + f(x) ** 2, "sign"),
      derivative("the derivative has the wrong sign: tanh² − 1", (x) => f(x) ** 2 - 1, "sign"),
      derivative("the derivative is tanh² instead of 1 − tanh²", (x) => f(x) ** 2),
      derivative("the derivative is 1 − x²: it needs y² instead of x²", (x) => 1 - x * x),
      derivative("the derivative is y·(1 − y), which belongs to the logistic function", (x) => f(x) * (1 - f(x))),
      derivative(
        "the derivative is σ·(1 − σ), which belongs to the logistic function",
        (x) => exp(-x) / (1 + exp(-x)) ** 2,
      ),
      derivative("the derivative is 1/cosh(x): the square is missing", (x) => 1 / cosh(x)),
      derivative("the derivative is cosh²(x) instead of 1/cosh²(x)", (x) => cosh(x) ** 2),
      derivative("the derivative is (1 − tanh)²: only tanh is squared", (x) => (1 - f(x)) ** 2),
      derivative("tanh is applied to y again before it is squared", (x) => 1 - f(f(x)) ** 2),
      derivative("the derivative is 1 − tanh(x²): tanh is squared, not x", (x) => 1 - f(x * x)),
      derivative("the derivative is 1 − 2·tanh: the power of tanh² is not a factor", (x) => 1 - 2 * f(x)),
      derivative("the derivative is multiplied with y again", (x) => f(x) * (1 - f(x) ** 2)),
      derivative("the derivative is 1/(1 + x²), which belongs to the arc tangent", (x) => 1 / (1 + x * x)),
    ],
    special: [{ words: "for x around ±800", x: [801, -799, 0.6, 810, -820] }],
  }),
};
