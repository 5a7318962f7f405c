import type { Exercise } from "../exercise.ts";
import { optimizerExperiments } from "../optimizerExperiments.ts";
import type { Entry, Rule } from "../optimizerRule.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

/**
 * Stochastic gradient descent with momentum (Polyak 1964), for every number θ with its gradient g:
 *
 *     u ← μ·u + g          the velocity u starts at 0
 *     θ ← θ − η·u          with the new u
 *
 * η is learningRate, and μ is momentum. η stays outside of u, so that a new η acts on the whole step at once.
 */
export class SgdWithMomentum {
  /** η; a training loop may change it between two steps */
  learningRate: number;
  /** μ */
  momentum: number;

  constructor({ learningRate, momentum = 0.9 }: { learningRate: number; momentum?: number }) {
    this.learningRate = learningRate;
    this.momentum = momentum;
  }

  /**
   * Changes the numbers of parameter.value in place, for all parameters, and only reads the gradients.
   *
   * Keep u of each parameter under its name: a network makes new Parameter objects in each call of parameters().
   */
  step(parameters: Parameter[]): void {
    return notWritten("SgdWithMomentum.step");
  }
}
`;

/** The new velocity, and the step computed from it. */
const withVelocity =
  (
    velocity: (u: number, entry: Entry) => number,
    step: (u: number, entry: Entry, before: number) => number = (u, { learningRate }) => learningRate * u,
  ): Rule =>
  (entry) => {
    const before = entry.state.u ?? 0;
    entry.state.u = velocity(before, entry);
    return -step(entry.state.u, entry, before);
  };
const right = (u: number, { gradient, options }: Entry): number => options.momentum * u + gradient;

export const momentumRule = withVelocity(right);

export const momentum: Exercise = {
  id: "momentum",
  title: "Momentum",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "All gradients are equal to g. Towards which velocity does u go, and how much larger than a step of SGD is a step then?",
    },
  ],
  hints: [
    "What must be kept between calls of step, and how many numbers are these for one parameter?",
    "The velocity is a sum of all gradients so far, in which older ones count less and less. Update it first, and then use it.",
    "For each entry, the new velocity is the old one times μ plus the gradient. It is stored. The value decreases by the learning rate times the new velocity.",
  ],
  experiments: optimizerExperiments({
    name: "SgdWithMomentum",
    options: { learningRate: 0.13, momentum: 0.7 },
    defaults: { momentum: 0.9 },
    rule: momentumRule,
    hasState: true,
    mistakes: [
      {
        cause: "missing-momentum",
        message: "the momentum is missing: each step uses its own gradient only",
        rule: withVelocity((_, { gradient }) => gradient),
      },
      {
        cause: "accumulated",
        message: "u sums all gradients: the factor μ of the old u is missing",
        rule: withVelocity((u, { gradient }) => u + gradient),
      },
      {
        cause: "dampened",
        message: "the gradient has the factor 1 − μ in u; here it has none",
        rule: withVelocity((u, { gradient, options }) => options.momentum * u + (1 - options.momentum) * gradient),
      },
      {
        cause: "swapped",
        message: "μ and 1 − μ are swapped, and the gradient should have no factor",
        rule: withVelocity((u, { gradient, options }) => (1 - options.momentum) * u + options.momentum * gradient),
      },
      {
        cause: "dampened",
        message: "u sums the gradients with the factor 1 − μ; the old u should have the factor μ and the gradient none",
        rule: withVelocity((u, { gradient, options }) => u + (1 - options.momentum) * gradient),
      },
      {
        cause: "wrong-start",
        message: "u starts at the value; it should start at 0",
        rule: withVelocity((u, entry) => right(entry.step === 1 ? entry.value : u, entry)),
      },
      {
        cause: "wrong-start",
        message: "u starts at 1; it should start at 0",
        rule: withVelocity((u, entry) => right(entry.step === 1 ? 1 : u, entry)),
      },
      {
        cause: "swapped",
        message: "μ multiplies the gradient; it should multiply the old u",
        rule: withVelocity((u, { gradient, options }) => u + options.momentum * gradient),
      },
      {
        cause: "factor-mu",
        message: "μ multiplies the old u and the gradient; it should multiply the old u only",
        rule: withVelocity((u, { gradient, options }) => options.momentum * (u + gradient)),
      },
      {
        cause: "wrong-formula",
        message: "the old u has the factor 1 − μ; it should have μ",
        rule: withVelocity((u, { gradient, options }) => (1 - options.momentum) * u + gradient),
      },
      {
        cause: "nesterov",
        message: "the step is Nesterov's, η(g + μu); plain momentum uses ηu",
        rule: withVelocity(
          right,
          (u, { gradient, learningRate, options }) => learningRate * (gradient + options.momentum * u),
        ),
      },
      {
        cause: "gradient-twice",
        message: "the step adds the gradient to u, which already contains it",
        rule: withVelocity(right, (u, { gradient, learningRate }) => learningRate * (gradient + u)),
      },
      {
        cause: "stale-velocity",
        message: "the step uses u from before its update",
        rule: withVelocity(right, (_, { learningRate }, before) => learningRate * before),
      },
      {
        cause: "stale-velocity",
        message: "the step uses the gradient and u from before its update, without μ",
        rule: withVelocity(right, (_, { learningRate, gradient }, before) => learningRate * (gradient + before)),
      },
      {
        cause: "sign",
        message: "the old u is subtracted in the new u; it should be added",
        rule: withVelocity((u, { gradient, options }) => gradient - options.momentum * u),
      },
      {
        cause: "sign",
        message: "the gradient is subtracted in u, and u in the step: θ moves up the gradient",
        rule: withVelocity((u, { gradient, options }) => options.momentum * u - gradient),
      },
      {
        cause: "learning-rate-twice",
        message: "the learning rate is in u and in the step; it belongs in the step only",
        rule: withVelocity((u, { gradient, learningRate, options }) => options.momentum * u + learningRate * gradient),
      },
      {
        cause: "missing-learning-rate",
        message: "the gradient is added to the step without the learning rate",
        rule: withVelocity(
          right,
          (_, { gradient, learningRate, options }, before) => gradient + learningRate * options.momentum * before,
        ),
      },
      {
        cause: "missing-learning-rate",
        message: "the old u has no learning rate in the step",
        rule: withVelocity(
          right,
          (_, { gradient, learningRate, options }, before) => learningRate * gradient + options.momentum * before,
        ),
      },
      {
        cause: "momentum-power",
        message: "μ is raised to the number of the step",
        rule: withVelocity((u, { gradient, options, step }) => options.momentum ** step * u + gradient),
      },
      {
        cause: "momentum-fixed",
        message: "μ is always 0.9: the option is ignored",
        rule: withVelocity((u, { gradient }) => 0.9 * u + gradient),
      },
      {
        cause: "bias-correction",
        message: "u has a bias correction, as in Adam; here it has none",
        rule: withVelocity(
          right,
          (u, { learningRate, options, step }) => (learningRate * u) / (1 - options.momentum ** step),
        ),
      },
      {
        cause: "velocity-of-value",
        message: "u contains the value instead of the old velocity",
        rule: withVelocity((_, { gradient, value, options }) => options.momentum * value + gradient),
      },
    ],
    rateMistakes: [
      {
        cause: "learning-rate-in-velocity",
        message:
          "the learning rate is inside of the velocity: when it changes, the old part of the step keeps the old rate",
        rule: withVelocity(
          (u, { gradient, learningRate, options }) => options.momentum * u + learningRate * gradient,
          (u) => u,
        ),
      },
    ],
  }),
};
