import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, experiment } from "../exercise.ts";
import { layerExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { epsilon, following, layer, momentum, type NormCase, results } from "./batchNorm/formulas.ts";
import { layerMistakes } from "./batchNorm/layerMistakes.ts";
import { type RunningCase, runningMistakes, runningResults } from "./batchNorm/runningMistakes.ts";

const skeleton = `import { map, type NdArray, notWritten, type Parameter, zeros } from "./array.ts";

/**
 * Batch normalization: y = w·x̂ + b, x̂ = (x − μ)/√(σ² + ε), for each feature.
 *
 * In training, μ and σ² are the mean and the variance of the batch, σ² = (1/N)·Σ (x − μ)². The running mean and variance follow:
 * r ← (1 − momentum)·r + momentum·(that of the batch). The running variance is meant for data that the layer has not seen, so it
 * follows the sample variance, (1/(N − 1))·Σ (x − μ)². In evaluation, μ and σ² are the running ones, which do not change.
 *
 * Shapes: x (N, features), w, b, running mean and variance (features), y (N, features).
 */
export class BatchNorm {
  readonly w: NdArray;
  readonly b: NdArray;
  dw: NdArray;
  db: NdArray;
  readonly momentum: number;
  readonly epsilon: number;
  runningMean: NdArray;
  runningVariance: NdArray;

  constructor(w: NdArray, b: NdArray, momentum = 0.1, epsilon = 1e-5) {
    this.w = w;
    this.b = b;
    this.dw = zeros(...w.shape);
    this.db = zeros(...b.shape);
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.runningMean = zeros(...w.shape);
    this.runningVariance = map(w, () => 1);
  }

  /** Returns y. In training, updates the running mean and variance and keeps what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("BatchNorm.forward");
  }

  /** After a forward pass in training: sets dw and db, (features), and returns ∂J/∂x, (N, features). */
  backward(dy: NdArray): NdArray {
    return notWritten("BatchNorm.backward");
  }

  parameters(): Parameter[] {
    return [
      { name: "w", value: this.w, gradient: this.dw },
      { name: "b", value: this.b, gradient: this.db },
    ];
  }
}
`;

function cases(random: RandomState): readonly [NormCase, NormCase, NormCase] {
  const features = 4;
  const w = mapped(randomQuantity(random, [features]), (value) => 1.5 + 0.4 * value);
  const b = randomQuantity(random, [features]);
  const one = (batch: number): NormCase => ({
    w,
    b,
    x: mapped(randomQuantity(random, [batch, features], 1.3), (value) => value + 0.7),
    dy: mapped(randomQuantity(random, [batch, features]), (value) => value + 0.4),
    dims: { batch, features },
    inputs: { w, b },
  });
  return [one(6), one(4), one(4)];
}

const [first, ...later] = layerExperiments<NormCase>({
  name: "BatchNorm",
  args: ({ w, b }) => [w, b, momentum, epsilon],
  cases,
  expected: (one) => results(one),
  mistakes: layerMistakes,
  terms: (one) => {
    const [direct, mean, weighted] = layer(one).terms;
    return { dx: { "with dy itself": direct, "with the mean of dy": mean, "with the mean of dy·x̂": weighted } };
  },
});

export const batchNorm: Exercise = {
  id: "batchNorm",
  title: "Batch normalization",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "Why does evaluation use the running statistics and not those of the batch? What would a prediction depend on otherwise?",
    },
  ],
  hints: [
    "Write x̂ down for one feature. Every x̂ of the batch depends on every x of the batch, because μ and σ² do.",
    "dx has three terms: the direct one, one through μ and one through σ². Derive them for one feature and a batch of N numbers, and keep x̂ and 1/√(σ² + ε) from forward.",
    "All three terms have the factor w/√(σ² + ε). In the brackets, dy loses its mean over the batch, and x̂ times the mean of dy·x̂.",
  ],
  experiments: [
    first,
    experiment<RunningCase>({
      title: "running statistics and evaluation",
      afterSuccess: true,
      cases: (random) => {
        const [a, b, c] = cases(random);
        return [
          { first: a, second: b, last: c },
          { first: c, second: a, last: b },
        ];
      },
      run: async (student, { first, second, last }, report) => {
        const made = await student.construct("BatchNorm", first.w, first.b, momentum, epsilon);
        await made.call("forward", first.x, true);
        await made.call("forward", second.x, true);
        const before = [await made.get("runningMean"), await made.get("runningVariance")];
        report("runningMean", before[0]);
        report("runningVariance", before[1]);
        const y = await made.call("forward", last.x, false);
        const after = [await made.get("runningMean"), await made.get("runningVariance")];
        report("changed by evaluation", { kind: "plain", value: JSON.stringify(after) !== JSON.stringify(before) });
        report("y in evaluation", y);
      },
      expected: (one) => runningResults(one, following([one.first.x, one.second.x])),
      mistakes: runningMistakes,
    }),
    ...later,
  ],
};
