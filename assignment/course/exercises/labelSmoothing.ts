import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { finiteMistakes } from "../finiteMistakes.ts";
import { passExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { gradientOf, lossOf, type SmoothingCase } from "./labelSmoothing/formulas.ts";
import { mistakes } from "./labelSmoothing/mistakes.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/**
 * Cross-entropy with smoothed labels: J = −(1/N)·Σᵢ Σ over c of t[i, c]·log p[i, c], p = softmax(logits) for each row, where the target
 * t[i, c] is smoothing/classes, plus 1 − smoothing for c = labels[i].
 *
 * Shapes: logits (N, classes); labels: N class numbers, counted from 0. J is finite for all finite logits.
 */
export class LabelSmoothingLoss {
  readonly smoothing: number;

  constructor(smoothing: number) {
    this.smoothing = smoothing;
  }

  /** Returns J. Keep what backward needs. */
  forward(logits: NdArray, labels: number[]): number {
    return notWritten("LabelSmoothingLoss.forward");
  }

  /** Returns ∂J/∂logits, (N, classes). */
  backward(): NdArray {
    return notWritten("LabelSmoothingLoss.backward");
  }
}
`;

const defaultSmoothing = 0.3;

function cases(random: RandomState): readonly [SmoothingCase, SmoothingCase, SmoothingCase, ...SmoothingCase[]] {
  let made = 0;
  const one = (
    batch: number,
    classes: number,
    move = (value: number, _at: number): number => value,
    special?: string,
    smoothing = defaultSmoothing,
  ): SmoothingCase => {
    const logits = mapped(randomQuantity(random, [batch, classes], 1.5), move);
    // the first label is the last class in one case and another one in the next, so that labels which are kept show
    const last = classes - 1 - (made++ % 3);
    const labels = Array.from({ length: batch }, (_, i) => (i === 0 ? Math.max(0, last) : random.randint(0, classes)));
    return {
      logits,
      labels,
      smoothing,
      dims: { batch, classes, "batch and classes": batch * classes },
      inputs: { logits },
      ...(special && { special }),
    };
  };
  return [
    one(5, 4),
    one(3, 7),
    one(3, 7),
    one(4, 3, (value, at) => value + (at < 6 ? 1000 : -1000), "for logits around 1000 and −1000"),
    one(2, 4, (value, at) => value + (at % 2) * 2000, "for logits far apart, such as 0 and 2000"),
    one(3, 4, undefined, "for smoothing 0", 0),
    one(1, 3, undefined, "for a batch of one example"),
  ];
}

export const labelSmoothing: Exercise = {
  id: "labelSmoothing",
  title: "Cross-entropy with smoothed labels",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "With smoothing 0, the loss is smallest for infinite logits. For which p is it smallest with smoothing 0.1 and 10 classes?",
    },
  ],
  hints: [
    "The targets of one row have the sum 1, like p. Which numbers do they have for 4 classes and smoothing 0.2?",
    "The loss has two parts: 1 − smoothing times the cross-entropy of the labels, and smoothing times the mean of −log p over all classes. Compute log p from logits and a logarithm of a sum of exponentials.",
    "The derivative with respect to the logits is as simple as without smoothing: p minus the targets, divided by the size of the batch.",
  ],
  experiments: passExperiments<SmoothingCase>({
    name: "LabelSmoothingLoss",
    args: ({ smoothing }) => [smoothing],
    forwardArgs: ({ logits, labels }) => [logits, labels],
    backwardArgs: () => [],
    output: "loss",
    inputGradient: "dlogits",
    kept: ["logits", "labels"],
    cases,
    expected: (one) => ({ loss: lossOf(one), dlogits: gradientOf(one) }),
    mistakes: finiteMistakes(mistakes),
    terms: (one) => ({
      loss: {
        "of the labels": lossOf(one, (isLabel, { s }) => (isLabel ? 1 - s : 0)),
        "of all classes": lossOf(one, (_isLabel, { s, classes }) => s / classes),
      },
    }),
  }),
};
