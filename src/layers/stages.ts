import { ActivatedConvolution } from "./activatedConvolution.ts";
import { Activation } from "./activation.ts";
import { BatchNorm } from "./batchNorm.ts";
import { Conv2d } from "./conv2d.ts";
import type { Layer } from "./layer.ts";
import { NormalizedActivation } from "./normalizedActivation.ts";
import type { Stage } from "./stage.ts";

/** The stages of layers: batch normalization and convolution are joined with the activation after them. */
export function stagesOf(layers: readonly Layer[]): readonly Stage[] {
  return layers.flatMap((layer, i) => {
    if (layer instanceof Activation && joined(layers[i - 1], layer)) return [];
    return joined(layer, layers[i + 1]) ?? layer;
  });
}

function joined(layer: Layer | undefined, next: Layer | undefined): Stage | undefined {
  if (!(next instanceof Activation)) return undefined;
  if (layer instanceof BatchNorm) return new NormalizedActivation(layer, next);
  return layer instanceof Conv2d ? new ActivatedConvolution(layer, next) : undefined;
}
