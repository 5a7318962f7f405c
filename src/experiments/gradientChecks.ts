import { activationLayers, Gelu } from "../layers/activation.ts";
import { BatchNorm } from "../layers/batchNorm.ts";
import { Conv2d } from "../layers/conv2d.ts";
import { Dct } from "../layers/dct.ts";
import { Dropout } from "../layers/dropout.ts";
import { Ensemble } from "../layers/ensemble.ts";
import { Flatten } from "../layers/flatten.ts";
import { GlobalAveragePool1d, GlobalAveragePool2d } from "../layers/globalAveragePool.ts";
import { GroupClasses } from "../layers/groupClasses.ts";
import { LayerNorm } from "../layers/layerNorm.ts";
import { Linear } from "../layers/linear.ts";
import { MultiHeadAttention } from "../layers/multiHeadAttention.ts";
import { multilayerPerceptron } from "../layers/multilayerPerceptron.ts";
import { Patches } from "../layers/patches.ts";
import { PiecewiseLinear } from "../layers/piecewiseLinear.ts";
import { AveragePool2d, MaxPool2d } from "../layers/pool2d.ts";
import { PositionEmbedding } from "../layers/positionEmbedding.ts";
import { PRelu } from "../layers/pRelu.ts";
import { dropoutNet, fcGelu, fullyConnectedNetwork, smallFullyConnected, tinyNet } from "../layers/presets.ts";
import { Residual } from "../layers/residual.ts";
import { Scale } from "../layers/scale.ts";
import { Sequential } from "../layers/sequential.ts";
import { TestTimeAugmentation, TestTimeAverage } from "../layers/testTimeAugmentation.ts";
import { Transpose } from "../layers/transpose.ts";
import { BinaryCrossEntropyLoss } from "../losses/binaryCrossEntropy.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import { HuberLoss } from "../losses/huber.ts";
import { MeanAbsoluteError } from "../losses/meanAbsoluteError.ts";
import { MeanSquaredError } from "../losses/meanSquaredError.ts";
import type { RandomState } from "../random/randomState.ts";
import { l1, l2 } from "../regularizers.ts";
import { type Shape, Tensor } from "../tensor/tensor.ts";
import {
  drawn,
  embeddingCheck,
  layerCheck,
  lossCheck,
  type NamedGradientCheck,
  normal,
  penaltyCheck,
  presetCheck,
} from "./gradientCheckKinds.ts";

/** Where the derivative of an activation jumps, or that of hardSwish its own slope. */
const kinks = (name: string): number[] => (/relu|selu/i.test(name) ? [0] : name === "hardSwish" ? [-3, 3] : []);

const float64 = "float64" as const;
const edges: readonly (readonly number[])[] = [[], [-2, -0.5, 0.4, 2], [-1, 1], [0, 3]];
const softTargets = (shape: Shape, random: RandomState): Tensor => {
  const tensor = Tensor.zeros(shape, float64);
  random.fillUniform(tensor.data);
  return tensor;
};

