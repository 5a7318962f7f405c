import { sizeOf, type Tensor } from "../tensor/tensor.ts";
import { Conv2d } from "./conv2d.ts";
import type { Pass } from "./layer.ts";
import { MaxPool2d } from "./pool2d.ts";
import { Pair } from "./stage.ts";

/** The results of a part of the batch stay in the caches of the cores. */
const bytesOfPart = 2 ** 21;

/**
 * z = maxPool(conv(x)) with the results of both layers, bit for bit. The backward passes do not need the results of the convolution, so
 * large batches are computed in parts, a few images at a time, in memory that all parts share.
 */
export class PooledConvolution extends Pair<Conv2d, MaxPool2d> {
  // z[n, i, j, o] = max over the window's y[n, u, v, o]
  override forward(x: Tensor, pass: Pass): Tensor {
    const { first: convolution, second: pool } = this;
    const { workspace, w, b } = convolution;
    const { images } = workspace.kernels;
    const shape = convolution.outputShape(x.shape);
    const [batch, ...image] = shape;
    const most = this.imagesOfPart(sizeOf(image), x.data.BYTES_PER_ELEMENT);
    if (batch <= most || !this.computes(Conv2d, MaxPool2d)) return super.forward(x, pass);
    const [ofConvolution, ofPool] = [convolution.windows(x.shape), pool.windows(shape)];
    const y = workspace.tensor([most, ...image], x.dtype);
    const z = workspace.tensor(pool.outputShape(shape), x.dtype);
    const places = pool.keep(shape, z.size);
    for (let start = 0; start < batch; start += most) {
      const count = Math.min(most, batch - start);
      const ofPart = <Data extends { readonly length: number; subarray(from: number, to: number): Data }>(all: Data) =>
        all.subarray((all.length / batch) * start, (all.length / batch) * (start + count));
      const results = y.data.subarray(0, count * sizeOf(image));
      images.conv2d(results, ofPart(x.data), w.value.data, b?.value.data, { ...ofConvolution, batch: count });
      images.maxPool2d(ofPart(z.data), ofPart(places), results, { ...ofPool, batch: count });
    }
    convolution.keep(x);
    return z;
  }

  /** All images if the weights, which are packed for each part, would cost more than the memory accesses that parts save. */
  private imagesOfPart(numbers: number, bytesEach: number): number {
    const { size } = this.first.w.value;
    const most = Math.max(1, Math.floor(bytesOfPart / (numbers * bytesEach)));
    return 2 * size > most * numbers ? Infinity : most;
  }
}
