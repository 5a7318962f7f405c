import type { Workspace } from "../src/kernels/workspace.ts";
import {
  Elu,
  Gelu,
  HardSwish,
  LeakyRelu,
  Relu,
  Selu,
  Sigmoid,
  Silu,
  Softplus,
  Tanh,
} from "../src/layers/activation.ts";
import { BatchNorm } from "../src/layers/batchNorm.ts";
import { Conv2d } from "../src/layers/conv2d.ts";
import { Dropout } from "../src/layers/dropout.ts";
import { Embedding } from "../src/layers/embedding.ts";
import { Flatten } from "../src/layers/flatten.ts";
import { GlobalAveragePool2d } from "../src/layers/globalAveragePool.ts";
import type { Layer } from "../src/layers/layer.ts";
import { LayerNorm } from "../src/layers/layerNorm.ts";
import { Linear } from "../src/layers/linear.ts";
import { MultiHeadAttention } from "../src/layers/multiHeadAttention.ts";
import { AveragePool2d, MaxPool2d } from "../src/layers/pool2d.ts";
import { PRelu } from "../src/layers/pRelu.ts";
import type { Padding, Size } from "../src/layers/window.ts";
import { BinaryCrossEntropyLoss } from "../src/losses/binaryCrossEntropy.ts";
import { CrossEntropyLoss } from "../src/losses/crossEntropy.ts";
import { HuberLoss } from "../src/losses/huber.ts";
import type { Loss } from "../src/losses/loss.ts";
import { MeanAbsoluteError } from "../src/losses/meanAbsoluteError.ts";
import { MeanSquaredError } from "../src/losses/meanSquaredError.ts";
import { Adagrad } from "../src/optimizers/adagrad.ts";
import { Adam } from "../src/optimizers/adam.ts";
import { Muon } from "../src/optimizers/muon.ts";
import { Nadam } from "../src/optimizers/nadam.ts";
import type { Optimizer, Trainable } from "../src/optimizers/optimizer.ts";
import { Rmsprop } from "../src/optimizers/rmsprop.ts";
import { Sgd } from "../src/optimizers/sgd.ts";
import { RandomState } from "../src/random/randomState.ts";
import { l2 } from "../src/regularizers.ts";
import type { DType, Shape, Tensor } from "../src/tensor/tensor.ts";

/** The oracle's settings of one case, under its own names. */
export type Config = Readonly<Record<string, unknown>>;

/** A number of a config, or its default. */
function numberIn(config: Config, key: string, fallback: number): number {
  return typeof config[key] === "number" ? config[key] : fallback;
}

/** One number for both sides, or height and width. */
function sizeIn(config: Config, key: string, fallback: Size): Size {
  const value = config[key];
  if (typeof value === "number") return value;
  return Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : fallback;
}

function paddingIn(config: Config): Padding {
  if (config.padding === "same") return "same";
  return config.padding === "valid" ? 0 : sizeIn(config, "padding", 0);
}

function poolOptions(config: Config) {
  const size = sizeIn(config, "size", sizeIn(config, "kernel_size", 2));
  return { size, stride: sizeIn(config, "stride", size), padding: paddingIn(config) };
}

type Shapes = Readonly<Record<string, { readonly shape: Shape }>>;

