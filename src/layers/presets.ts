import type { ActivationName, Kernels } from "../kernels/kernels.ts";
import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { DType, Shape } from "../tensor/tensor.ts";
import { Gelu, LeakyRelu, Relu, Sigmoid, Silu, Tanh } from "./activation.ts";
import { BatchNorm } from "./batchNorm.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { Frequencies } from "./frequencies.ts";
import { GroupClasses } from "./groupClasses.ts";
import type { InitializerName } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { LayerNorm } from "./layerNorm.ts";
import { Linear } from "./linear.ts";
import { checkParameters, countParameters } from "./parameterMemory.ts";
import { Residual } from "./residual.ts";
import { Sequential } from "./sequential.ts";
import { MeanOfViews, Views, type ViewsOptions } from "./views.ts";

export interface NetworkOptions {
  /** draws the weights in layer order */
  readonly random: RandomState;
  readonly initScale?: number;
  readonly initializer?: InitializerName;
  readonly dtype?: DType;
  readonly kernels?: Kernels;
}

export const activationLayers = {
  gelu: () => new Gelu(),
  geluExact: () => new Gelu({ approximate: "none" }),
  relu: () => new Relu(),
  leakyRelu: () => new LeakyRelu(),
  tanh: () => new Tanh(),
  sigmoid: () => new Sigmoid(),
  silu: () => new Silu(),
} satisfies Record<ActivationName, () => Layer>;

export interface MultilayerOptions extends Omit<NetworkOptions, "random"> {
  /** draws the weights in layer order; undefined leaves them 0, for those that are loaded */
  readonly random: RandomState | undefined;
  /** inputs (keep²·channels of `frequencies`), hidden sizes …, outputs: [3072, 128, 20] */
  readonly sizes: readonly number[];
  readonly activation?: ActivationName;
  /** of the dropout after each hidden activation; 1 (or 0) for none */
  readonly keepProb?: number;
  /** between each hidden linear layer and its activation: fc1_bn or fc1_ln */
  readonly normalization?: "none" | "batch" | "layer";
  /** wraps each hidden step whose input and output have one size into x + step(x): res2, … */
  readonly residual?: boolean;
  /** of one image, (height, width, channels): `frequencies` and `views` need it */
  readonly inputShape?: Shape | undefined;
  /** the lowest frequencies of the images in place of their pixels */
  readonly frequencies?: { readonly keep: number; readonly power: number } | undefined;
  /** for each of the last size the group that it counts for in evaluation */
  readonly classGroups?: readonly number[] | undefined;
  /** what is looked at in evaluation, beside the images as they are */
  readonly views?: ViewsOptions | undefined;
}

/**
 * A multilayer perceptron: flatten (or frequencies), then fc1, (normalization,) activation, (dropout,) …, the last fc without
 * activation, (groups of classes); views around all that. Parameters are drawn in that order. Throws SettingsError for fewer than two sizes.
 */
export function multilayerPerceptron(options: MultilayerOptions): Sequential {
  const {
    sizes,
    activation = "gelu",
    keepProb = 1,
    normalization = "none",
    residual = false,
    inputShape = [sizes[0]],
    frequencies,
    classGroups,
    views: viewsOptions,
    kernels,
    ...linear
  } = options;
  const { dtype } = linear;
  if (sizes.length < 2) throw new SettingsError(`layers: wanted at least 2 sizes (inputs, outputs), got [${sizes}]`);
  checkParameters(`layers ${sizes.join("-")}`, countParameters(sizes), dtype);
  const views = viewsOptions && new Views(inputShape, viewsOptions);
  const layers: Layer[] = [];
  if (views) layers.push(views);
  layers.push(frequencies ? new Frequencies(inputShape, { ...frequencies, dtype }) : new Flatten());
  for (let i = 1; i < sizes.length; i++) {
    const step: Layer[] = [new Linear(sizes[i - 1], sizes[i], { name: `fc${i}`, ...linear })];
    if (i < sizes.length - 1) {
      if (normalization === "batch") step.push(new BatchNorm(sizes[i], { name: `fc${i}_bn`, dtype }));
      if (normalization === "layer") step.push(new LayerNorm(sizes[i], { name: `fc${i}_ln`, dtype }));
      step.push(activationLayers[activation]());
      if (keepProb > 0 && keepProb < 1) step.push(new Dropout(keepProb));
    }
    const skips = residual && i < sizes.length - 1 && sizes[i] === sizes[i - 1];
    layers.push(...(skips ? [new Residual(step, { name: `res${i}` })] : step));
  }
  const groups = classGroups && new GroupClasses(classGroups);
  if (groups) layers.push(groups);
  if (views) layers.push(new MeanOfViews(views.count, groups?.count ?? sizes[sizes.length - 1]));
  return new Sequential(layers, { kernels });
}

/** flatten, fc1 (15→5), gelu: the assignment's first chain of two layers. */
export function fcGelu({ kernels, ...linear }: NetworkOptions): Sequential {
  return new Sequential([new Flatten(), new Linear(15, 5, { name: "fc1", ...linear }), new Gelu()], { kernels });
}

/** fc1 (4→30), gelu, fc2 (30→7), with initScale 0.02. */
export function smallFullyConnected({ initScale = 0.02, kernels, ...rest }: NetworkOptions): Sequential {
  const linear = { initScale, ...rest };
  const layers = [
    new Linear(4, 30, { name: "fc1", ...linear }),
    new Gelu(),
    new Linear(30, 7, { name: "fc2", ...linear }),
  ];
  return new Sequential(layers, { kernels });
}

/** flatten, fc1 (15→20), gelu, fc2 (20→30), gelu, fc3 (30→10), gelu, dropout, with initScale 0.05. */
export function dropoutNet({
  keepProb,
  initScale = 0.05,
  kernels,
  ...rest
}: NetworkOptions & { readonly keepProb: number }): Sequential {
  const linear = { initScale, ...rest };
  const layers = [
    new Flatten(),
    new Linear(15, 20, { name: "fc1", ...linear }),
    new Gelu(),
    new Linear(20, 30, { name: "fc2", ...linear }),
    new Gelu(),
    new Linear(30, 10, { name: "fc3", ...linear }),
    new Gelu(),
    new Dropout(keepProb),
  ];
  return new Sequential(layers, { kernels });
}

/** flatten, fc1 (3072→128), gelu, fc2 (128→20), with initScale 0.002: 31 % on the 20 superclasses of CIFAR-100. */
export function tinyNet(options: NetworkOptions): Sequential {
  return multilayerPerceptron({ sizes: [3072, 128, 20], initScale: 0.002, ...options });
}

/** flatten, 3072-100-100-100-100-100-20 with gelu between, with initScale 0.1: what the comparisons train. */
export function fullyConnectedNetwork(options: NetworkOptions): Sequential {
  return multilayerPerceptron({ sizes: [3072, 100, 100, 100, 100, 100, 20], initScale: 0.1, ...options });
}
