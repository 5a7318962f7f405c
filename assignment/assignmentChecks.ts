import { normal } from "../src/experiments/gradientCheckKinds.ts";
import { Workspace } from "../src/kernels/workspace.ts";
import { Gelu } from "../src/layers/activation.ts";
import { Dropout } from "../src/layers/dropout.ts";
import { Flatten } from "../src/layers/flatten.ts";
import { evaluation } from "../src/layers/layer.ts";
import { Linear } from "../src/layers/linear.ts";
import { dropoutNet, smallFullyConnected } from "../src/layers/presets.ts";
import { Sequential } from "../src/layers/sequential.ts";
import { CrossEntropyLoss } from "../src/losses/crossEntropy.ts";
import { Adam } from "../src/optimizers/adam.ts";
import type { Optimizer, Trainable } from "../src/optimizers/optimizer.ts";
import { Sgd } from "../src/optimizers/sgd.ts";
import { RandomState } from "../src/random/randomState.ts";
import { sizeOf, Tensor, tensor } from "../src/tensor/tensor.ts";
import { checkGradients, numericalGradient, relativeError } from "../src/training/gradientCheck.ts";
import type { AssignmentData, Linspace } from "./assignmentData.ts";

/** One number of the assignment's notebook: Handgrad's and the printed one. */
export interface AssignmentCheck {
  readonly section: string;
  readonly quantity: string;
  readonly ours: number;
  /** the printed value; undefined if the assignment only states a bound */
  readonly published?: number;
  readonly passed: boolean;
}

/** Differences with an error near 1e-12, so that the remaining error is that of the gradient. */
const sharp = { order: 4, h: 1e-3 } as const;

/** Evenly spaced values from first to last, filled row-major into the shape: NumPy's linspace(…).reshape(…). */
export function fromLinspace({ linspace: [first, last], shape, then }: Linspace): Tensor {
  const size = sizeOf(shape);
  const step = (last - first) / (size - 1);
  const values = Float64Array.from({ length: size }, (_, i) => (i === size - 1 ? last : first + i * step));
  if (then !== "transposed") return new Tensor(shape, values);
  const [rows, columns] = shape;
  return new Tensor(
    [columns, rows],
    values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]),
  );
}

/** All of the assignment's forward, update and gradient checks. Fixed inputs must give its differences to 3 digits. */
export function assignmentChecks(data: AssignmentData, seed = 0): AssignmentCheck[] {
  return [...assignmentCheckParts(data, seed)].flat();
}

/** The same, yielding each part as it is computed. */
export function* assignmentCheckParts(data: AssignmentData, seed = 0): Generator<AssignmentCheck[]> {
  yield forwardChecks(data);
  yield smallNetworkChecks(data);
  yield updateChecks(data);
  yield dropoutChecks(data, new RandomState(seed));
  yield* gradientErrorChecks(data, new RandomState(seed));
}

/** A difference on fixed inputs must agree to 3 digits. */
function difference(section: string, quantity: string, ours: number, published: number): AssignmentCheck {
  return { section, quantity, ours, published, passed: Math.abs(ours / published - 1) < 5e-3 };
}

/** A gradient error on random inputs must be no larger than the assignment's, or so small that it is only rounding. */
function gradientError(section: string, quantity: string, ours: number, published: number): AssignmentCheck {
  return { section, quantity, ours, published, passed: ours <= published };
}

function forwardChecks({ fc_forward, gelu_forward }: AssignmentData): AssignmentCheck[] {
  const x = fromLinspace(fc_forward.x);
  const w = fromLinspace(fc_forward.w);
  const linear = new Linear(w.shape[0], w.shape[1], { initializer: "zeros", dtype: "float64" });
  linear.w.value.data.set(w.data);
  linear.b.value.data.set(fromLinspace(fc_forward.b).data);
  const y = linear.forward(new Flatten().forward(x));
  const fc = relativeError(y.data, tensor(fc_forward.expected, "float64").data);
  const activated = new Gelu().forward(fromLinspace(gelu_forward.x));
  const gelu = relativeError(activated.data, tensor(gelu_forward.expected, "float64").data);
  return [
    difference("FC forward", "difference", fc, fc_forward.difference),
    difference("GELU forward", "difference", gelu, gelu_forward.difference),
  ];
}

