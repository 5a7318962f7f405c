import type { Sequential } from "../layers/sequential.ts";
import type { Shape } from "../tensor/tensor.ts";

export interface FlattenedImages {
  /** the linear layer after the flatten */
  readonly layer: string;
  readonly shape: Shape;
  readonly places: Int32Array;
}

/** The linear layer after the flatten of a network, if its inputs are images of several channels and pixels, which have another order in PyTorch. */
export function flattenedImages(network: Sequential, inputShape: Shape): FlattenedImages | undefined {
  let images: Shape | undefined;
  let shape: Shape = [1, ...inputShape];
  for (const layer of network.layers) {
    if (layer.kind === "flatten") images = shape.slice(1);
    else if (layer.kind === "linear") {
      const places = images && channelPlaces(images);
      return images && places && { layer: layer.name, shape: images, places };
    } else if (layer.parameters.length > 0 && images) return undefined;
    shape = layer.outputShape(shape, "train");
  }
  return undefined;
}

/**
 * For each number of a flattened image (height, width, channels) its place in (channels, height, width); undefined for other inputs and
 * for one channel, where both orders are the same.
 */
export function channelPlaces([height, width, channels, ...rest]: Shape): Int32Array | undefined {
  if (channels === undefined || channels === 1 || rest.length > 0) return undefined;
  return Int32Array.from({ length: height * width * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return channel * height * width + pixel;
  });
}
