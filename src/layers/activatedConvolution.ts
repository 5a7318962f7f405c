import type { Tensor } from "../tensor/tensor.ts";
import { Activation } from "./activation.ts";
import { Conv2d } from "./conv2d.ts";
import type { Pass } from "./layer.ts";
import { Pair } from "./stage.ts";

/**
 * z = f(conv(x)) with the results of both layers, bit for bit. Where f′ is not needed, which is in evaluation and before the first
 * parameter of a network, the kernels may apply f while the results are in the cache.
 */
export class ActivatedConvolution extends Pair<Conv2d, Activation> {
  // z = f(y), y[n, i, j, o] = b[o] + Σ x[n, i·s + p·d − pad, j·s + q·d − pad, c]·w[p, q, c, o]
  override forward(x: Tensor, pass: Pass): Tensor {
    const { first: convolution, second: activation } = this;
    const { workspace, w, b } = convolution;
    const { images } = workspace.kernels;
    if (activation.keeps(pass) || !images.conv2dActivate || !this.computes(Conv2d, Activation))
      return super.forward(x, pass);
    const z = workspace.tensor(convolution.outputShape(x.shape), x.dtype);
    const arrays = [z.data, x.data, w.value.data, b?.value.data] as const;
    images.conv2dActivate(activation.kind, ...arrays, convolution.windows(x.shape), activation.parameter);
    convolution.keep(x);
    activation.keep(undefined);
    return z;
  }
}
