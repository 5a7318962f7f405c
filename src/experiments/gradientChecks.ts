import { activationLayers, Gelu } from "../layers/activation.ts";
import { BatchNorm } from "../layers/batchNorm.ts";
import { Dropout } from "../layers/dropout.ts";
import { Flatten } from "../layers/flatten.ts";
import { Frequencies } from "../layers/frequencies.ts";
import type { Layer } from "../layers/layer.ts";
import { LayerNorm } from "../layers/layerNorm.ts";
import { Linear } from "../layers/linear.ts";
import { multilayerPerceptron } from "../layers/multilayerPerceptron.ts";
import { dropoutNet, fcGelu, fullyConnectedNetwork, smallFullyConnected, tinyNet } from "../layers/presets.ts";
import { Residual } from "../layers/residual.ts";
import type { Sequential } from "../layers/sequential.ts";
import { BinaryCrossEntropyLoss } from "../losses/binaryCrossEntropy.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import { MeanSquaredError } from "../losses/meanSquaredError.ts";
import { RandomState } from "../random/randomState.ts";
import { type Shape, Tensor } from "../tensor/tensor.ts";
import { checkGradients, type GradientErrors, numericalGradient, relativeError } from "../training/gradientCheck.ts";

/** One gradient, checked against central differences in float64. */
export interface NamedGradientCheck {
  readonly part: "layer" | "loss" | "preset";
  readonly name: string;
  /** the relative error that a right gradient stays under */
  readonly bound: number;
  run(seed: number): GradientErrors;
}

function normal(shape: Shape, random: RandomState, scale = 1): Tensor {
  const tensor = Tensor.zeros(shape, "float64");
  random.fillRandn(tensor.data, scale);
  return tensor;
}

/** Standard-normal input and ∂J/∂y, through one layer. */
function layerCheck(
  name: string,
  make: (random: RandomState) => Layer,
  shape: Shape,
  bound: number,
): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const random = new RandomState(seed);
    const layer = make(random);
    const x = normal(shape, random);
    return checkGradients(layer, { x, dy: normal(layer.outputShape(shape, "train"), random) }, { seed });
  };
  return { part: "layer", name, bound, run };
}

/** A whole network with cross-entropy, from inputs to loss. */
function presetCheck(
  name: string,
  make: (random: RandomState) => Sequential,
  shape: Shape,
  bound: number,
  samples?: number,
): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const random = new RandomState(seed);
    const network = make(random);
    const x = normal(shape, random);
    const [batch, classes] = network.outputShape(shape, "train");
    const targets = Int32Array.from({ length: batch }, () => random.randint(0, classes));
    return checkGradients(network, { x, loss: new CrossEntropyLoss(), targets }, { seed, samples, h: 1e-4 });
  };
  return { part: "preset", name, bound, run };
}

const float64 = "float64" as const;

/** With parameters away from 1 and 0, where a wrong gradient of them could hide. */
function drawn<Made extends Layer>(layer: Made, random: RandomState): Made {
  for (const { value } of layer.parameters) random.fillRandn(value.data);
  return layer;
}

