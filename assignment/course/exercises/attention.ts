import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { passExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { type AttentionCase, results, terms } from "./attention/formulas.ts";
import { mistakes } from "./attention/mistakes.ts";

const skeleton = `import { type NdArray, notWritten, zeros } from "./array.ts";

/**
 * Attention with one head: y = P·V, P = softmax(Q·Kᵀ/√d), where softmax makes each row positive with sum 1. It must also work for
 * scores around 1000 or −1000, where exp alone gives infinity or 0.
 *
 * Shapes: Q (queries, d), K (keys, d), V (keys, width), P (queries, keys), y (queries, width).
 */
export class Attention {
  /** ∂J/∂Q, ∂J/∂K and ∂J/∂V after backward, in the shapes of Q, K and V */
  dq: NdArray = zeros(0);
  dk: NdArray = zeros(0);
  dv: NdArray = zeros(0);

  /** Returns y. Keep what backward needs. */
  forward(q: NdArray, k: NdArray, v: NdArray): NdArray {
    return notWritten("Attention.forward");
  }

  /** From dy = ∂J/∂y, (queries, width), sets dq, dk and dv. */
  backward(dy: NdArray): void {
    notWritten("Attention.backward");
  }
}
`;

function cases(random: RandomState): readonly [AttentionCase, AttentionCase, AttentionCase, ...AttentionCase[]] {
  const one = (queries: number, keys: number, d: number, width: number, level = 0): AttentionCase => {
    // with `level` all keys share a large part, and queries have both signs: scores near ± level that differ by about 1
    const q = mapped(randomQuantity(random, [queries, d]), (value, at) =>
      level === 0 ? value : (Math.floor(at / d) % 2 === 0 ? 1 : -1) * (5 + 0.3 * value),
    );
    const k = mapped(
      randomQuantity(random, [keys, d], level === 0 ? 1 : 0.2),
      (value) => value + level / (5 * Math.sqrt(d)),
    );
    const [v, dy] = [randomQuantity(random, [keys, width]), randomQuantity(random, [queries, width])];
    return {
      ...{ q, k, v, dy },
      dims: { "√d": Math.sqrt(d), d, "the number of queries": queries, "the number of keys": keys, width },
      inputs: { q, k, v, dy },
      ...(level > 0 && { special: "for scores around 1000 and −1000" }),
    };
  };
  // the first one is square, so that code with a wrong transposition does not fail
  return [one(4, 4, 4, 4), one(3, 5, 6, 2), one(3, 5, 6, 2), one(3, 4, 5, 2, 1000), one(1, 3, 2, 2)];
}

export const attention: Exercise = {
  id: "attention",
  title: "Attention",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    { text: "Why are the scores divided by √d? What happens to softmax and its gradient for large d otherwise?" },
  ],
  hints: [
    "Go step by step: scores, weights, y. Give each step its own backward and test it by its shape. Which of the steps mix the rows, which the columns?",
    "Two matrix products are like linear layers without bias. Between them is softmax: within a row, each weight depends on all scores.",
    "With dP = dy·Vᵀ, softmax gives dS = P·(dP − the sum over the keys of P·dP), entry by entry. Then dq, dk and dv are products of two matrices with the shapes of Q, K and V; do not forget √d.",
  ],
  experiments: passExperiments<AttentionCase>({
    name: "Attention",
    args: () => [],
    forwardArgs: ({ q, k, v }) => [q, k, v],
    backwardArgs: ({ dy }) => [dy],
    output: "y",
    inputGradient: "dx",
    kept: ["q", "k", "v"],
    cases,
    expected: (one) => results(one),
    mistakes,
    terms,
  }),
};
