import { formatShape, type Tensor } from "../tensor/tensor.ts";
import { Activation } from "./activation.ts";
import { BatchNorm, type KeptBatch } from "./batchNorm.ts";
import type { Pass } from "./layer.ts";
import { Pair } from "./stage.ts";

/**
 * z = f(norm(x)) with the results of both layers, bit for bit. In training the kernels may read and write memory once for both: the
 * arrays of convolutional networks are larger than the cache.
 */
export class NormalizedActivation extends Pair<BatchNorm, Activation> {
  /** the last batch and its f′, if both layers were computed at once */
  private joined: { readonly batch: KeptBatch; readonly derivative: Tensor } | undefined;

  // z = f(y), y = w ⊙ (x − μ)/√(σ² + ε) + b
  override forward(x: Tensor, pass: Pass): Tensor {
    const { first: norm, second: activation } = this;
    const { norms } = norm.workspace.kernels;
    this.joined = undefined;
    if (pass.mode !== "train" || !norms.batchNormActivate || !this.computes(BatchNorm, Activation))
      return super.forward(x, pass);
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
    norm.follow(norm.momentum);
    activation.keep(derivative);
    this.joined = { batch, derivative };
    return z;
  }

  // dy = dz ⊙ f′(y), then the gradients of the normalization
  override backward(dz: Tensor): Tensor {
    const { first: norm, joined } = this;
    const { workspace, w, b, features, epsilon } = norm;
    const { norms } = workspace.kernels;
    const isLast = joined !== undefined && joined.batch === norm.kept; // no layer was called by itself since
    if (!isLast || !norms.batchNormActivateBackward || formatShape(dz.shape) !== formatShape(joined.derivative.shape))
      return super.backward(dz);
    const { x, mean, variance } = joined.batch;
    const dx = workspace.tensor(x.shape, x.dtype);
    norms.batchNormActivateBackward(
      ...([dx.data, w.gradient.data, b.gradient.data, dz.data, joined.derivative.data] as const),
      ...([x.data, mean.data, variance.data, w.value.data, x.size / features, features, epsilon] as const),
    );
    return dx;
  }

  override backwardParameters(dz: Tensor): void {
    this.backward(dz);
  }
}
