import type { Convolution2d, ImageKernels } from "./imageKernels.ts";
import type { Kernels } from "./kernels.ts";

/** Whether each output pixel depends on one input pixel, and each input pixel affects one output pixel: 1×1 windows with stride 1. */
export function isPointwise({ kernel, stride, padding, groups, input, output }: Convolution2d): boolean {
  const axes = [0, 1] as const;
  return (
    groups === 1 && axes.every((i) => kernel[i] === 1 && stride[i] === 1 && padding[i] === 0 && input[i] === output[i])
  );
}

const pixelsOf = ({ batch, input }: Convolution2d): number => batch * input[0] * input[1];

/** Pointwise convolutions as products of (pixels, channels) and (channels, outputs). */
export function pointwiseConvolutions(
  products: Pick<Kernels, "linear" | "matmul" | "matmulTransposeA" | "matmulTransposeB">,
): Pick<ImageKernels, "conv2d" | "conv2dInput" | "conv2dWeights"> {
  return {
    conv2d(y, x, w, b, of) {
      if (b) products.linear(y, x, w, b, pixelsOf(of), of.channels, of.outputs);
      else products.matmul(y, x, w, pixelsOf(of), of.channels, of.outputs);
    },
    conv2dInput: (dx, dy, w, of) => products.matmulTransposeB(dx, dy, w, pixelsOf(of), of.outputs, of.channels),
    conv2dWeights: (dw, dy, x, of) => products.matmulTransposeA(dw, x, dy, of.channels, pixelsOf(of), of.outputs),
  };
}