/** Every kind of layer, every loss, penalty and preset. For presets with 3072 inputs, 30 elements of each gradient are checked. */
export const gradientChecks: readonly NamedGradientCheck[] = [
  layerCheck("linear", (random) => new Linear(12, 15, { random, initScale: 1, dtype: float64 }), [15, 12], 1e-6),
  layerCheck("flatten", () => new Flatten(), [4, 3, 2, 2], 1e-8),
  layerCheck("dct", () => new Dct([6, 5, 3], { keep: 4, power: 0.5, dtype: float64 }), [3, 6, 5, 3], 1e-6),
  ...Object.entries(activationLayers).map(([name, make]) =>
    layerCheck(name, () => make(), [15, 15], 1e-6, kinks(name)),
  ),
  layerCheck("pRelu", (random) => drawn(new PRelu({ dtype: float64 }), random), [15, 15], 1e-6, [0]),
  layerCheck(
    "pRelu, per channel",
    (random) => drawn(new PRelu({ channels: 4, dtype: float64 }), random),
    [3, 5, 4],
    1e-6,
    [0],
  ),
  layerCheck("batchNorm", (random) => drawn(new BatchNorm(6, { dtype: float64 }), random), [15, 6], 1e-6),
  layerCheck("layerNorm", (random) => drawn(new LayerNorm(6, { dtype: float64 }), random), [15, 6], 1e-6),
  layerCheck(
    "residual",
    (random) => new Residual([new Linear(6, 6, { random, initScale: 1, dtype: float64 }), new Gelu()]),
    [15, 6],
    1e-6,
  ),
  layerCheck(
    "residual with a shortcut",
    (random) =>
      new Residual([new Linear(6, 4, { random, initScale: 1, dtype: float64 }), new Gelu()], {
        shortcut: [new Linear(6, 4, { random, initScale: 1, dtype: float64 })],
      }),
    [15, 6],
    1e-6,
  ),
  layerCheck(
    "sequential",
    (random) =>
      new Sequential([
        new Linear(6, 5, { random, initScale: 1, dtype: float64 }),
        new Gelu(),
        new Linear(5, 4, { random, initScale: 1, dtype: float64 }),
      ]),
    [15, 6],
    1e-6,
  ),
  layerCheck("dropout", () => new Dropout(0.75), [15, 15], 1e-8),
  layerCheck("piecewiseLinear", () => new PiecewiseLinear(edges), [15, edges.length], 1e-8, edges.flat()),
  layerCheck("patches", () => new Patches(2), [2, 4, 6, 3], 1e-8),
  layerCheck("transpose", () => new Transpose(), [2, 3, 5], 1e-8),
  embeddingCheck(),
  layerCheck(
    "positionEmbedding",
    (random) => drawn(new PositionEmbedding(5, 4, { dtype: float64 }), random),
    [3, 5, 4],
    1e-7,
  ),
  ...[false, true].map((causal) =>
    layerCheck(
      `multiHeadAttention${causal ? ", causal" : ""}`,
      (random) => drawn(new MultiHeadAttention(6, { heads: 2, causal, dtype: float64 }), random),
      [2, 5, 6],
      1e-6,
      [],
      ["bk"],
    ),
  ),
  layerCheck("globalAveragePool1d", () => new GlobalAveragePool1d(), [3, 4, 5], 1e-7),
  layerCheck(
    "conv2d",
    (random) =>
      drawn(
        new Conv2d(4, 6, { kernel: [3, 2], stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2, dtype: float64 }),
        random,
      ),
    [3, 5, 6, 4],
    1e-7,
  ),
  layerCheck("maxPool2d", () => new MaxPool2d({ size: 3, stride: 2, padding: 1 }), [3, 5, 6, 2], 1e-7),
  layerCheck("averagePool2d", () => new AveragePool2d({ size: 3, stride: 2, padding: 1 }), [3, 5, 6, 2], 1e-7),
  layerCheck("globalAveragePool2d", () => new GlobalAveragePool2d(), [3, 5, 6, 2], 1e-7),
  layerCheck("scale", () => new Scale({ factor: 0.2 }), [4, 3, 2], 1e-8),
  layerCheck(
    "ensemble",
    (random) =>
      new Ensemble(
        [1, 2].map(() => [
          new Linear(6, 3, { random, initScale: 1, dtype: float64 }),
          new Sequential([new Linear(6, 3, { random, initScale: 1, dtype: float64 }), new Gelu()]),
        ]),
      ),
    [5, 6],
    1e-6,
  ),
  // These are the identity in training, and have its gradient
  layerCheck("groupClasses", () => new GroupClasses([0, 2, 1, 0, 2, 0]), [15, 6], 1e-8),
  layerCheck(
    "testTimeAugmentation",
    () => new TestTimeAugmentation([4, 5, 2], { flip: true, shift: 1 }),
    [3, 4, 5, 2],
    1e-8,
  ),
  layerCheck("testTimeAverage", () => new TestTimeAverage(3), [6, 4], 1e-8),
  lossCheck("crossEntropy", new CrossEntropyLoss(), (random) => [
    normal([100, 6], random, 0.001),
    Int32Array.from({ length: 100 }, () => random.randint(0, 6)),
  ]),
  lossCheck(
    "crossEntropy, class weights",
    new CrossEntropyLoss({ labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3] }),
    (random) => [normal([20, 4], random), Int32Array.from({ length: 20 }, () => random.randint(0, 4))],
  ),
  lossCheck(
    "crossEntropy, soft targets and class weights",
    new CrossEntropyLoss({ labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3] }),
    (random) => [normal([20, 4], random), softTargets([20, 4], random)],
  ),
  lossCheck("meanSquaredError", new MeanSquaredError(), (random) => [normal([10, 6], random), normal([10, 6], random)]),
  lossCheck("meanAbsoluteError", new MeanAbsoluteError(), (random) => [
    normal([10, 6], random),
    normal([10, 6], random),
  ]),
  lossCheck("huber", new HuberLoss({ delta: 0.7 }), (random) => [normal([10, 6], random), normal([10, 6], random)]),
  lossCheck("binaryCrossEntropy", new BinaryCrossEntropyLoss(), (random) => [
    normal([10, 6], random),
    softTargets([10, 6], random),
  ]),
  penaltyCheck(l1(0.1)),
  penaltyCheck(l2(0.1)),
  presetCheck("fcGelu", (random) => fcGelu({ random, initScale: 1, dtype: float64 }), [3, 5, 3], 1e-3),
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
