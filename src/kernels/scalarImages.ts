import { checkConvolution, checkPool } from "./checkImages.ts";
import type { ImageKernels } from "./imageKernels.ts";
import { movePixels } from "./movePixels.ts";
import { forEachPixel, poolDivisors, scalarImagesForward } from "./scalarImagesForward.ts";
import { addRow } from "./scalarLayers.ts";

/**
 * Convolution and pooling, forward and backward, in plain TypeScript. All of them loop over the pixels of the windows and the
 * channels of each pixel. Kernels without faster versions use these: `readonly images = scalarImages`.
 */
export const scalarImages: ImageKernels = {
  ...scalarImagesForward,
  movePixels,

  conv2dInput(dx, dy, w, of) {
    checkConvolution("conv2dInput", dx, dy, w, undefined, of);
    const { channels, outputs, groups } = of;
    const [inputsEach, outputsEach] = [channels / groups, outputs / groups];
    dx.fill(0);
    forEachPixel(of, (output, pixel, place) => {
      for (let group = 0; group < groups; group++) {
        const from = output * outputs + group * outputsEach;
        for (let c = 0; c < inputsEach; c++) {
          const weights = (place * inputsEach + c) * outputs + group * outputsEach;
          let sum = 0;
          for (let o = 0; o < outputsEach; o++) sum += dy[from + o] * w[weights + o];
          dx[pixel * channels + group * inputsEach + c] += sum;
        }
      }
    });
  },

  conv2dWeights(dw, dy, x, of) {
    checkConvolution("conv2dWeights", x, dy, dw, undefined, of);
    const { channels, outputs, groups } = of;
    const [inputsEach, outputsEach] = [channels / groups, outputs / groups];
    dw.fill(0);
    forEachPixel(of, (output, pixel, place) => {
      for (let group = 0; group < groups; group++) {
        const from = output * outputs + group * outputsEach;
        for (let c = 0; c < inputsEach; c++) {
          const weights = (place * inputsEach + c) * outputs + group * outputsEach;
          addRow(dw, weights, dy, from, x[pixel * channels + group * inputsEach + c], outputsEach);
        }
      }
    });
  },

  maxPool2dBackward(dx, dy, places, of) {
    checkPool("maxPool2dBackward", dx, dy, of, { places });
    const { channels } = of;
    dx.fill(0);
    forEachPixel(of, (output, pixel, place) => {
      for (let c = 0; c < channels; c++) {
        const from = output * channels + c;
        if (places[from] === place) dx[pixel * channels + c] += dy[from];
      }
    });
  },

  averagePool2dBackward(dx, dy, of, countPadding) {
    checkPool("averagePool2dBackward", dx, dy, of, { touching: !countPadding });
    const { channels } = of;
    const divisor = poolDivisors(of, countPadding);
    dx.fill(0);
    forEachPixel(of, (output, pixel) => {
      for (let c = 0; c < channels; c++) dx[pixel * channels + c] += dy[output * channels + c] / divisor(output);
    });
  },
};