/** From the oracle's names to our layers; the parameters tell the sizes. */
export const layersByName: Record<string, (config: Config, parameters: Shapes, dtype: DType) => Layer> = {
  linear: (_config, { w }, dtype) => new Linear(w.shape[0], w.shape[1], { initializer: "zeros", dtype }),
  gelu: (config) => new Gelu({ approximate: config.approximate === "none" ? "none" : "tanh" }),
  relu: () => new Relu(),
  leaky_relu: (config) => new LeakyRelu({ negativeSlope: numberIn(config, "negative_slope", 0.01) }),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  silu: () => new Silu(),
  softplus: (config) =>
    new Softplus({ beta: numberIn(config, "beta", 1), threshold: numberIn(config, "threshold", 20) }),
  elu: (config) => new Elu({ alpha: numberIn(config, "alpha", 1) }),
  selu: () => new Selu(),
  hardswish: () => new HardSwish(),
  prelu: (_config, { w }, dtype) => new PRelu({ ...(w.shape[0] > 1 && { channels: w.shape[0] }), dtype }),
  layer_norm: (config, { w }, dtype) => new LayerNorm(w.shape[0], { epsilon: numberIn(config, "eps", 1e-5), dtype }),
  batch_norm: (config, { w }, dtype) => {
    const [epsilon, momentum] = [numberIn(config, "eps", 1e-5), numberIn(config, "momentum", 0.1)];
    return new BatchNorm(w.shape[0], { epsilon, momentum, dtype });
  },
  flatten: () => new Flatten(),
  embedding: (_config, { w }, dtype) => new Embedding(w.shape[0], w.shape[1], { dtype }),
  multi_head_attention: (config, { wq }, dtype) => {
    const [heads, causal] = [numberIn(config, "heads", 1), config.causal === true];
    return new MultiHeadAttention(wq.shape[0], { heads, causal, dtype });
  },
  conv2d: (config, { w }, dtype) => {
    const groups = numberIn(config, "groups", 1);
    return new Conv2d(w.shape[2] * groups, w.shape[3], {
      kernel: [w.shape[0], w.shape[1]],
      stride: sizeIn(config, "stride", 1),
      padding: paddingIn(config),
      dilation: sizeIn(config, "dilation", 1),
      groups,
      bias: config.bias !== false,
      dtype,
    });
  },
  max_pool2d: (config) => new MaxPool2d(poolOptions(config)),
  average_pool2d: (config) =>
    new AveragePool2d({ ...poolOptions(config), countPadding: config.count_include_pad === true }),
  global_average_pool2d: () => new GlobalAveragePool2d(),
  dropout_with_mask: (config) => new Dropout(numberIn(config, "keep_prob", 1)),
};

interface LossUnderTest {
  readonly forward: (x: Tensor, y: Tensor) => number;
  readonly backward: () => Tensor;
}

export const lossesByName: Record<string, (config: Config, workspace: Workspace) => LossUnderTest> = {
  cross_entropy: (config, workspace) => {
    const loss = new CrossEntropyLoss({
      sizeAverage: config.size_average !== false,
      labelSmoothing: numberIn(config, "label_smoothing", 0),
      ...(Array.isArray(config.class_weights) && { classWeights: config.class_weights as number[] }),
    });
    return computeIn(workspace, loss, (y) => (config.targets === "probabilities" ? y : y.data));
  },
  mse: (config, workspace) => {
    const loss = new MeanSquaredError({ sizeAverage: config.size_average !== false });
    return computeIn(workspace, loss, (y) => y);
  },
  mean_absolute_error: (config, workspace) => {
    const loss = new MeanAbsoluteError({ sizeAverage: config.size_average !== false });
    return computeIn(workspace, loss, (y) => y);
  },
  huber: (config, workspace) => {
    const loss = new HuberLoss({
      sizeAverage: config.size_average !== false,
      delta: numberIn(config, "delta", 1),
    });
    return computeIn(workspace, loss, (y) => y);
  },
  binary_cross_entropy_with_logits: (config, workspace) => {
    const loss = new BinaryCrossEntropyLoss({ sizeAverage: config.size_average !== false });
    return computeIn(workspace, loss, (y) => y);
  },
};

function computeIn<Targets>(
  workspace: Workspace,
  loss: Loss<Targets>,
  targetsOf: (y: Tensor) => Targets,
): LossUnderTest {
  return {
    forward: (x, y) => {
      loss.compute(x, targetsOf(y), workspace);
      return loss.value();
    },
    backward: () => loss.backward(),
  };
}

const learningRate = (config: Config) => numberIn(config, "lr", 0.01);
const weightDecay = (config: Config) => numberIn(config, "weight_decay", 0);

const adamOptions = (config: Config) => ({
  learningRate: learningRate(config),
  beta1: numberIn(config, "beta1", 0.9),
  beta2: numberIn(config, "beta2", 0.999),
  epsilon: numberIn(config, "eps", 1e-8),
});

