import type { Mistake } from "../../exercise.ts";
import { quantity, zipped } from "../../quantities.ts";
import { type BinaryCase, entropy, gradient, lossOf, sigmoid } from "./formulas.ts";

const forward = (cause: string, message: string, term: (x: number, t: number) => number): Mistake<BinaryCase> => ({
  cause,
  message,
  results: (one) => ({ loss: lossOf(one, term) }),
});

const backward = (
  cause: string,
  message: string,
  derivative: (x: number, t: number) => number,
): Mistake<BinaryCase> => ({
  cause,
  message,
  results: (one) => ({ dlogits: gradient(one, derivative) }),
});

/** Results of code that computes p and its logarithms: wrong only where these overflow. */
const naive = (sigma: (x: number) => number, guard: (p: number) => number = (p) => p): Mistake<BinaryCase> => ({
  cause: "overflow",
  message:
    "the loss is computed from p, which is rounded to 0 or 1 for large logits: its logarithm is lost there. Write it in terms of the logits",
  results: (one) => ({
    loss: lossOf(one, (x, t) => -t * Math.log(guard(sigma(x))) - (1 - t) * Math.log(guard(1 - sigma(x)))),
  }),
});

const simple = (x: number): number => 1 / (1 + Math.exp(-x));

const quotient = (x: number): number => Math.exp(x) / (1 + Math.exp(x));

