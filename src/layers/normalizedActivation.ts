import type { Tensor } from "../tensor/tensor.ts";
import { Activation } from "./activation.ts";
import { BatchNorm } from "./batchNorm.ts";
import type { Layer, Pass } from "./layer.ts";

/** What a network computes at a time: a layer, or two layers that share their passes over memory. */
export type Stage = Pick<Layer, "parameters" | "forward" | "backward" | "backwardParameters">;

/** The stages of layers: each batch normalization is joined with the activation after it. */
export function stagesOf(layers: readonly Layer[]): readonly Stage[] {
  return layers.flatMap((layer, i): Stage | readonly [] => {
    const [previous, next] = [layers[i - 1], layers[i + 1]];
    if (layer instanceof BatchNorm && next instanceof Activation) return new NormalizedActivation(layer, next);
    return layer instanceof Activation && previous instanceof BatchNorm ? [] : layer;
  });
}

/**
 * z = f(norm(x)) with the results of both layers, bit for bit. In training the kernels may read and write memory once for both: the
 * arrays of convolutional networks are larger than the cache.
 */
class NormalizedActivation implements Stage {
  private readonly norm: BatchNorm;
  private readonly activation: Activation;
  /** f′ of the last pass, if it was computed for both layers at once */
  private derivative: Tensor | undefined;

  constructor(norm: BatchNorm, activation: Activation) {
    this.norm = norm;
    this.activation = activation;
  }

  get parameters() {
    return this.norm.parameters;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { norm, activation } = this;
    this.derivative = undefined;
    const hasKernel = norm.workspace.kernels.norms.batchNormActivate !== undefined;
    if (pass.mode !== "train" || !hasKernel || !isOriginal(norm, activation))
      return activation.forward(norm.forward(x, pass), pass);
    const { z, derivative } = norm.forwardActivated(x, activation);
    this.derivative = derivative;
    return z;
  }

  backward(dz: Tensor): Tensor {
    const { norm, activation, derivative } = this;
    return derivative ? norm.backwardActivated(dz, derivative) : norm.backward(activation.backward(dz));
  }

  backwardParameters(dz: Tensor): void {
    this.backward(dz);
  }
}

/** Whether both compute what their classes state: a subclass or a caller may have replaced a method. */
function isOriginal(norm: BatchNorm, activation: Activation): boolean {
  const [{ prototype: ofNorm }, { prototype: ofActivation }] = [BatchNorm, Activation];
  return (
    norm.forward === ofNorm.forward &&
    norm.backward === ofNorm.backward &&
    activation.forward === ofActivation.forward &&
    activation.backward === ofActivation.backward
  );
}
