import { elementwiseExperiments, type WrongFunction } from "../elementwiseExperiments.ts";
import type { Exercise } from "../exercise.ts";
import { mapped, zipped } from "../quantities.ts";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/** The activation ReLU for each entry of an array of any shape: y = max(x, 0). Its derivative is 1 for x > 0 and 0 for x < 0. */
export class Relu {
  /** Returns y, in the shape of x. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Relu.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x, in the shape of x. */
  backward(dy: NdArray): NdArray {
    return notWritten("Relu.backward");
  }
}
`;

const other = (message: string, f: (x: number) => number, cause = "wrong-function"): WrongFunction => ({
  cause,
  message,
  f,
});

/** The slope for negative inputs, where it is smaller than 1; 1 and −1 are other mistakes. */
function leakOf(found = 0, of: number): number {
  return Math.abs(found / of) < 0.999 ? found / of : 0;
}

export const relu: Exercise = {
  id: "relu",
  title: "ReLU",
  chapter: "extra",
  points: 5,
  skeleton,
  hints: [
    "Draw the function. What is its slope on the left of zero, and on the right?",
    "Backward passes the gradient where x was positive and stops it elsewhere.",
    "dx is dy times 1 where x > 0, and dy times 0 where x < 0. The sign of dy does not matter.",
  ],
  experiments: elementwiseExperiments({
    name: "Relu",
    f: (x) => Math.max(x, 0),
    derivative: (x) => (x > 0 ? 1 : 0),
    wrongFunctions: [
      other("y is min(x, 0): the comparison is reversed", (x) => Math.min(x, 0), "reversed"),
      other("y is max(−x, 0): x has the wrong sign", (x) => Math.max(-x, 0), "sign"),
      other("y is |x|: negative inputs must become 0", Math.abs),
      other("y is −|x|: negative inputs must become 0 and positive ones stay", (x) => -Math.abs(x)),
      other("y is 1 where x is positive: it must be x there", (x) => (x > 0 ? 1 : 0)),
      other(
        "this is a leaky ReLU: negative inputs must become 0, without a slope",
        (x) => (x > 0 ? x : 0.01 * x),
        "leaky",
      ),
      other(
        "this is a leaky ReLU: negative inputs must become 0, without a slope",
        (x) => (x > 0 ? x : 0.1 * x),
        "leaky",
      ),
      other(
        "this is a leaky ReLU: negative inputs must become 0, without a slope",
        (x) => (x > 0 ? x : 0.2 * x),
        "leaky",
      ),
      other("this is ReLU6: y must have no upper bound", (x) => Math.min(Math.max(x, 0), 6)),
      other("y is bounded by 1: it must have no upper bound", (x) => Math.min(Math.max(x, 0), 1)),
      other("y is max(x, 1): the bound must be 0", (x) => Math.max(x, 1), "constant"),
      other("this is softplus, log(1 + eˣ), not ReLU", (x) => Math.log1p(Math.exp(x))),
      other("this is ELU: negative inputs must become 0", (x) => (x > 0 ? x : Math.expm1(x))),
      other("y is x²: positive inputs must stay as they are", (x) => Math.max(x, 0) ** 2, "power"),
      other("y is x + |x|, which is twice ReLU", (x) => x + Math.abs(x), "factor-2"),
    ],
    wrongDerivatives: [
      other("the gradient passes where x is negative: the mask is inverted", (x) => (x > 0 ? 0 : 1), "reversed"),
      other("the derivative for negative x is −1 instead of 0", (x) => (x > 0 ? 1 : -1), "sign"),
      other("backward is that of a leaky ReLU: the derivative for negative x is 0", (x) => (x > 0 ? 1 : 0.01), "leaky"),
      other("dx is dy·y: the derivative is 1, not x, where x is positive", (x) => Math.max(x, 0), "wrong-derivative"),
      other("dx is dy·x: the derivative is 1 where x is positive, and 0 elsewhere", (x) => x, "wrong-derivative"),
      other("the derivative is 1 only for x above 1: the bound is 0", (x) => (x > 1 ? 1 : 0), "constant"),
    ],
    mistakes: [
      {
        cause: "leaky",
        message: "this is a leaky ReLU: negative inputs must become 0, without a slope",
        results: ({ x, dy }, _, { y }) => {
          const at = x.data.findIndex((value) => value < 0);
          const leak = leakOf(y?.data[at], x.data[at]);
          return {
            y: mapped(x, (value) => (value > 0 ? value : leak * value)),
            dx: zipped(dy, x, (d, value) => (value > 0 ? d : leak * d)),
          };
        },
      },
      {
        cause: "leaky",
        message: "backward is that of a leaky ReLU: the derivative for negative x is 0",
        results: ({ x, dy }, _, { dx }) => {
          const at = x.data.findIndex((value) => value < 0);
          const leak = leakOf(dx?.data[at], dy.data[at]);
          return { dx: zipped(dy, x, (d, value) => (value > 0 ? d : leak * d)) };
        },
      },
      {
        cause: "constant",
        message: "y is 0 up to some bound above 0: positive inputs must stay as they are",
        results: ({ x }, _, { y }) => {
          const bound = x.data.reduce((most, value, i) => (y?.data[i] === 0 ? Math.max(most, value) : most), 0);
          return { y: mapped(x, (value) => (value > bound ? value : 0)) };
        },
      },
      {
        cause: "constant",
        message: "the gradient passes only above some bound larger than 0; it should pass wherever x is positive",
        results: ({ x, dy }, _, { dx }) => {
          const bound = x.data.reduce((most, value, i) => (dx?.data[i] === 0 ? Math.max(most, value) : most), 0);
          return { dx: zipped(dy, x, (d, value) => (value > bound ? d : 0)) };
        },
      },
      {
        cause: "wrong-mask",
        message: "dx contains x where x is negative: it is 0 there",
        results: ({ x, dy }) => ({ dx: zipped(dy, x, (d, value) => (value > 0 ? d : value)) }),
      },
      {
        cause: "wrong-mask",
        message: "dx is max(dy, 0): the mask depends on the sign of x, not on that of dy",
        results: ({ dy }) => ({ dx: { shape: dy.shape, data: dy.data.map((value) => Math.max(value, 0)) } }),
      },
      {
        cause: "wrong-mask",
        message: "the gradient passes only where both x and dy are positive: the sign of dy does not matter",
        results: ({ x, dy }) => ({
          dx: { shape: dy.shape, data: dy.data.map((value, i) => (x.data[i] > 0 ? Math.max(value, 0) : 0)) },
        }),
      },
    ],
  }),
};