/** Every layer, loss and preset. Of the presets with 3072 inputs 30 elements of each gradient are checked. */
export const gradientChecks: readonly NamedGradientCheck[] = [
  layerCheck("linear", (random) => new Linear(12, 15, { random, initScale: 1, dtype: float64 }), [15, 12], 1e-6),
  layerCheck("flatten", () => new Flatten(), [4, 3, 2, 2], 1e-8),
  layerCheck(
    "frequencies",
    () => new Frequencies([6, 5, 3], { keep: 4, power: 0.5, dtype: float64 }),
    [3, 6, 5, 3],
    1e-6,
  ),
  ...Object.entries(activationLayers).map(([name, make]) => layerCheck(name, () => make(), [15, 15], 1e-6)),
  layerCheck("batchNorm", (random) => drawn(new BatchNorm(6, { dtype: float64 }), random), [15, 6], 1e-6),
  layerCheck("layerNorm", (random) => drawn(new LayerNorm(6, { dtype: float64 }), random), [15, 6], 1e-6),
  layerCheck(
    "residual",
    (random) => new Residual([new Linear(6, 6, { random, initScale: 1, dtype: float64 }), new Gelu()]),
    [15, 6],
    1e-6,
  ),
  layerCheck("dropout", () => new Dropout(0.75), [15, 15], 1e-8),
  {
    part: "loss",
    name: "crossEntropy",
    bound: 1e-6,
    run: (seed) => {
      const random = new RandomState(seed);
      const logits = normal([100, 6], random, 0.001);
      const labels = Int32Array.from({ length: 100 }, () => random.randint(0, 6));
      const loss = new CrossEntropyLoss();
      loss.forward(logits, labels);
      const dx = loss.backward().clone();
      return { x: relativeError(dx.data, numericalGradient(() => loss.forward(logits, labels), logits).data) };
    },
  },
  {
    part: "loss",
    name: "crossEntropy, shares and weights of classes",
    bound: 1e-6,
    run: (seed) => {
      const random = new RandomState(seed);
      const logits = normal([20, 4], random);
      const shares = Tensor.zeros([20, 4], float64);
      random.fillUniform(shares.data);
      const loss = new CrossEntropyLoss({ labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3] });
      loss.forward(logits, shares);
      const dx = loss.backward().clone();
      return { x: relativeError(dx.data, numericalGradient(() => loss.forward(logits, shares), logits).data) };
    },
  },
  {
    part: "loss",
    name: "meanSquaredError",
    bound: 1e-6,
    run: (seed) => {
      const random = new RandomState(seed);
      const [x, y] = [normal([10, 6], random), normal([10, 6], random)];
      const loss = new MeanSquaredError();
      loss.forward(x, y);
      const dx = loss.backward().clone();
      return { x: relativeError(dx.data, numericalGradient(() => loss.forward(x, y), x).data) };
    },
  },
  {
    part: "loss",
    name: "binaryCrossEntropy",
    bound: 1e-6,
    run: (seed) => {
      const random = new RandomState(seed);
      const [logits, labels] = [normal([10, 6], random), Tensor.zeros([10, 6], float64)];
      random.fillUniform(labels.data);
      const loss = new BinaryCrossEntropyLoss();
      loss.forward(logits, labels);
      const dx = loss.backward().clone();
      return { x: relativeError(dx.data, numericalGradient(() => loss.forward(logits, labels), logits).data) };
    },
  },
  presetCheck("fcGelu", (random) => fcGelu({ random, initScale: 1, dtype: float64 }), [3, 5, 3], 1e-5),
  presetCheck("smallFullyConnected", (random) => smallFullyConnected({ random, dtype: float64 }), [4, 4], 1e-4),
  ...[0, 0.25, 0.5].map((keepProb) =>
    presetCheck(`dropoutNet ${keepProb}`, (random) => dropoutNet({ random, keepProb, dtype: float64 }), [3, 15], 1e-3),
  ),
  ...(["batch", "layer"] as const).map((normalization) =>
    presetCheck(
      `multilayerPerceptron, ${normalization} normalization, residual`,
      (random) =>
        multilayerPerceptron({
          ...{ sizes: [5, 8, 8, 3], activation: "tanh", normalization, residual: true, initializer: "he" },
          ...{ random, dtype: float64 },
        }),
      [6, 5],
      // The bias before a batch normalization cancels: its gradient is 0, and what remains is rounding over 1e-8
      normalization === "batch" ? 1e-2 : 1e-4,
    ),
  ),
  presetCheck("tinyNet", (random) => tinyNet({ random, dtype: float64 }), [2, 32, 32, 3], 1e-3, 30),
  presetCheck(
    "fullyConnectedNetwork",
    (random) => fullyConnectedNetwork({ random, dtype: float64 }),
    [2, 32, 32, 3],
    1e-3,
    30,
  ),
];