function smallNetworkChecks({ small_network }: AssignmentData): AssignmentCheck[] {
  const section = "small network";
  const random = new RandomState(small_network.seed);
  const network = smallFullyConnected({ random, initScale: small_network.init_std, dtype: "float64" });
  const w = network.getParameter("fc1_w").data;
  const biases = ["fc1_b", "fc2_b"].flatMap((name) => Array.from(network.getParameter(name).data));
  const largestBias = Math.max(...biases.map(Math.abs));
  const deviation = Math.sqrt(Array.from(w).reduce((sum, value) => sum + value * value, 0) / w.length);
  network.load({
    fc1_w: fromLinspace(small_network.w1),
    fc1_b: fromLinspace(small_network.b1),
    fc2_w: fromLinspace(small_network.w2),
    fc2_b: fromLinspace(small_network.b2),
  });
  const x = fromLinspace(small_network.feats);
  const scores = network.forward(x);
  const expected = tensor(small_network.expected_scores, "float64").data;
  const apart = Array.from(scores.data).reduce((sum, value, i) => sum + Math.abs(value - expected[i]), 0);
  const loss = new CrossEntropyLoss();
  const targets = small_network.labels;
  const value = loss.forward(scores, targets);
  const errors = checkGradients(network, { x, loss, targets }, sharp);
  return [
    {
      section,
      quantity: `deviation of fc1_w, expected ${small_network.init_std}`,
      ours: deviation,
      passed: Math.abs(deviation - small_network.init_std) < small_network.init_std / 10,
    },
    { section, quantity: "largest bias, expected 0", ours: largestBias, passed: largestBias === 0 },
    {
      section,
      quantity: "scores, Σ|difference|",
      ours: apart,
      passed: apart < small_network.scores_tolerance_sum_abs,
    },
    {
      section,
      quantity: "loss",
      ours: value,
      published: small_network.expected_loss,
      passed: Math.abs(value - small_network.expected_loss) < small_network.loss_tolerance,
    },
    ...Object.entries(small_network.gradient_errors).map(([name, published]) =>
      gradientError(section, `gradient error of ${name}`, errors[name], published),
    ),
  ];
}

function updateChecks({ sgd_step, adam_step }: AssignmentData): AssignmentCheck[] {
  const trainable = (values: Linspace, gradients: Linspace): Trainable => {
    const [value, gradient] = [values, gradients].map((of) => fromLinspace(of).data);
    return { values: value, gradients: gradient, workspace: new Workspace() };
  };
  const differences = (optimizer: Optimizer, { values }: Trainable, expected: Record<string, readonly number[][]>) => {
    optimizer.step();
    const arrays: Record<string, ArrayLike<number>> = { w: values, ...optimizer.state().buffers };
    return Object.entries(expected).map(([name, of]) => [name, relativeError(arrays[name], of.flat())] as const);
  };

  const sgd = trainable(sgd_step.w, sgd_step.dw);
  const sgdOptions = { learningRate: sgd_step.learning_rate, weightDecay: sgd_step.weight_decay };
  const adam = trainable(adam_step.w, adam_step.dw);
  const { learning_rate: learningRate, beta1, beta2, epsilon, t_before } = adam_step;
  const adamOptimizer = new Adam(adam, { learningRate, beta1, beta2, epsilon });
  const buffers = { m: fromLinspace(adam_step.m).data, v: fromLinspace(adam_step.v).data };
  adamOptimizer.restore({ step: t_before, buffers });
  const { expected_w: w, expected_m: m, expected_v: v } = adam_step;
  return [
    ...differences(new Sgd(sgd, sgdOptions), sgd, { w: sgd_step.expected }).map(([name, ours]) =>
      difference("SGD step with weight decay", `difference of ${name}`, ours, sgd_step.difference),
    ),
    ...differences(adamOptimizer, adam, { w, m, v }).map(([name, ours]) =>
      difference("Adam step", `difference of ${name}`, ours, adam_step.differences[name]),
    ),
  ];
}

/** About 10,000·(1 − p) of 10,000 values become 0 in training, none in evaluation, and the mean stays. */
function dropoutChecks({ dropout_forward }: AssignmentData, random: RandomState): AssignmentCheck[] {
  const x = normal([100, 100], random);
  for (let i = 0; i < x.size; i++) x.data[i] += 5;
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const zeros = (values: ArrayLike<number>) => mean(Array.from(values, (value) => (value === 0 ? 1 : 0)));
  return dropout_forward.keep_prob.flatMap((keepProb, i) => {
    const section = `dropout forward, p = ${keepProb}`;
    const layer = new Dropout(keepProb);
    const training = layer.forward(x, { mode: "train", random });
    const evaluated = layer.forward(x, evaluation);
    const fraction = keepProb === 0 ? 0 : 1 - keepProb;
    const spread = 5 * Math.sqrt((fraction * (1 - fraction)) / x.size); // 5 standard deviations of a binomial share
    const [inputMean, trainingMean, evaluationMean] = [x, training, evaluated].map(({ data }) => mean(data));
    const apart = Math.abs(trainingMean / inputMean - 1);
    const meanSpread = keepProb === 0 ? 0 : 5 * Math.sqrt(((fraction / keepProb) * 26) / 25 / x.size); // E[x²] / E[x]² = 26/25
    const zeroShare = zeros(training.data);
    return [
      {
        section,
        quantity: "share of zeros in training",
        ours: zeroShare,
        published: dropout_forward.fraction_zero_training[i],
        passed: Math.abs(zeroShare - fraction) <= spread,
      },
      {
        section,
        quantity: "share of zeros in evaluation",
        ours: zeros(evaluated.data),
        published: dropout_forward.fraction_zero_evaluation[i],
        passed: zeros(evaluated.data) === 0,
      },
      {
        section,
        quantity: "mean of the input",
        ours: inputMean,
        published: dropout_forward.mean_of_input,
        passed: Math.abs(inputMean - 5) <= 5 / Math.sqrt(x.size),
      },
      {
        section,
        quantity: "mean of the output in training",
        ours: trainingMean,
        published: dropout_forward.mean_of_output_training[i],
        passed: apart <= meanSpread,
      },
      {
        section,
        quantity: "mean of the output in evaluation",
        ours: evaluationMean,
        published: dropout_forward.mean_of_output_evaluation[i],
        passed: evaluationMean === inputMean,
      },
    ];
  });
}

