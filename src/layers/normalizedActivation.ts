import { formatShape, type Tensor } from "../tensor/tensor.ts";
import { Activation } from "./activation.ts";
import { BatchNorm, type KeptBatch } from "./batchNorm.ts";
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
  /** the last batch and its f′, if both layers were computed at once */
  private joined: { readonly batch: KeptBatch; readonly derivative: Tensor } | undefined;

  constructor(norm: BatchNorm, activation: Activation) {
    this.norm = norm;
    this.activation = activation;
  }

  get parameters() {
    return this.norm.parameters;
  }

  // z = f(y), y = w ⊙ (x − μ)/√(σ² + ε) + b
  forward(x: Tensor, pass: Pass): Tensor {
    const { norm, activation } = this;
    const { norms } = norm.workspace.kernels;
    this.joined = undefined;
    if (pass.mode !== "train" || !norms.batchNormActivate || !isOriginal(norm, activation))
      return activation.forward(norm.forward(x, pass), pass);
    norm.outputShape(x.shape);
    const z = norm.workspace.tensor(x.shape, x.dtype);
    const derivative = norm.workspace.tensor(x.shape, x.dtype);
    const batch = norm.keep(x);
    norms.batchNormActivate(
      activation.kind,
      ...([z.data, derivative.data, batch.mean.data, batch.variance.data] as const),
      ...([x.data, norm.w.value.data, norm.b.value.data] as const),
      ...([x.size / norm.features, norm.features, norm.epsilon, activation.parameter] as const),
    );
    norm.follow();
    activation.keep(derivative);
    this.joined = { batch, derivative };
    return z;
  }

  // dy = dz ⊙ f′(y), then the gradients of the normalization
  backward(dz: Tensor): Tensor {
    const { norm, activation, joined } = this;
    const { workspace, w, b, features, epsilon } = norm;
    const { norms } = workspace.kernels;
    const isLast = joined !== undefined && joined.batch === norm.kept; // no layer was called by itself since
    if (!isLast || !norms.batchNormActivateBackward || formatShape(dz.shape) !== formatShape(joined.derivative.shape))
      return norm.backward(activation.backward(dz));
    const { x, mean, variance } = joined.batch;
    const dx = workspace.tensor(x.shape, x.dtype);
    norms.batchNormActivateBackward(
      ...([dx.data, w.gradient.data, b.gradient.data, dz.data, joined.derivative.data] as const),
      ...([x.data, mean.data, variance.data, w.value.data, x.size / features, features, epsilon] as const),
    );
    return dx;
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
