import type { Mistake } from "../../exercise.ts";
import { exponentials, type SoftmaxParts, softmaxOf, softmaxWith, wrongSoftmax } from "../softmax/wrongSoftmax.ts";
import { gradientWith, type LossCase, lossWith, rightGradient, rightLoss } from "./formulas.ts";
import { mean, mistake, total } from "./shared.ts";

/** Mistakes in softmax, which loss and gradient share. */
export const softmaxMistakes: Mistake<LossCase>[] = [
  ...wrongSoftmax.map(({ cause, message, parts }) =>
    mistake(
      `in softmax, ${message}`,
      (one) => ({
        loss: mean(total(logLosses(parts, one)), one),
        dlogits: gradientWith(rightGradient, softmaxWith(parts, one.logits), one.labels),
      }),
      cause,
    ),
  ),
  ...wrongSoftmax.map(({ cause, message, parts }) =>
    mistake(
      `in softmax, ${message}`,
      ({ logits, labels }) => {
        const p = softmaxWith(parts, logits);
        return { loss: lossWith(rightLoss, p, labels), dlogits: gradientWith(rightGradient, p, labels) };
      },
      cause,
    ),
  ),
  mistake(
    "softmax is applied twice",
    ({ logits, labels }) => {
      const p = softmaxOf(softmaxOf(logits));
      return { loss: lossWith(rightLoss, p, labels), dlogits: gradientWith(rightGradient, p, labels) };
    },
    "applied-twice",
  ),
  mistake(
    "softmax is missing: the loss takes the logarithm of the logits",
    ({ logits, labels }) => ({
      loss: lossWith(rightLoss, logits, labels),
      dlogits: gradientWith(rightGradient, logits, labels),
    }),
    "missing-softmax",
  ),
];

/** Mistakes in a softmax that only dlogits uses. */
export const gradientSoftmaxMistakes: Mistake<LossCase>[] = wrongSoftmax.map(({ cause, message, parts }) =>
  mistake(
    `in the softmax of dlogits, ${message}`,
    ({ logits, labels }) => ({ dlogits: gradientWith(rightGradient, softmaxWith(parts, logits), labels) }),
    cause,
  ),
);

/** log Σ exp(x − shift) − (x − shift at the label), for each row; shift and sum as given. */
function logLosses(parts: SoftmaxParts, { logits, labels }: LossCase): number[] {
  const { shifted, e } = exponentials(parts, logits);
  return labels.map((label, i) => Math.log(parts.total(e, i, label)) - shifted[i][label]);
}
