import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { layerExperiments } from "../layerExperiments.ts";
import { parametersExperiment } from "../parametersExperiment.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { backwardMistakes } from "./layerNorm/backwardMistakes.ts";
import { type LayerNormCase, resultsOf, termsOf } from "./layerNorm/formulas.ts";
import { forwardMistakes } from "./layerNorm/forwardMistakes.ts";

const skeleton = `import { map, type NdArray, notWritten, type Parameter, zeros } from "./array.ts";

/**
 * Layer normalization: y = w ⊙ x̂ + b, x̂ = (x − μ)/√(σ² + ε), where μ and σ² = (1/n)·Σ (x − μ)² are those of the n features of each
 * example. Training and evaluation are the same.
 *
 * Shapes: x (batch, features), w and b (features), y (batch, features).
 */
export class LayerNorm {
  readonly w: NdArray;
  readonly b: NdArray;
  /** ∂J/∂w and ∂J/∂b after backward, in the shapes of w and b */
  dw: NdArray;
  db: NdArray;
  readonly epsilon: number;

  constructor(w: NdArray, b: NdArray, epsilon = 1e-5) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.epsilon = epsilon;
  }

  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("LayerNorm.forward");
  }

  /** From dy = ∂J/∂y sets dw and db and returns ∂J/∂x, (batch, features). */
  backward(dy: NdArray): NdArray {
    return notWritten("LayerNorm.backward");
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

function cases(random: RandomState): readonly [LayerNormCase, LayerNormCase, LayerNormCase, ...LayerNormCase[]] {
  const features = 4;
  const w = randomQuantity(random, [features]);
  const b = randomQuantity(random, [features]);
  const one = (batch: number, special?: string): LayerNormCase => ({
    w,
    b,
    epsilon: 0.02, // large enough to show where it belongs
    x: mapped(randomQuantity(random, [batch, features]), (value) => 0.8 * value + 0.7),
    dy: randomQuantity(random, [batch, features]),
    dims: { batch, features },
    inputs: { w, b },
    ...(special && { special }),
  });
  const equal = one(3, "for examples whose features are all equal");
  return [
    one(5),
    one(3),
    one(3),
    one(1, "for a batch of one example"),
    { ...equal, x: mapped(equal.x, (_, at) => equal.x.data[at - (at % features)]) },
  ];
}

export const layerNorm: Exercise = {
  id: "layerNorm",
  title: "Layer normalization",
  chapter: "extra",
  points: 5,
  skeleton,
  hints: [
    "Which numbers of the batch does x̂[i, j] depend on? Write down ∂J/∂x̂ first; it contains w.",
    "x[i, j] acts on its whole row: directly, through the mean, and through the variance. Each of the three gives a term.",
    "With g = w ⊙ dy, the terms are g, minus the mean of g over the row, minus x̂ times the mean of g ⊙ x̂ over the row; all of it is divided by √(σ² + ε).",
  ],
  experiments: [
    ...layerExperiments<LayerNormCase>({
      name: "LayerNorm",
      args: ({ w, b, epsilon }) => [w, b, epsilon],
      parameters: ["w", "b"],
      cases,
      expected: (one) => resultsOf(one),
      mistakes: [...forwardMistakes, ...backwardMistakes],
      terms: (one) => ({ dx: termsOf(one) }),
    }),
    parametersExperiment<LayerNormCase>({
      name: "LayerNorm",
      args: ({ w, b, epsilon }) => [w, b, epsilon],
      cases,
      parameters: (one) => {
        const { dw, db } = resultsOf(one);
        return { w: { value: one.w, gradient: dw }, b: { value: one.b, gradient: db } };
      },
    }),
  ],
};
