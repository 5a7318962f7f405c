import { scalarKernels } from "../kernels/scalar.ts";
import { Embedding } from "../layers/embedding.ts";
import type { Layer } from "../layers/layer.ts";
import type { Sequential } from "../layers/sequential.ts";
import { CrossEntropyLoss } from "../losses/crossEntropy.ts";
import type { Loss } from "../losses/loss.ts";
import { RandomState } from "../random/randomState.ts";
import type { Regularizer } from "../regularizers.ts";
import { type Shape, Tensor } from "../tensor/tensor.ts";
import { checkGradients, type GradientErrors, numericalGradient, relativeError } from "../training/gradientCheck.ts";

/** One gradient, checked against central differences in float64. */
export interface NamedGradientCheck {
  readonly part: "layer" | "loss" | "penalty" | "preset";
  /** the checked kind and, after a comma or a space, its options: "crossEntropy, soft targets and class weights" */
  readonly name: string;
  /** the relative error that a right gradient stays under */
  readonly bound: number;
  run(seed: number): GradientErrors;
}

export function normal(shape: Shape, random: RandomState, scale = 1): Tensor {
  const tensor = Tensor.zeros(shape, "float64");
  random.fillRandn(tensor.data, scale);
  return tensor;
}

/**
 * Moves numbers that are nearer than 0.001 to a kink of the function to 0.01 above it: central differences there average the two slopes
 * and do not test the gradient.
 */
function awayFrom(kinks: readonly number[], x: Tensor): Tensor {
  for (const kink of kinks) {
    for (let i = 0; i < x.size; i++) if (Math.abs(x.data[i] - kink) < 1e-3) x.data[i] = kink + 1e-2;
  }
  return x;
}

/** Standard-normal input and ∂J/∂y, through one layer. `zero` names gradients that are 0, where central differences give only rounding. */
export function layerCheck(
  name: string,
  make: (random: RandomState) => Layer,
  shape: Shape,
  bound: number,
  kinks: readonly number[] = [],
  zero: readonly string[] = [],
): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const random = new RandomState(seed);
    const layer = make(random);
    const x = awayFrom(kinks, normal(shape, random));
    const errors = checkGradients(layer, { x, dy: normal(layer.outputShape(shape, "train"), random) }, { seed });
    return Object.fromEntries(Object.entries(errors).filter(([of]) => !zero.includes(of)));
  };
  return { part: "layer", name, bound, run };
}

/** Rows that occur several times, once and never. */
export function embeddingCheck(): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const random = new RandomState(seed);
    const layer = drawn(new Embedding(7, 4, { dtype: "float64" }), random);
    const x = new Tensor([2, 3], Float64Array.of(3, 0, 3, 5, 6, 3));
    return checkGradients(layer, { x, dy: normal([2, 3, 4], random) }, { seed });
  };
  return { part: "layer", name: "embedding", bound: 1e-7, run };
}

/** ∂J/∂outputs of a loss; `draw` makes outputs and targets. */
export function lossCheck<Targets>(
  name: string,
  loss: Loss<Targets>,
  draw: (random: RandomState) => readonly [outputs: Tensor, targets: Targets],
): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const [outputs, targets] = draw(new RandomState(seed));
    loss.forward(outputs, targets);
    const dx = loss.backward().clone();
    return { x: relativeError(dx.data, numericalGradient(() => loss.forward(outputs, targets), outputs).data) };
  };
  return { part: "loss", name, bound: 1e-6, run };
}

/** The gradient of a penalty, for normal parameters. */
export function penaltyCheck({ kind, penalty, addGradient }: Regularizer): NamedGradientCheck {
  const run = (seed: number): GradientErrors => {
    const values = awayFrom([0], normal([50], new RandomState(seed)));
    const gradients = Tensor.zeros([50], "float64");
    addGradient(scalarKernels, values.data, gradients.data);
    const numerical = numericalGradient(() => penalty(values.data), values);
    return { θ: relativeError(gradients.data, numerical.data) };
  };
  return { part: "penalty", name: kind, bound: 1e-6, run };
}

/** A whole network with cross-entropy, from inputs to loss. */
export function presetCheck(
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

/** With parameters away from 1 and 0, where a wrong gradient of them could hide. */
export function drawn<Made extends Layer>(layer: Made, random: RandomState): Made {
  for (const { value } of layer.parameters) random.fillRandn(value.data);
  return layer;
}