/** Standard-normal inputs, as in the assignment, and the errors that it printed. */
function* gradientErrorChecks(
  { gradient_checks: given }: AssignmentData,
  random: RandomState,
): Generator<AssignmentCheck[]> {
  const linear = (shape: readonly number[]): Linear => {
    const layer = new Linear(shape[0], shape[1], { random, initScale: 1, dtype: "float64" });
    random.fillRandn(layer.b.value.data);
    return layer;
  };
  const labels = (count: number, classes: number) =>
    Int32Array.from({ length: count }, () => random.randint(0, classes));

  const fc = checkGradients(
    new Sequential([new Flatten(), linear(given.fc.w)]),
    {
      x: normal(given.fc.inp, random),
      dy: normal(given.fc.dout, random),
    },
    sharp,
  );
  const gelu = checkGradients(
    new Gelu(),
    { x: normal(given.gelu.shape, random), dy: normal(given.gelu.shape, random) },
    sharp,
  );
  const { shape, keep_prob: keepProb } = given.dropout;
  const dropout = checkGradients(new Dropout(keepProb), { x: normal(shape, random), dy: normal(shape, random) }, sharp);
  const [batch] = given.fc_gelu.x;
  const fcGelu = checkGradients(
    new Sequential([new Flatten(), linear(given.fc_gelu.w), new Gelu()]),
    {
      x: normal(given.fc_gelu.x, random),
      dy: normal([batch, given.fc_gelu.w[1]], random),
    },
    sharp,
  );

  const { classes, inputs, scale } = given.cross_entropy;
  const logits = normal([inputs, classes], random, scale);
  const targets = labels(inputs, classes);
  const loss = new CrossEntropyLoss();
  const value = loss.forward(logits, targets);
  const dx = loss.backward().clone();
  const numerical = numericalGradient(() => loss.forward(logits, targets), logits, sharp);

  yield [
    gradientError("FC backward", "error of dx", fc.x, given.fc.dx),
    gradientError("FC backward", "error of dw", fc.fc1_w, given.fc.dw),
    gradientError("FC backward", "error of db", fc.fc1_b, given.fc.db),
    gradientError("GELU backward", "error of dx", gelu.x, given.gelu.dx),
    gradientError("dropout backward", "error of dx", dropout.x, given.dropout.dx),
    gradientError("FC + GELU", "error of dx", fcGelu.x, given.fc_gelu.dx),
    gradientError("FC + GELU", "error of dw", fcGelu.fc1_w, given.fc_gelu.dw),
    gradientError("FC + GELU", "error of db", fcGelu.fc1_b, given.fc_gelu.db),
    {
      section: "cross-entropy",
      quantity: "loss",
      ours: value,
      published: given.cross_entropy.loss,
      passed: Math.abs(value - Math.log(classes)) < 1e-3,
    },
    gradientError("cross-entropy", "error of dx", relativeError(dx.data, numerical.data), given.cross_entropy.dx),
  ];
  for (const keepProb of given.dropout_net.keep_prob) yield dropoutNetChecks(given.dropout_net, keepProb, random);
}

/**
 * The assignment prints the error of each parameter and accepts errors below its bound. Its errors come from second-order
 * differences with h = 10⁻⁵; Handgrad's come from fourth-order
 * differences, which are more exact, so they must be below the bound and are shown next to it.
 */
function dropoutNetChecks(
  { N, D, C, bound, errors: published }: AssignmentData["gradient_checks"]["dropout_net"],
  keepProb: number,
  random: RandomState,
): AssignmentCheck[] {
  const network = dropoutNet({ random, keepProb, dtype: "float64" });
  const targets = Int32Array.from({ length: N }, () => random.randint(0, C));
  const errors = checkGradients(network, { x: normal([N, D], random), loss: new CrossEntropyLoss(), targets }, sharp);
  return Object.entries(published[keepProb]).map(([name, printed]) => ({
    section: `dropout network, p = ${keepProb}`,
    quantity: `gradient error of ${name}`,
    ours: errors[name],
    published: printed,
    passed: errors[name] < bound,
  }));
}