export const optimizersByName: Record<string, (network: Trainable, config: Config) => Pick<Optimizer, "step">> = {
  sgd: (network, config) => new Sgd(network, { learningRate: learningRate(config), weightDecay: weightDecay(config) }),
  sgd_momentum: (network, config) =>
    new Sgd(network, {
      learningRate: learningRate(config),
      momentum: numberIn(config, "momentum", 0.9),
      nesterov: config.nesterov === true,
      weightDecay: weightDecay(config),
    }),
  rmsprop: (network, config) =>
    new Rmsprop(network, {
      learningRate: learningRate(config),
      alpha: numberIn(config, "alpha", 0.99),
      epsilon: numberIn(config, "eps", 1e-8),
      weightDecay: weightDecay(config),
    }),
  adagrad: (network, config) =>
    new Adagrad(network, {
      learningRate: learningRate(config),
      epsilon: numberIn(config, "eps", 1e-10),
      weightDecay: weightDecay(config),
    }),
  adam: (network, config) => new Adam(network, { ...adamOptions(config), weightDecay: weightDecay(config) }),
  amsgrad: (network, config) =>
    withTorchDecay(
      network,
      config,
      (scaledWeightDecay) => new Adam(network, { ...adamOptions(config), amsgrad: true, scaledWeightDecay }),
    ),
  nadam: (network, config) =>
    withTorchDecay(network, config, (scaledWeightDecay) => {
      const momentumDecay = numberIn(config, "momentum_decay", 0.004);
      return new Nadam(network, { ...adamOptions(config), momentumDecay, scaledWeightDecay });
    }),
  muon: (network, config) =>
    new Muon(network, {
      learningRate: learningRate(config),
      momentum: numberIn(config, "momentum", 0.95),
      nesterov: config.nesterov !== false,
      scaledWeightDecay: weightDecay(config),
    }),
};

/**
 * In PyTorch, the weight decay of these optimizers is part of the gradient, g + λθ, unless it is decoupled, − ηλθ. Here the former is the
 * penalty l2, whose gradient is 2λθ.
 */
function withTorchDecay(
  network: Trainable,
  config: Config,
  make: (scaledWeightDecay: number) => Optimizer,
): Pick<Optimizer, "step"> {
  const decoupled = config.decoupled_weight_decay === true;
  const optimizer = make(decoupled ? weightDecay(config) : 0);
  const penalty = l2(decoupled ? 0 : weightDecay(config) / 2);
  return {
    step() {
      penalty.addGradient(network.workspace.kernels, network.values, network.gradients);
      optimizer.step();
    },
  };
}

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

/** The oracle's random streams, each from a fresh generator, with the arguments that it used. */
export const randomStreams: Record<string, (seed: number, count: number) => ArrayLike<number>> = {
  random_sample: (seed, count) => {
    const random = new RandomState(seed);
    return draws(count, () => random.randomSample());
  },
  randn: (seed, count) => {
    const random = new RandomState(seed);
    return draws(count, () => random.randn());
  },
  randn_then_uniform: (seed) => {
    const random = new RandomState(seed);
    const normal = () => random.randn();
    return [...draws(3, normal), ...draws(2, () => random.randomSample()), ...draws(2, normal)];
  },
  shuffle: (seed, count) => {
    const order = Array.from({ length: count }, (_, i) => i);
    new RandomState(seed).shuffle(order);
    return order;
  },
  permutation: (seed, count) => new RandomState(seed).permutation(count),
  randint: (seed, count) => {
    const random = new RandomState(seed);
    return draws(count, () => random.randint(0, 17));
  },
  choice: (seed, count) => new RandomState(seed).choice(50, count),
  choice_without_replacement: (seed, count) => new RandomState(seed).choice(50, count, false),
  binomial: (seed, count) => {
    const random = new RandomState(seed);
    return draws(count, () => random.binomial(1, 0.7));
  },
  uniform: (seed, count) => {
    const random = new RandomState(seed);
    return draws(count, () => random.uniform(-2, 3));
  },
  randn_100000_sum: (seed) => {
    const numbers = new Float64Array(100_000);
    new RandomState(seed).fillRandn(numbers);
    return [numbers.reduce((sum, value) => sum + value, 0)];
  },
};
