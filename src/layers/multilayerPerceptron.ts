import type { ActivationName, Kernels } from "../kernels/kernels.ts";
import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { DType, Shape } from "../tensor/tensor.ts";
import { makeNetwork } from "./description.ts";
import type { InitializerName } from "./initializers.ts";
import type { LayerDescription } from "./registry.ts";
import type { Sequential } from "./sequential.ts";
import { TestTimeAugmentation, type TestTimeAugmentationOptions } from "./testTimeAugmentation.ts";

/** A short description of a multilayer perceptron, which `multilayerLayers` expands to layers. */
export interface MultilayerShape {
  /** inputs (keep²·channels of `dct`), hidden sizes …, outputs: [3072, 128, 20] */
  readonly sizes: readonly number[];
  readonly activation?: ActivationName;
  /** of the dropout after each hidden activation; 1 (or 0) for none */
  readonly keepProb?: number;
  /** between each hidden linear layer and its activation: fc1_bn or fc1_ln */
  readonly normalization?: "none" | "batch" | "layer";
  /** wraps each hidden step whose input and output have one size into x + step(x): res2, … */
  readonly residual?: boolean;
  readonly initializer?: InitializerName | undefined;
  readonly initScale?: number | undefined;
  /** the lowest frequencies of the images in place of their pixels */
  readonly dct?: { readonly keep: number; readonly power: number } | undefined;
  /** for each output the group that it belongs to in evaluation */
  readonly classGroups?: readonly number[] | undefined;
}

/**
 * The layers of a multilayer perceptron: flatten (or dct), then fc1, (normalization,) activation, (dropout,) …, the last fc
 * without activation, (groups of classes). Throws SettingsError for fewer than two sizes.
 */
export function multilayerLayers(options: MultilayerShape): LayerDescription[] {
  const { sizes, activation = "gelu", keepProb = 1, normalization = "none", residual = false } = options;
  const { initializer, initScale, dct, classGroups } = options;
  if (sizes.length < 2)
    throw new SettingsError(`layers: expected at least 2 sizes (inputs, outputs), found [${sizes}]`);
  const layers: LayerDescription[] = [dct ? { kind: "dct", ...dct } : { kind: "flatten" }];
  const start = { ...(initializer && { initializer }), ...(initScale !== undefined && { initScale }) };
  for (let i = 1; i < sizes.length; i++) {
    const step: LayerDescription[] = [{ kind: "linear", name: `fc${i}`, outputs: sizes[i], ...start }];
    const hidden = i < sizes.length - 1;
    if (hidden) {
      if (normalization === "batch") step.push({ kind: "batchNorm", name: `fc${i}_bn` });
      if (normalization === "layer") step.push({ kind: "layerNorm", name: `fc${i}_ln` });
      step.push({ kind: activation });
      if (keepProb > 0 && keepProb < 1) step.push({ kind: "dropout", keepProb });
    }
    const skips = residual && hidden && sizes[i] === sizes[i - 1];
    layers.push(...(skips ? [{ kind: "residual" as const, name: `res${i}`, layers: step }] : step));
  }
  if (classGroups) layers.push({ kind: "groupClasses", groups: [...classGroups] });
  return layers;
}

/** The layers of a network whose outputs in evaluation are means over several views of each image. */
export function withTestTimeAugmentation(
  layers: readonly LayerDescription[],
  inputShape: Shape,
  options: TestTimeAugmentationOptions,
): LayerDescription[] {
  const { count } = new TestTimeAugmentation(inputShape, options);
  return [{ kind: "testTimeAugmentation", ...options }, ...layers, { kind: "testTimeAverage", count }];
}

/** The layers of the network that computes each image once. */
export function withoutTestTimeAugmentation(layers: readonly LayerDescription[]): readonly LayerDescription[] {
  return layers.filter(({ kind }) => kind !== "testTimeAugmentation" && kind !== "testTimeAverage");
}

export interface MultilayerOptions extends MultilayerShape {
  /** draws the weights in layer order */
  readonly random: RandomState;
  readonly dtype?: DType;
  readonly kernels?: Kernels;
  /** of one image, (height, width, channels): `dct` and `testTimeAugmentation` need it */
  readonly inputShape?: Shape | undefined;
  /** the other views of each image in evaluation, whose answers are averaged */
  readonly testTimeAugmentation?: TestTimeAugmentationOptions | undefined;
}

/** The network that `multilayerLayers` describes. Parameters are drawn in the order of the layers. Throws SettingsError. */
export function multilayerPerceptron(options: MultilayerOptions): Sequential {
  const { random, dtype, kernels, inputShape = [options.sizes[0]], testTimeAugmentation } = options;
  const layers = multilayerLayers(options);
  const described = testTimeAugmentation ? withTestTimeAugmentation(layers, inputShape, testTimeAugmentation) : layers;
  return makeNetwork({ inputShape, layers: described, dtype }, { random, kernels });
}
