import { elementwiseExperiments } from "../elementwiseExperiments.ts";
import type { Exercise } from "../exercise.ts";
import { mapped } from "../quantities.ts";
import { wrongDerivatives } from "./gelu/wrongDerivatives.ts";
import { wrongFunctions } from "./gelu/wrongFunctions.ts";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/**
 * The activation GELU in its tanh approximation, for each entry of an array of any shape:
 * y = ½·x·(1 + tanh(u)) with u = √(2/π)·(x + 0.044715·x³).
 */
export class Gelu {
  /** Returns y, in the shape of x. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Gelu.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x, in the shape of x. The derivative is that of the formula above, not an approximation of it. */
  backward(dy: NdArray): NdArray {
    return notWritten("Gelu.backward");
  }
}
`;

const c = Math.sqrt(2 / Math.PI);
const a = 0.044715;

const f = (x: number): number => 0.5 * x * (1 + Math.tanh(c * (x + a * x ** 3)));

function derivativeTerms(x: number): readonly [number, number] {
  const t = Math.tanh(c * (x + a * x ** 3));
  return [0.5 * (1 + t), 0.5 * x * (1 - t * t) * c * (1 + 3 * a * x * x)];
}

function derivative(x: number): number {
  const [first, second] = derivativeTerms(x);
  return first + second;
}

export const gelu: Exercise = {
  id: "gelu",
  title: "GELU",
  chapter: "layers",
  points: 8,
  skeleton,
  questions: [
    {
      text: "ReLU and the logistic function are older than GELU. For which inputs is the gradient of each of the three zero or nearly zero, and what does this mean for training?",
    },
  ],
  hints: [
    "Each entry is computed by itself. Which rules of differentiation does the formula need?",
    "y is a product of two functions of x, so there are two terms. The second one needs the chain rule: tanh first, and then u.",
    "The derivative of tanh(u) is (1 − tanh²(u)) times that of u. The derivative of u follows from those of x and x³; its constant stays in front.",
  ],
  experiments: elementwiseExperiments({
    name: "Gelu",
    f,
    derivative,
    mistakes: [false, true].map((isFirst) => ({
      cause: "bracket",
      message: `dy multiplies only the ${isFirst ? "first" : "second"} term of the derivative: a bracket is missing`,
      results: ({ x, dy }) => ({
        dx: mapped(dy, (d, i) => {
          const [first, second] = derivativeTerms(x.data[i]);
          return isFirst ? d * first + second : first + d * second;
        }),
      }),
    })),
    wrongFunctions,
    wrongDerivatives,
    special: [
      { words: "for x around ±30", x: [30.7, -29.2, 31.5, -33.1] },
      { words: "for x = 0", x: [0, 0.7, 0] },
    ],
  }),
};
