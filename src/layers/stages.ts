import { ActivatedConvolution } from "./activatedConvolution.ts";
import { Activation } from "./activation.ts";
import { BatchNorm } from "./batchNorm.ts";
import { Conv2d } from "./conv2d.ts";
import type { Layer } from "./layer.ts";
import { NormalizedActivation } from "./normalizedActivation.ts";
import { MaxPool2d } from "./pool2d.ts";
import { PooledConvolution } from "./pooledConvolution.ts";
import type { Stage } from "./stage.ts";

/** The stages of layers: batch normalization is joined with the activation after it, convolution with the activation or the pooling. */
export function stagesOf(layers: readonly Layer[]): readonly Stage[] {
  return layers.flatMap((layer, i) => {
    // A layer that can follow in a pair cannot begin one
    if (joined(layers[i - 1], layer)) return [];
    return joined(layer, layers[i + 1]) ?? layer;
  });
}

function joined(layer: Layer | undefined, next: Layer | undefined): Stage | undefined {
  if (layer instanceof BatchNorm && next instanceof Activation) return new NormalizedActivation(layer, next);
  if (layer instanceof Conv2d && next instanceof Activation) return new ActivatedConvolution(layer, next);
  if (layer instanceof Conv2d && next instanceof MaxPool2d) return new PooledConvolution(layer, next);
  return undefined;
}
