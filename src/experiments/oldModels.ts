import * as v from "valibot";
import { type ActivationName, activations } from "../kernels/activations.ts";
import { multilayerLayers, withTestTimeAugmentation } from "../layers/multilayerPerceptron.ts";
import type { LayerDescription } from "../layers/registry.ts";
import { count, index, share } from "../schema.ts";
import { sizeOf } from "../tensor/tensor.ts";

/** The settings in models of version 1 that define the network. */
const version1 = v.object({
  settings: v.object({
    layers: v.pipe(v.array(count), v.minLength(2)),
    activation: v.optional(v.picklist(Object.keys(activations) as ActivationName[]), "gelu"),
    keepProb: v.optional(share, 1),
    normalizationLayers: v.optional(v.picklist(["none", "batch", "layer"]), "none"),
    residual: v.optional(v.boolean(), false),
    dtype: v.optional(v.picklist(["float32", "float64"]), "float32"),
    frequencies: v.optional(v.object({ keep: count, power: v.number() })),
    classGroups: v.optional(v.pipe(v.array(index), v.minLength(1), v.maxLength(10_000))),
    views: v.optional(v.object({ flip: v.boolean(), shift: v.pipe(index, v.maxValue(64)) })),
  }),
  inputShape: v.pipe(
    v.array(count),
    v.minLength(1),
    v.maxLength(8),
    v.check((shape) => sizeOf(shape) <= 2 ** 22, "expected inputs of at most 2²² numbers"),
  ),
  preprocessing: v.optional(v.object({ target: v.object({ kind: v.string() }) })),
});

/**
 * Version 1 of the model format named a multilayer perceptron by its training settings; version 2 describes every layer. Anything
 * else is returned as it is.
 */
export function upgradeModel(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !("version" in input) || input.version !== 1) return input;
  const { settings, inputShape, preprocessing } = v.parse(version1, input);
  const { layers: sizes, normalizationLayers: normalization, frequencies: dct, views, dtype, ...rest } = settings;
  const single: LayerDescription[] = multilayerLayers({ ...rest, dct, sizes, normalization });
  const layers = views ? withTestTimeAugmentation(single, inputShape, views) : single;
  const { settings: trained, inputShape: _, ...others } = input as Record<string, unknown>;
  return {
    ...others,
    version: 2,
    network: { inputShape, layers, dtype },
    answers: preprocessing?.target.kind === "number" ? "numbers" : "classes",
    training: { settings: trained },
  };
}