export const mistakes: readonly Mistake<BinaryCase>[] = [
  forward("sign", "the loss has the wrong sign", (x, t) => -entropy(x, t)),
  forward("missing-term", "the loss lacks −(1 − t)·log(1 − p), the part of the targets 0", (x, t) => t * entropy(x, 1)),
  forward("missing-term", "the loss lacks −t·log p, the part of the targets 1", (x, t) => (1 - t) * entropy(x, 0)),
  forward("sign", "the part with log(1 − p) has the wrong sign", (x, t) => t * entropy(x, 1) - (1 - t) * entropy(x, 0)),
  forward("sign", "the part with log p has the wrong sign", (x, t) => -t * entropy(x, 1) + (1 - t) * entropy(x, 0)),
  forward("missing-factor", "log p lacks the factor t", (x, t) => entropy(x, 1) + (1 - t) * entropy(x, 0)),
  forward("missing-factor", "log(1 − p) lacks the factor 1 − t", (x, t) => t * entropy(x, 1) + entropy(x, 0)),
  forward("missing-factor", "the factors t and 1 − t are missing", (x) => entropy(x, 1) + entropy(x, 0)),
  forward("exchanged", "the targets 0 and 1 are exchanged", (x, t) => entropy(x, 1 - t)),
  forward(
    "missing-sigmoid",
    "the loss is computed from the logits as if they were probabilities; σ is missing",
    (x, t) => -t * Math.log(x) - (1 - t) * Math.log(1 - x),
  ),
  forward("sigmoid-twice", "σ is applied twice", (x, t) => entropy(sigmoid(x), t)),
  forward(
    "wrong-logarithm",
    "the logarithm has the base 2; the natural one is meant",
    (x, t) => entropy(x, t) / Math.LN2,
  ),
  forward(
    "wrong-logarithm",
    "the logarithm has the base 10; the natural one is meant",
    (x, t) => entropy(x, t) / Math.LN10,
  ),
  forward("missing-logarithm", "the logarithms are missing", (x, t) => -t * sigmoid(x) - (1 - t) * (1 - sigmoid(x))),
  forward("wrong-function", "this is the mean squared error of p", (x, t) => (sigmoid(x) - t) ** 2),
  forward("missing-term", "the logarithm of 1 + e^−|x| is missing", (x, t) => Math.max(x, 0) - x * t),
  forward("missing-term", "the term −x·t is missing", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  forward(
    "missing-term",
    "max(x, 0) is missing: this is right for negative logits only",
    (x, t) => -x * t + Math.log1p(Math.exp(-Math.abs(x))),
  ),
  forward(
    "missing-magnitude",
    "the loss contains |x| where max(x, 0) is meant; log(1 + e⁻ˣ), whose exponent lacks the magnitude, contains max(−x, 0)",
    (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-x)),
  ),
  forward(
    "missing-magnitude",
    "max(x, 0) counts twice; log(1 + eˣ), whose exponent lacks the magnitude, contains it already",
    (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(x)),
  ),
  forward(
    "sign",
    "the exponential is e^|x|; it should be e^−|x|",
    (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(Math.abs(x))),
  ),
  forward(
    "sign",
    "x·t is added; it should be subtracted",
    (x, t) => Math.max(x, 0) + x * t + Math.log1p(Math.exp(-Math.abs(x))),
  ),
  forward(
    "sign",
    "min(x, 0) or max(−x, 0) is used instead of max(x, 0)",
    (x, t) => Math.min(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
  ),
  forward(
    "sign",
    "max(−x, 0) is used instead of max(x, 0)",
    (x, t) => Math.max(-x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
  ),
  forward(
    "missing-term",
    "log(e^−|x|) is used instead of log(1 + e^−|x|)",
    (x, t) => Math.max(x, 0) - x * t - Math.abs(x),
  ),
  forward("rounded", "targets are rounded to 0 or 1; numbers between are allowed", (x, t) => entropy(x, Math.round(t))),
  forward("missing-term", "entries with the target 0 are left out", (x, t) => (t > 0 ? entropy(x, t) : 0)),
  forward("wrong-targets", "targets are used as −1 and 1; they are 0 and 1", (x, t) => entropy(x, 2 * t - 1)),
  forward(
    "missing-term",
    "max(x, 0)·t is used instead of x·t",
    (x, t) => Math.max(x, 0) * (1 - t) + Math.log1p(Math.exp(-Math.abs(x))),
  ),
  ...[10, 15, 20, 30, 40, 50, 100, 500].map((most) =>
    forward("clipped", "large logits are cut off; the loss should grow with them", (x, t) =>
      entropy(Math.max(-most, Math.min(most, x)), t),
    ),
  ),
  naive(simple),
  naive(quotient),
  ...[1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16].flatMap((small) =>
    [simple, quotient].flatMap((sigma) => [
      naive(sigma, (p) => p + small),
      naive(sigma, (p) => Math.max(p, small)),
      naive(sigma, (p) => Math.min(Math.max(p, small), 1 - small)),
    ]),
  ),
  {
    cause: "overflow",
    message: "log(1 + eˣ) overflows for large logits: eˣ is infinity there",
    results: (one) => ({ loss: lossOf(one, (x, t) => Math.log(1 + Math.exp(x)) - x * t) }),
  },
  {
    cause: "overflow",
    message: "log(1 + e⁻ˣ) overflows for logits far below 0: e⁻ˣ is infinity there",
    results: (one) => ({ loss: lossOf(one, (x, t) => Math.log(1 + Math.exp(-x)) + x * (1 - t)) }),
  },
  {
    cause: "overflow",
    message: "σ is computed as eˣ/(1 + eˣ), which is infinity through infinity for large logits",
    results: (one) => ({ dlogits: gradient(one, (x, t) => quotient(x) - t) }),
  },
  backward(
    "wrong-function",
    "dlogits has the derivative of the mean squared error, 2(p − t)·p(1 − p)",
    (x, t) => 2 * (sigmoid(x) - t) * sigmoid(x) * (1 - sigmoid(x)),
  ),
  backward(
    "extra-factor",
    "dlogits contains σ′ = p(1 − p) again; it cancels with the derivative of the logarithm",
    (x, t) => (sigmoid(x) - t) * sigmoid(x) * (1 - sigmoid(x)),
  ),
  backward(
    "missing-derivative",
    "dlogits is the derivative with respect to p; the derivative of σ, p(1 − p), is missing",
    (x, t) => (sigmoid(x) - t) / (sigmoid(x) * (1 - sigmoid(x))),
  ),
  backward("missing-term", "dlogits lacks the targets", (x) => sigmoid(x)),
  backward("missing-sigmoid", "dlogits is logits − targets; σ is missing", (x, t) => x - t),
  backward("missing-term", "dlogits lacks the part of the targets 0", (x, t) => t * (sigmoid(x) - 1)),
  backward("missing-term", "dlogits lacks the part of the targets 1", (x, t) => (1 - t) * sigmoid(x)),
  backward("exchanged", "the targets 0 and 1 are exchanged in dlogits", (x, t) => sigmoid(x) + t - 1),
  backward("sign", "p and the targets are added in dlogits", (x, t) => sigmoid(x) + t),
  backward("sign", "dlogits has σ(−x) in place of σ(x)", (x, t) => sigmoid(-x) - t),
  backward("sigmoid-twice", "σ is applied twice in dlogits", (x, t) => sigmoid(sigmoid(x)) - t),
  backward("wrong-function", "dlogits has tanh in place of σ", (x, t) => Math.tanh(x) - t),
  backward("wrong-function", "dlogits has eˣ in place of σ(x)", (x, t) => Math.exp(x) - t),
  backward("wrong-targets", "dlogits uses targets as −1 and 1; they are 0 and 1", (x, t) => sigmoid(x) - (2 * t - 1)),
  backward("rounded", "dlogits uses rounded targets", (x, t) => sigmoid(x) - Math.round(t)),
  backward(
    "wrong-function",
    "dlogits is σ′ = p(1 − p); the derivative of the loss is meant",
    (x) => sigmoid(x) * (1 - sigmoid(x)),
  ),
  backward("rounded", "dlogits has the prediction 0 or 1 in place of p", (x, t) => Number(x > 0) - t),
  {
    cause: "wrong-shape",
    message: "the loss is summed over the questions but not over the examples: it is one number",
    results: ({ logits, targets }) => {
      const [N, questions] = logits.shape;
      const all = zipped(logits, targets, entropy).data;
      return {
        loss: quantity(
          [N],
          Array.from(
            { length: N },
            (_, i) => all.slice(i * questions, (i + 1) * questions).reduce((sum, value) => sum + value, 0) / questions,
          ),
        ),
      };
    },
  },
];
