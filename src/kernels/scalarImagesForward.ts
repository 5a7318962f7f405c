import { checkConvolution, checkPool } from "./checkImages.ts";
import type { ImageKernels, Window2d } from "./imageKernels.ts";
import { addRow } from "./scalarLayers.ts";

/**
 * Calls `visit` for every pixel of every window, in the order of outputs, then of places in the window, with the indices of the
 * output pixel and the input pixel in the batch and the number of the place. Places outside of the image are left out.
 */
export function forEachPixel(of: Window2d, visit: (output: number, pixel: number, place: number) => void): void {
  const { batch, input, output, kernel, stride, dilation, padding } = of;
  let current = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < output[0]; i++) {
      for (let j = 0; j < output[1]; j++) {
        for (let p = 0; p < kernel[0]; p++) {
          const row = i * stride[0] - padding[0] + p * dilation[0];
          if (row < 0 || row >= input[0]) continue;
          for (let q = 0; q < kernel[1]; q++) {
            const column = j * stride[1] - padding[1] + q * dilation[1];
            if (column < 0 || column >= input[1]) continue;
            visit(current, (n * input[0] + row) * input[1] + column, p * kernel[1] + q);
          }
        }
        current++;
      }
    }
  }
}

/** The number of pixels that the sum of each window is divided by. */
export function poolDivisors(of: Window2d, countPadding: boolean): (output: number) => number {
  const all = of.kernel[0] * of.kernel[1];
  if (countPadding) return () => all;
  const inside = new Uint32Array(of.output[0] * of.output[1]);
  forEachPixel({ ...of, batch: 1 }, (output) => inside[output]++);
  return (output) => inside[output % inside.length];
}

/** The scalar kernels of images that are needed for predictions. */
export const scalarImagesForward: Pick<ImageKernels, "conv2d" | "maxPool2d" | "averagePool2d"> = {
  conv2d(y, x, w, b, of) {
    checkConvolution("conv2d", x, y, w, b, of);
    const { channels, outputs, groups } = of;
    const [inputsEach, outputsEach] = [channels / groups, outputs / groups];
    for (let i = 0; i < y.length; i++) y[i] = b ? b[i % outputs] : 0;
    forEachPixel(of, (output, pixel, place) => {
      for (let group = 0; group < groups; group++) {
        const to = output * outputs + group * outputsEach;
        for (let c = 0; c < inputsEach; c++) {
          const weights = (place * inputsEach + c) * outputs + group * outputsEach;
          addRow(y, to, w, weights, x[pixel * channels + group * inputsEach + c], outputsEach);
        }
      }
    });
  },

  maxPool2d(y, places, x, of) {
    checkPool("maxPool2d", x, y, of, { places });
    const { channels } = of;
    let current = -1;
    forEachPixel(of, (output, pixel, place) => {
      for (let c = 0; c < channels; c++) {
        const [value, to] = [x[pixel * channels + c], output * channels + c];
        if (output === current && (value <= y[to] || Number.isNaN(y[to]))) continue;
        y[to] = value;
        places[to] = place;
      }
      current = output;
    });
  },

  averagePool2d(y, x, of, countPadding) {
    checkPool("averagePool2d", x, y, of, { touching: !countPadding });
    const { channels } = of;
    const divisor = poolDivisors(of, countPadding);
    y.fill(0);
    forEachPixel(of, (output, pixel) => addRow(y, output * channels, x, pixel * channels, 1, channels));
    for (let i = 0; i < y.length; i++) y[i] /= divisor(Math.floor(i / channels));
  },
};
