import type { Exercise } from "../exercise.ts";
import { optimizerExperiments } from "../optimizerExperiments.ts";
import type { Entry, Rule } from "../optimizerRule.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

interface RmspropOptions {
  learningRate: number;
  alpha?: number;
  epsilon?: number;
}

/**
 * RMSprop (Tieleman & Hinton 2012), for every number θ with its gradient g:
 *
 *     v ← α·v + (1 − α)·g²         v starts at 0
 *     θ ← θ − η·g / (√v + ε)       with the new v; η is learningRate
 */
export class Rmsprop {
  /** η; a training loop may change it between two steps */
  learningRate: number;
  alpha: number;
  epsilon: number;

  constructor({ learningRate, alpha = 0.99, epsilon = 1e-8 }: RmspropOptions) {
    this.learningRate = learningRate;
    this.alpha = alpha;
    this.epsilon = epsilon;
  }

  /**
   * Changes the numbers of parameter.value in place, for all parameters, and only reads the gradients.
   *
   * Keep v of each parameter under its name: a network makes new Parameter objects in each call of parameters().
   */
  step(parameters: Parameter[]): void {
    return notWritten("Rmsprop.step");
  }
}
`;

interface RmspropParts {
  readonly v: (v: number, entry: Entry) => number;
  /** the new v, or another one, under the root */
  readonly denominator: (v: number, entry: Entry, before: number) => number;
  readonly numerator: (entry: Entry) => number;
  /** what is added to the quotient */
  readonly added: (entry: Entry) => number;
}

const right: RmspropParts = {
  v: (v, { gradient, options: { alpha } }) => alpha * v + (1 - alpha) * gradient ** 2,
  denominator: (v, { options }) => Math.sqrt(v) + options.epsilon,
  numerator: ({ gradient }) => gradient,
  added: () => 0,
};

export function rmspropRule(changed: Partial<RmspropParts> = {}): Rule {
  const parts = { ...right, ...changed };
  return (entry) => {
    const before = entry.state.v ?? 0;
    entry.state.v = parts.v(before, entry);
    const quotient = (entry.learningRate * parts.numerator(entry)) / parts.denominator(entry.state.v, entry, before);
    return -(quotient + parts.added(entry));
  };
}

const mistake = (cause: string, message: string, changed: Partial<RmspropParts>) => ({
  cause,
  message,
  rule: rmspropRule(changed),
});

export const rmsprop: Exercise = {
  id: "rmsprop",
  title: "RMSprop",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [{ text: "How large is the first step of RMSprop, and why does Adam divide v by 1 − βᵗ?" }],
  hints: [
    "v is a running mean of squared gradients. What must be kept between calls of step?",
    "Each entry of each parameter has its own v. Update it first, and then use it.",
    "Each entry decreases by the learning rate times its gradient, divided by the root of its new v; ε is added to the root, not to v.",
  ],
  experiments: optimizerExperiments({
    name: "Rmsprop",
    options: { learningRate: 0.13, alpha: 0.8, epsilon: 0.04 },
    defaults: { alpha: 0.99, epsilon: 1e-8 },
    rule: rmspropRule(),
    hasState: true,
    mistakes: [
      mistake("epsilon", "ε is inside of the root; it should be added to √v", {
        denominator: (v, { options }) => Math.sqrt(v + options.epsilon),
      }),
      mistake("epsilon", "ε² is inside of the root; ε should be added to √v", {
        denominator: (v, { options }) => Math.sqrt(v + options.epsilon ** 2),
      }),
      mistake("epsilon", "ε is missing: a gradient of zero gives 0/0", { denominator: Math.sqrt }),
      mistake("epsilon", "ε is always 1e-8: the option is ignored", { denominator: (v) => Math.sqrt(v) + 1e-8 }),
      mistake("epsilon", "ε is subtracted instead of added", {
        denominator: (v, { options }) => Math.sqrt(v) - options.epsilon,
      }),
      mistake("epsilon", "ε replaces √v where √v is smaller; it should be added", {
        denominator: (v, { options }) => Math.max(Math.sqrt(v), options.epsilon),
      }),
      mistake("missing-root", "the root of v is missing", { denominator: (v, { options }) => v + options.epsilon }),
      mistake("missing-square", "v is a mean of g; it should be a mean of g²", {
        v: (v, { gradient, options: { alpha } }) => alpha * v + (1 - alpha) * gradient,
      }),
      mistake("missing-square", "v is a mean of |g|; it should be a mean of g²", {
        v: (v, { gradient, options: { alpha } }) => alpha * v + (1 - alpha) * Math.abs(gradient),
      }),
      mistake("wrong-square", "1 − α is squared together with the gradient", {
        v: (v, { gradient, options: { alpha } }) => alpha * v + ((1 - alpha) * gradient) ** 2,
      }),
      mistake("missing-1-alpha", "v lacks the factor 1 − α of the squared gradient", {
        v: (v, { gradient, options: { alpha } }) => alpha * v + gradient ** 2,
      }),
      mistake("swapped", "α and 1 − α are swapped", {
        v: (v, { gradient, options: { alpha } }) => (1 - alpha) * v + alpha * gradient ** 2,
      }),
      mistake("swapped", "the squared gradient has the factor α; it should have 1 − α", {
        v: (v, { gradient, options: { alpha } }) => alpha * v + alpha * gradient ** 2,
      }),
      mistake("accumulated", "v sums all squared gradients, as in Adagrad: α is missing", {
        v: (v, { gradient }) => v + gradient ** 2,
      }),
      mistake("accumulated", "the factor α of the old v is missing", {
        v: (v, { gradient, options: { alpha } }) => v + (1 - alpha) * gradient ** 2,
      }),
      mistake("missing-history", "v lacks the old v", {
        v: (_, { gradient, options: { alpha } }) => (1 - alpha) * gradient ** 2,
      }),
      mistake("missing-history", "v is the squared gradient of this step only", {
        v: (_, { gradient }) => gradient ** 2,
      }),
      mistake("stale-moments", "the step uses v from before its update", {
        denominator: (_, { options }, before) => Math.sqrt(before) + options.epsilon,
      }),
      mistake("bias-correction", "v has a bias correction, as in Adam; here it has none", {
        denominator: (v, { options, step }) => Math.sqrt(v / (1 - options.alpha ** step)) + options.epsilon,
      }),
      mistake("wrong-start", "v starts at 1; it should start at 0", {
        v: (v, entry) => right.v(entry.step === 1 ? 1 : v, entry),
      }),
      mistake("wrong-start", "v starts at the first squared gradient; it should start at 0", {
        v: (v, entry) => (entry.step === 1 ? entry.gradient ** 2 : right.v(v, entry)),
      }),
      mistake("brackets", "ε is added to the step: brackets around √v + ε are missing", {
        denominator: Math.sqrt,
        added: ({ options }) => options.epsilon,
      }),
      mistake("learning-rate-twice", "v contains the learning rate; it belongs in the step only", {
        v: (v, { gradient, learningRate, options: { alpha } }) =>
          alpha * v + (1 - alpha) * learningRate * gradient ** 2,
      }),
      mistake("learning-rate-twice", "v contains the squared step; it should contain the squared gradient", {
        v: (v, { gradient, learningRate, options: { alpha } }) =>
          alpha * v + (1 - alpha) * (learningRate * gradient) ** 2,
      }),
      mistake("missing-denominator", "the division by √v + ε is missing", { denominator: () => 1 }),
      mistake("multiplied", "the gradient is multiplied by √v + ε; it should be divided by it", {
        denominator: (v, { options }) => 1 / (Math.sqrt(v) + options.epsilon),
      }),
      mistake("wrong-numerator", "the step is η / (√v + ε): the gradient is missing", { numerator: () => 1 }),
      mistake("wrong-numerator", "the gradient is squared in the step as well", {
        numerator: ({ gradient }) => gradient ** 2,
      }),
      mistake("wrong-numerator", "only the sign of the gradient is used in the step", {
        numerator: ({ gradient }) => Math.sign(gradient),
      }),
      mistake("sign", "the old v is subtracted instead of added", {
        v: (v, { gradient, options: { alpha } }) => (1 - alpha) * gradient ** 2 - alpha * v,
      }),
      mistake("velocity-of-value", "v contains the squared value instead of the squared gradient", {
        v: (v, { value, options: { alpha } }) => alpha * v + (1 - alpha) * value ** 2,
      }),
    ],
  }),
};
