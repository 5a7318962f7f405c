import type { Exercise } from "../exercise.ts";
import { optimizerExperiments } from "../optimizerExperiments.ts";
import { adamMistakes } from "./adamMistakes.ts";
import { adamRule } from "./adamRule.ts";

const skeleton = `import { notWritten, type Parameter } from "./array.ts";

interface AdamOptions {
  learningRate: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015) with weight decay, for every number θ with its gradient g:
 *
 *     t ← t + 1                          once a step, from 0
 *     m ← β₁·m + (1 − β₁)·g              m and v start at 0
 *     v ← β₂·v + (1 − β₂)·g²
 *     m̂ = m / (1 − β₁ᵗ)                  the bias correction
 *     v̂ = v / (1 − β₂ᵗ)
 *     θ ← θ − η·m̂ / (√v̂ + ε) − λ·θ       η learningRate, λ weightDecay; θ on the right is the value before the step
 */
export class Adam {
  /** η; a training loop may change it between two steps */
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;

  constructor({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions) {
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
  }

  /**
   * Changes the numbers of parameter.value in place, for all parameters, and only reads the gradients.
   *
   * Keep m and v of each parameter under its name: a network makes new Parameter objects in each call of parameters().
   */
  step(parameters: Parameter[]): void {
    return notWritten("Adam.step");
  }
}
`;

export const adam: Exercise = {
  id: "adam",
  title: "Adam",
  chapter: "optimizers",
  points: 12,
  skeleton,
  questions: [
    { text: "How large is the very first step of Adam, for a gradient of 1000 and for one of 0.001? Why?" },
    {
      text: "An L2 penalty adds 2λθ to the gradient. Why does this act differently under Adam than the weight decay −λ·θ does?",
    },
  ],
  hints: [
    "m and v are running means of g and g². What must be kept between calls of step, and how many numbers are these for one parameter?",
    "Each parameter needs an m and a v in its own shape. There is one t for the whole optimizer, and it rises once in a step, not once for each parameter.",
    "Raise t first. Then update m and v of each entry, correct copies of both (the stored ones stay uncorrected), and take the step. ε is added after the root. The decay is a separate term without η.",
  ],
  experiments: optimizerExperiments({
    name: "Adam",
    options: { learningRate: 0.11, beta1: 0.8, beta2: 0.93, epsilon: 0.04, weightDecay: 0.05 },
    defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    rule: adamRule(),
    hasState: true,
    mistakes: adamMistakes,
  }),
};
