import type { Entry, OptimizerMistake, Rule } from "../optimizerRule.ts";

interface Moments {
  readonly m: number;
  readonly v: number;
}

/** The parts of Adam; a mistake changes one of them. */
export interface AdamParts {
  /** the gradient for m and v */
  readonly gradient: (entry: Entry) => number;
  readonly m: (entry: Entry, m: number, g: number) => number;
  readonly v: (entry: Entry, v: number, g: number, m: number) => number;
  readonly mCorrection: (entry: Entry) => number;
  readonly vCorrection: (entry: Entry) => number;
  /** √v̂ + ε */
  readonly denominator: (vCorrected: number, entry: Entry) => number;
  /** what is divided by the denominator */
  readonly numerator: (mCorrected: number, entry: Entry, vCorrected: number) => number;
  readonly decay: (entry: Entry, moved: number) => number;
  /** the moments that the step uses, and those that are stored */
  readonly used: (before: Moments, after: Moments) => Moments;
  readonly kept: (after: Moments, corrected: Moments) => Moments;
}

export const adamParts: AdamParts = {
  gradient: ({ gradient }) => gradient,
  m: ({ options: { beta1 } }, m, g) => beta1 * m + (1 - beta1) * g,
  v: ({ options: { beta2 } }, v, g) => beta2 * v + (1 - beta2) * g * g,
  mCorrection: ({ options: { beta1 }, step }) => 1 / (1 - beta1 ** step),
  vCorrection: ({ options: { beta2 }, step }) => 1 / (1 - beta2 ** step),
  denominator: (v, { options }) => Math.sqrt(v) + options.epsilon,
  numerator: (m) => m,
  decay: ({ value, options }) => options.weightDecay * value,
  used: (_, after) => after,
  kept: (after) => after,
};

/** Adam with some of its parts replaced. */
export function adamRule(changed: Partial<AdamParts> = {}): Rule {
  const parts = { ...adamParts, ...changed };
  return (entry) => {
    const { state, learningRate } = entry;
    const before = { m: state.m ?? 0, v: state.v ?? 0 };
    const g = parts.gradient(entry);
    const m = parts.m(entry, before.m, g);
    const after = { m, v: parts.v(entry, before.v, g, m) };
    const used = parts.used(before, after);
    const corrected = { m: used.m * parts.mCorrection(entry), v: used.v * parts.vCorrection(entry) };
    Object.assign(state, parts.kept(after, corrected));
    const moved =
      (-learningRate * parts.numerator(corrected.m, entry, corrected.v)) / parts.denominator(corrected.v, entry);
    return moved - parts.decay(entry, moved);
  };
}

export const adamMistake = (cause: string, message: string, changed: Partial<AdamParts>): OptimizerMistake => ({
  cause,
  message,
  rule: adamRule(changed),
});
