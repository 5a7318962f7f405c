import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { layerExperiments } from "../layerExperiments.ts";
import { quantity, randomQuantity } from "../quantities.ts";
import { type EmbeddingCase, gathered, scattered } from "./embedding/formulas.ts";
import { mistakes } from "./embedding/mistakes.ts";

const skeleton = `import { type NdArray, notWritten, type Parameter, zeros } from "./array.ts";

/**
 * An embedding: each token, a whole number from 0, selects a row of the table w: y[n, t, c] = w[x[n, t], c].
 *
 * Shapes: x (batch, length), w (tokens, width), y (batch, length, width).
 */
export class Embedding {
  readonly w: NdArray;
  /** ∂J/∂w after backward, in the shape of w */
  dw: NdArray;

  constructor(w: NdArray) {
    this.w = w;
    this.dw = zeros(...w.shape);
  }

  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Embedding.forward");
  }

  /** From dy = ∂J/∂y, (batch, length, width), sets dw. Tokens have no gradient, so nothing is returned. */
  backward(dy: NdArray): void {
    notWritten("Embedding.backward");
  }

  parameters(): Parameter[] {
    return [{ name: "w", value: this.w, gradient: this.dw }];
  }
}
`;

function cases(random: RandomState): readonly [EmbeddingCase, EmbeddingCase, EmbeddingCase, ...EmbeddingCase[]] {
  const [tokens, width] = [6, 3];
  const w = randomQuantity(random, [tokens, width]);
  const one = (batch: number, length: number, special?: string): EmbeddingCase => {
    const x = Array.from({ length: batch * length }, () => random.randint(1, tokens - 1));
    // the first and the last token, one that occurs in two examples, and one that occurs twice in an example
    if (!special) [x[1], x[2], x[length], x[length + 1], x[length + 2]] = [0, tokens - 1, tokens - 1, 2, 2];
    return {
      w,
      x: quantity([batch, length], x),
      dy: randomQuantity(random, [batch, length, width]),
      dims: { batch, length, width, tokens, "batch and length": batch * length, "√width": Math.sqrt(width) },
      inputs: { w },
      ...(special && { special }),
    };
  };
  return [one(3, 4), one(2, 5), one(2, 5), one(1, 1, "for a single token")];
}

export const embedding: Exercise = {
  id: "embedding",
  title: "Embedding",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "An embedding is a linear layer on one-hot rows. Why is it not computed so?" }],
  hints: [
    "Which entries of y does the row w[3] influence? Which of them if the token 3 does not occur, and which if it occurs twice?",
    "Forward copies rows. Backward reverses this: each row of dy is added where the row of y came from.",
    "dw starts with zeros. For each place (n, t), the row dy[n, t] is added to the row of dw with the number x[n, t].",
  ],
  experiments: layerExperiments<EmbeddingCase>({
    name: "Embedding",
    args: ({ w }) => [w],
    cases,
    expected: (one) => ({ y: gathered(one), dw: scattered(one) }),
    mistakes,
  }),
};
