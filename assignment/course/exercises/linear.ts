import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { layerExperiments } from "../layerExperiments.ts";
import { parametersExperiment } from "../parametersExperiment.ts";
import { columnSums, mapped, plusRow, product, randomQuantity, transposed } from "../quantities.ts";
import { type LinearCase, mistakes } from "./linear/mistakes.ts";

const skeleton = `import { matmul, type NdArray, notWritten, type Parameter, transpose, zeros } from "./array.ts";

/**
 * A fully connected layer: y = x·W + b.
 *
 * Shapes: x (batch, inputs), W (inputs, outputs), b (outputs), y (batch, outputs).
 */
export class Linear {
  readonly w: NdArray;
  readonly b: NdArray;
  /** ∂J/∂W and ∂J/∂b after backward, in the shapes of W and b */
  dw: NdArray;
  db: NdArray;

  constructor(w: NdArray, b: NdArray) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
  }

  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Linear.forward");
  }

  /** From dy = ∂J/∂y, (batch, outputs), sets dw and db and returns ∂J/∂x, (batch, inputs). */
  backward(dy: NdArray): NdArray {
    return notWritten("Linear.backward");
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

function cases(random: RandomState): readonly [LinearCase, LinearCase, LinearCase, ...LinearCase[]] {
  const [inputs, outputs] = [4, 6];
  const w = randomQuantity(random, [inputs, outputs]);
  const b = randomQuantity(random, [outputs]);
  const one = (batch: number, special?: string): LinearCase => ({
    w,
    b,
    x: randomQuantity(random, [batch, inputs]),
    dy: randomQuantity(random, [batch, outputs]),
    dims: { batch, inputs, outputs },
    inputs: { w, b },
    ...(special && { special }),
  });
  return [one(5), one(3), one(3), one(1, "for a batch of one example")];
}

export const linear: Exercise = {
  id: "linear",
  title: "Linear layer",
  chapter: "layers",
  points: 10,
  skeleton,
  questions: [
    {
      text: "W and b are both zero at the start. What do the first steps of training do, and why is this a problem for two linear layers in a row?",
    },
  ],
  hints: [
    "Write down what one entry y[i, j] depends on. Which entries of y does W[k, j] change?",
    "By the chain rule, dW[k, j] is a sum over the examples, because every example uses the same W[k, j]. The same is true for db[j].",
    "Look at the shapes: dW must be (inputs, outputs), and it is made of x, (batch, inputs), and dy, (batch, outputs). Only one product has this shape. Do the same for dx.",
  ],
  experiments: [
    ...layerExperiments<LinearCase>({
      name: "Linear",
      args: ({ w, b }) => [w, b],
      parameters: ["w", "b"],
      cases,
      expected: ({ x, w, b, dy }) => ({
        y: plusRow(product(x, w), b),
        dx: product(dy, transposed(w)),
        dw: product(transposed(x), dy),
        db: columnSums(dy),
      }),
      mistakes,
      terms: ({ x, w, b }, { y }) => ({
        y: {
          x·W: product(x, w),
          b: plusRow(
            mapped(y, () => 0),
            b,
          ),
        },
      }),
    }),
    parametersExperiment<LinearCase>({
      name: "Linear",
      args: ({ w, b }) => [w, b],
      cases,
      parameters: ({ x, w, b, dy }) => ({
        w: { value: w, gradient: product(transposed(x), dy) },
        b: { value: b, gradient: columnSums(dy) },
      }),
    }),
  ],
};
