import { sizeOf, type Tensor } from "../tensor/tensor.ts";
import { Conv2d } from "./conv2d.ts";
import { MaxPool2d } from "./pool2d.ts";
import { hasMethodsOf, type Stage } from "./stage.ts";

/** The results of a part of the batch stay in the caches of the cores. */
const bytesOfPart = 2 ** 21;

/**
 * z = maxPool(conv(x)) with the results of both layers, bit for bit. The backward passes do not need the results of the convolution, so
 * large batches are computed in parts, a few images at a time, in memory that all parts share.
 */
export class PooledConvolution implements Stage {
  private readonly convolution: Conv2d;
  private readonly pool: MaxPool2d;

  constructor(convolution: Conv2d, pool: MaxPool2d) {
    this.convolution = convolution;
    this.pool = pool;
  }

  get parameters() {
    return this.convolution.parameters;
  }

  // z[n, i, j, o] = max over the window's y[n, u, v, o]
  forward(x: Tensor): Tensor {
    const { convolution, pool } = this;
    const { workspace, w, b } = convolution;
    const { images } = workspace.kernels;
    const shape = convolution.outputShape(x.shape);
    const [batch, ...image] = shape;
    const most = this.imagesOfPart(sizeOf(image), x.data.BYTES_PER_ELEMENT);
    if (batch <= most || !hasMethodsOf(Conv2d, convolution) || !hasMethodsOf(MaxPool2d, pool))
      return pool.forward(convolution.forward(x));
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
    const { size } = this.convolution.w.value;
    const most = Math.max(1, Math.floor(bytesOfPart / (numbers * bytesEach)));
    return 2 * size > most * numbers ? Infinity : most;
  }

  backward(dz: Tensor): Tensor {
    return this.convolution.backward(this.pool.backward(dz));
  }

  backwardParameters(dz: Tensor): void {
    this.convolution.backwardParameters(this.pool.backward(dz));
  }
}
