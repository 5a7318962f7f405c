import type { RandomState } from "../../../src/random/randomState.ts";
import type { Case, Exercise, Mistake } from "../exercise.ts";
import { passExperiments } from "../layerExperiments.ts";
import { mapped, randomQuantity, scalar, zipped } from "../quantities.ts";
import type { Quantity } from "../wire.ts";

const skeleton = `import { map, type NdArray, notWritten } from "./array.ts";

/**
 * Mean squared error: J = (1/(N·D))·Σ (outputs − targets)², over all entries.
 *
 * Shapes: outputs and targets (N, D).
 */
export class MeanSquaredError {
  /** Returns J. Keep what backward needs. */
  forward(outputs: NdArray, targets: NdArray): number {
    return notWritten("MeanSquaredError.forward");
  }

  /** Returns ∂J/∂outputs, (N, D). */
  backward(): NdArray {
    return notWritten("MeanSquaredError.backward");
  }
}
`;

interface MseCase extends Case {
  readonly outputs: Quantity;
  readonly targets: Quantity;
}

function cases(random: RandomState): [MseCase, MseCase, MseCase, MseCase, MseCase] {
  const one = (batch: number, outputs: number, special?: string, offset = 0): MseCase => {
    const shape = [batch, outputs];
    const targets = randomQuantity(random, shape, 2);
    const given = { outputs: mapped(randomQuantity(random, shape, 2), (value) => value + offset), targets };
    const dims = { "batch · outputs": batch * outputs, batch, outputs };
    return { ...given, inputs: given, ...(batch > 1 && { dims }), ...(special && { special }) };
  };
  return [
    one(5, 3),
    one(4, 7),
    one(4, 7),
    one(1, 6, "for a batch of one example"),
    one(3, 2, "for outputs around 1000", 1000),
  ];
}

const differences = ({ outputs, targets }: MseCase): Quantity => zipped(outputs, targets, (a, b) => a - b);
const mean = ({ data }: Quantity): number => data.reduce((sum, value) => sum + value, 0) / data.length;
const meanOf = (one: MseCase, f: (difference: number) => number): number => mean(mapped(differences(one), f));

export const mseOf = (one: MseCase): Quantity => scalar(meanOf(one, (value) => value ** 2));
export const mseGradient = (one: MseCase): Quantity =>
  mapped(differences(one), (value) => (2 * value) / one.outputs.data.length);

const loss = (cause: string, message: string, of: (one: MseCase) => number): Mistake<MseCase> => ({
  cause,
  message,
  results: (one) => ({ loss: scalar(of(one)) }),
});
const gradient = (
  cause: string,
  message: string,
  of: (difference: number, one: MseCase, place: number) => number,
): Mistake<MseCase> => ({
  cause,
  message,
  results: (one) => ({ doutputs: mapped(differences(one), (value, place) => of(value, one, place)) }),
});

