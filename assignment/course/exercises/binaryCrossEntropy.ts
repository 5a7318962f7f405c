import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { finiteMistakes } from "../finiteMistakes.ts";
import { passExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { type BinaryCase, entropy, gradient, lossOf, sigmoid } from "./binaryCrossEntropy/formulas.ts";
import { mistakes } from "./binaryCrossEntropy/mistakes.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/**
 * Binary cross-entropy for several yes-or-no questions at once: the mean over all entries of −t·log p − (1 − t)·log(1 − p), where
 * p = σ(x) = 1/(1 + e⁻ˣ), x are the logits, and t from 0 to 1 the targets. It must be exact for all logits, also for 1000 and −1000,
 * where p is rounded to 1 or 0.
 *
 * Shapes: logits and targets (N, questions).
 */
export class BinaryCrossEntropyLoss {
  /** Returns J. Keep what backward needs. */
  forward(logits: NdArray, targets: NdArray): number {
    return notWritten("BinaryCrossEntropyLoss.forward");
  }

  /** Returns ∂J/∂logits, (N, questions). */
  backward(): NdArray {
    return notWritten("BinaryCrossEntropyLoss.backward");
  }
}
`;

function cases(random: RandomState): readonly [BinaryCase, BinaryCase, BinaryCase, ...BinaryCase[]] {
  const one = (
    shape: readonly [number, number],
    make: (value: number, at: number) => number,
    special?: string,
  ): BinaryCase => {
    const logits = mapped(randomQuantity(random, shape, 1.5), make);
    // mostly 0 and 1, some between: all of them are allowed
    const targets = mapped(logits, (_, at) => (at % 4 === 3 ? random.uniform() : Number(random.uniform() < 0.6)));
    if (!special) [targets.data[0], targets.data[1]] = [1, 0];
    const [N, questions] = shape;
    return {
      logits,
      targets,
      dims: { N, questions, "the number of entries": N * questions },
      inputs: { logits, targets },
      ...(special && { special }),
    };
  };
  const same = (value: number): number => value;
  return [
    one([4, 3], same),
    one([2, 5], same),
    one([2, 5], same),
    one([3, 4], (value, at) => (at % 2 === 0 ? 1000 : -1000) + value, "for logits around 1000 and −1000"),
    one([3, 4], (value, at) => (at % 2 === 0 ? 45 : -45) + value, "for logits around 45 and −45"),
    one([1, 1], same, "for a single entry"),
  ];
}

export const binaryCrossEntropy: Exercise = {
  id: "binaryCrossEntropy",
  title: "Binary cross-entropy",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "When are several yes-or-no questions better than softmax over classes? Give an example." }],
  hints: [
    "Write log p and log(1 − p) in terms of x. Which exponentials appear, and which of them become too large for a number?",
    "−log σ(x) = log(1 + e⁻ˣ) is safe for x ≥ 0. For x < 0, take e⁻ˣ out of the logarithm. Both cases together need only e^−|x|.",
    "J is the mean of max(x, 0) − x·t + log(1 + e^−|x|). Its derivative is simple: the difference of p and t, divided by the number of entries.",
  ],
  experiments: passExperiments<BinaryCase>({
    name: "BinaryCrossEntropyLoss",
    args: () => [],
    forwardArgs: ({ logits, targets }) => [logits, targets],
    backwardArgs: () => [],
    output: "loss",
    inputGradient: "dlogits",
    kept: ["logits", "targets"],
    cases,
    expected: (one) => ({ loss: lossOf(one), dlogits: gradient(one) }),
    mistakes: finiteMistakes(mistakes),
    terms: (one) => ({
      dlogits: { "with p": gradient(one, sigmoid), "with the targets": gradient(one, (_x, t) => -t) },
      loss: {
        "with log p": lossOf(one, (x, t) => t * entropy(x, 1)),
        "with log(1 − p)": lossOf(one, (x, t) => (1 - t) * entropy(x, 0)),
      },
    }),
  }),
};
