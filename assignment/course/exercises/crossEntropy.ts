import type { RandomState } from "../../../src/random/randomState.ts";
import type { Exercise } from "../exercise.ts";
import { passExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import type { Quantity } from "../wire.ts";
import { gradientOf, type LossCase, lossOf, oneHot } from "./crossEntropy/formulas.ts";
import { gradientMistakes } from "./crossEntropy/wrongGradient.ts";
import { lossMistakes } from "./crossEntropy/wrongLoss.ts";
import { gradientSoftmaxMistakes, softmaxMistakes } from "./crossEntropy/wrongSoftmax.ts";
import { softmaxOf } from "./softmax/wrongSoftmax.ts";
import { specialLogits } from "./softmax.ts";

const skeleton = `import { map, type NdArray, notWritten, zeros } from "./array.ts";

/**
 * Softmax and cross-entropy: J = −(1/N)·Σᵢ log p[i, labels[i]], p = softmax(logits) for each row.
 *
 * Shapes: logits (N, classes); labels: N class numbers, counted from 0. J is finite for all finite logits, also where p is too
 * small for a number, as for the logits 0 and 2000.
 */
export class CrossEntropyLoss {
  /** Returns J. Keep what backward needs. */
  forward(logits: NdArray, labels: number[]): number {
    return notWritten("CrossEntropyLoss.forward");
  }

  /** Returns ∂J/∂logits, (N, classes). */
  backward(): NdArray {
    return notWritten("CrossEntropyLoss.backward");
  }
}
`;

type Cases = readonly [LossCase, LossCase, LossCase, ...LossCase[]];

function cases(random: RandomState): Cases {
  const one = (logits: Quantity, special?: string): LossCase => {
    const [batch, classes] = logits.shape;
    return {
      logits,
      labels: labelsFor(random, batch, classes),
      dims: { batch, classes },
      inputs: { logits },
      ...(special && { special }),
    };
  };
  const far = specialLogits(random, [0, 0, 0, 0, 0], 2000);
  const unlikely = { ...one(far, "for logits far apart, such as −2000 and 2000"), labels: leastLikely(far) };
  return [
    one(randomQuantity(random, [5, 4], 1.5)),
    one(randomQuantity(random, [3, 7], 1.5)),
    one(randomQuantity(random, [3, 7], 1.5)),
    one(specialLogits(random, [0.3]), "for a batch of one example"),
    one(specialLogits(random, [1000, 1003, 998]), "for logits around 1000"),
    one(specialLogits(random, [-1000, -1004, -997]), "for logits around −1000"),
    one(specialLogits(random, [-2500, 1500, -900, 0.4]), "for rows far apart, one around −2500 and one around 1500"),
    unlikely,
  ];
}

/** Labels in an order that no simple rule gives; the first class and the last are among them. */
function labelsFor(random: RandomState, batch: number, classes: number): number[] {
  const labels = Array.from({ length: batch }, () => random.randint(0, classes));
  if (batch > 2) [labels[1], labels[2]] = [classes - 1, 0];
  if (batch > 2) labels[0] = 1 + random.randint(0, classes - 2);
  return labels;
}

const leastLikely = ({ shape: [batch, classes], data }: Quantity): number[] =>
  Array.from({ length: batch }, (_, i) => {
    const row = [...data.slice(i * classes, (i + 1) * classes)];
    return row.indexOf(Math.min(...row));
  });

export const crossEntropy: Exercise = {
  id: "crossEntropy",
  title: "Softmax and cross-entropy",
  chapter: "loss",
  points: 8,
  skeleton,
  questions: [
    {
      text: "What is the loss at the start of training, when all classes get about the same probability? What does it tell you if yours is much larger?",
    },
  ],
  hints: [
    "log p[i, label] is a logit minus a logarithm. What is inside of that logarithm, and which number can be subtracted from all logits?",
    "How does J change with the logit of the label, and how with the logit of another class? Both belong to one formula with p.",
    "dlogits is p, with 1 subtracted at the label of each row, and all of it divided by the size of the batch.",
  ],
  experiments: passExperiments<LossCase>({
    name: "CrossEntropyLoss",
    args: () => [],
    forwardArgs: ({ logits, labels }) => [logits, labels],
    backwardArgs: () => [],
    output: "loss",
    inputGradient: "dlogits",
    kept: ["logits", "labels"],
    cases,
    expected: (one) => ({ loss: lossOf(one), dlogits: gradientOf(one) }),
    mistakes: [...lossMistakes, ...gradientMistakes, ...softmaxMistakes, ...gradientSoftmaxMistakes],
    terms: ({ logits, labels }) => {
      const [batch] = logits.shape;
      const p = softmaxOf(logits);
      return {
        dlogits: {
          "p/N": mapped(p, (value) => value / batch),
          "1/N at the labels": mapped(oneHot(p, labels), (value) => -value / batch),
        },
      };
    },
  }),
};