const mistakes: readonly Mistake<MseCase>[] = [
  loss("extra-root", "the loss is the root of the mean squared error", (one) => Math.sqrt(meanOf(one, (d) => d * d))),
  loss("missing-square", "the loss is the mean of the magnitudes; the differences should be squared", (one) =>
    meanOf(one, Math.abs),
  ),
  loss("missing-square", "the loss is the mean of the differences, without a square", (one) => meanOf(one, (d) => d)),
  loss("missing-square", "the loss has the wrong sign and lacks the square", (one) => meanOf(one, (d) => -d)),
  loss("wrong-square", "the sum is squared; each difference should be squared before the sum", (one) => {
    const { data } = one.outputs;
    return (meanOf(one, (d) => d) * data.length) ** 2 / data.length;
  }),
  loss(
    "wrong-square",
    "the mean is squared; each difference should be squared before the mean",
    (one) => meanOf(one, (d) => d) ** 2,
  ),
  loss("wrong-square", "outputs and targets are squared, and not their difference", (one) =>
    mean(zipped(one.outputs, one.targets, (a, b) => a * a - b * b)),
  ),
  loss("wrong-sign", "outputs and targets are added; they should be subtracted", (one) =>
    mean(zipped(one.outputs, one.targets, (a, b) => (a + b) ** 2)),
  ),
  loss("wrong-input", "the loss is that of the outputs; the targets are missing", (one) =>
    mean(mapped(one.outputs, (a) => a * a)),
  ),
  loss("wrong-square", "the differences have the power 4: they are squared twice", (one) => meanOf(one, (d) => d ** 4)),
  loss("wrong-divisor", "the sum is divided by one less than the number of entries", (one) => {
    const { length } = one.outputs.data;
    return (meanOf(one, (d) => d * d) * length) / (length - 1);
  }),
  loss("maximum", "the loss is the largest squared difference; it should be the mean", (one) =>
    differences(one).data.reduce((most, d) => Math.max(most, d * d), 0),
  ),
  loss("one-example", "the loss is that of the first example only", (one) => exampleLoss(one, 0)),
  loss("one-example", "the loss is that of the last example only", (one) => exampleLoss(one, one.outputs.shape[0] - 1)),
  loss("extra-root", "the root of the sum is divided by the number of entries", (one) => {
    const size = one.outputs.data.length;
    return Math.sqrt(meanOf(one, (d) => d * d) * size) / size;
  }),
  loss("mean-of-norms", "the loss is the mean of the lengths of the rows: the root is too much", (one) => {
    const [rows] = one.outputs.shape;
    const lengths = Array.from({ length: rows }, (_, row) => Math.sqrt(exampleLoss(one, row) * one.outputs.shape[1]));
    return lengths.reduce((a, b) => a + b, 0) / rows;
  }),
  gradient(
    "wrong-derivative",
    "doutputs has the squared differences; the derivative of d² is 2d",
    (d, { outputs }) => (d * d) / outputs.data.length,
  ),
  gradient(
    "wrong-derivative",
    "doutputs has twice the squared differences; the derivative of d² is 2d",
    (d, { outputs }) => (2 * d * d) / outputs.data.length,
  ),
  gradient(
    "wrong-derivative",
    "doutputs has only the signs of the differences, as for the mean of magnitudes",
    (d, { outputs }) => Math.sign(d) / outputs.data.length,
  ),
  gradient(
    "wrong-derivative",
    "doutputs has twice the signs of the differences; they should be the differences",
    (d, { outputs }) => (2 * Math.sign(d)) / outputs.data.length,
  ),
  gradient(
    "wrong-input",
    "doutputs is computed from the outputs; the targets are missing",
    (_, { outputs }, at) => (2 * outputs.data[at]) / outputs.data.length,
  ),
  gradient(
    "wrong-input",
    "doutputs is computed from the targets; the outputs are missing",
    (_, { outputs, targets }, at) => (2 * targets.data[at]) / outputs.data.length,
  ),
  gradient(
    "wrong-sign",
    "outputs and targets are added in doutputs; they should be subtracted",
    (_, { outputs, targets }, at) => (2 * (outputs.data[at] + targets.data[at])) / outputs.data.length,
  ),
  gradient("factor-2", "doutputs is d: both the factor 2 and the division by N·D are missing", (d) => d),
  gradient(
    "sign",
    "doutputs is −d: it has the wrong sign, and the factor 2 and the division by N·D are missing",
    (d) => -d,
  ),
  gradient(
    "factor-2",
    "doutputs is d/N: the factor 2 and the division by D are missing",
    (d, { outputs }) => d / outputs.shape[0],
  ),
  gradient(
    "factor-2",
    "doutputs has the wrong sign, and the factor 2 is missing",
    (d, { outputs }) => -d / outputs.data.length,
  ),
  gradient(
    "factor-2",
    "doutputs is d/D: the factor 2 and the division by N are missing",
    (d, { outputs }) => d / outputs.shape[1],
  ),
  gradient(
    "extra-root",
    "doutputs is the gradient of the root of the loss",
    (d, one) => d / one.outputs.data.length / Math.sqrt(meanOf(one, (x) => x * x)),
  ),
  gradient(
    "mean-gradient",
    "all entries of doutputs are the mean; each should come from its own difference",
    (_, one) => (2 * meanOf(one, (d) => d)) / one.outputs.data.length,
  ),
  gradient(
    "times-loss",
    "doutputs is multiplied by the loss",
    (d, one) => ((2 * d) / one.outputs.data.length) * meanOf(one, (x) => x * x),
  ),
];

function exampleLoss(one: MseCase, row: number): number {
  const columns = one.outputs.shape[1];
  const { data } = differences(one);
  return data.slice(row * columns, (row + 1) * columns).reduce((sum, d) => sum + d * d, 0) / columns;
}

export const mse: Exercise = {
  id: "mse",
  title: "Mean squared error",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "One target of the training set is wrong by 1000. What does it do to a step, and how would the mean of |outputs − targets| react?",
    },
  ],
  hints: [
    "How many entries does the mean run over, and which of the terms contain one certain output?",
    "The derivative of d² is 2d. The mean divides it, as it divides the loss.",
    "Each entry of the gradient is twice the difference of output and target, divided by the number of all entries.",
  ],
  experiments: passExperiments<MseCase>({
    name: "MeanSquaredError",
    args: () => [],
    forwardArgs: ({ outputs, targets }) => [outputs, targets],
    backwardArgs: () => [],
    output: "loss",
    inputGradient: "doutputs",
    kept: ["outputs", "targets"],
    cases,
    expected: (one) => ({ loss: mseOf(one), doutputs: mseGradient(one) }),
    mistakes,
  }),
};
