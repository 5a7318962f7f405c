import { ShapeError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";
import { checkLength, checkSizes, checkTypes } from "./checks.ts";
import type { Convolution2d, Sides, Window2d } from "./imageKernels.ts";

// The checks of kernels/imageKernels.ts. Kernels that write into raw memory rely on them.

/** The largest window of maxPool2d, because places are stored as bytes. */
export const mostPlaces = 256;

/** Offsets in kernels are 32-bit numbers. */
const mostElements = 2 ** 31 - 1;

function checkWindow(kernel: string, of: Window2d): void {
  const { batch, channels, input, output, kernel: window, stride, dilation, padding } = of;
  checkSizes(kernel, { batch, channels });
  for (const [name, sides] of Object.entries({ input, output, kernel: window, stride, dilation })) {
    checkSizes(kernel, { [`${name} height`]: sides[0], [`${name} width`]: sides[1] });
  }
  for (const side of padding) {
    if (!Number.isInteger(side) || side < 0 || side > mostElements) {
      throw new ShapeError(`${kernel}: padding: expected a whole number of at least 0, found ${side}`);
    }
  }
  for (const axis of [0, 1] as const) {
    const reach = (output[axis] - 1) * stride[axis] + (window[axis] - 1) * dilation[axis] + padding[axis];
    if (reach > mostElements)
      throw new ShapeError(`${kernel}: windows cover ${reach} pixels, more than an image can have`);
  }
}

/** `x` and `dx` are images of the input, `y` and `dy` of the output. */
export function checkConvolution(
  kernel: string,
  x: Numbers,
  y: Numbers,
  w: Numbers,
  b: Numbers | undefined,
  of: Convolution2d,
): void {
  checkWindow(kernel, of);
  const { channels, outputs, groups } = of;
  checkSizes(kernel, { outputs, groups });
  if (channels % groups !== 0 || outputs % groups !== 0) {
    throw new ShapeError(
      `${kernel}: groups: expected a number that divides ${channels} channels and ${outputs} outputs, found ${groups}`,
    );
  }
  checkImages(kernel, "x", x, of.batch, of.input, channels);
  checkImages(kernel, "y", y, of.batch, of.output, outputs);
  checkLength(kernel, "w", w, (of.kernel[0] * of.kernel[1] * channels * outputs) / groups);
  if (b) checkLength(kernel, "b", b, outputs);
  if (b) checkTypes(kernel, y, x, w, b);
  else checkTypes(kernel, y, x, w);
}

/** `places`, if the kernel has them; `touching`: whether each window must contain a pixel of the image. */
export function checkPool(
  kernel: string,
  x: Numbers,
  y: Numbers,
  of: Window2d,
  { places, touching = true }: { readonly places?: Uint8Array; readonly touching?: boolean },
): void {
  checkWindow(kernel, of);
  checkImages(kernel, "x", x, of.batch, of.input, of.channels);
  checkImages(kernel, "y", y, of.batch, of.output, of.channels);
  checkTypes(kernel, y, x);
  if (places) {
    checkLength(kernel, "places", places, y.length);
    const count = of.kernel[0] * of.kernel[1];
    if (count > mostPlaces)
      throw new ShapeError(`${kernel}: window: expected at most ${mostPlaces} places, found ${count}`);
  }
  if (touching && !([0, 1] as const).every((axis) => everyWindowTouches(of, axis))) {
    throw new ShapeError(
      `${kernel}: expected a pixel of the image in each window, found windows with padding only; use less padding`,
    );
  }
}

function everyWindowTouches({ input, output, kernel, stride, dilation, padding }: Window2d, axis: 0 | 1): boolean {
  for (let i = 0; i < output[axis]; i++) {
    const start = i * stride[axis] - padding[axis];
    // The first pixel of the window at or after the edge of the image
    const first = start + Math.ceil(Math.max(0, -start) / dilation[axis]) * dilation[axis];
    if (first > start + (kernel[axis] - 1) * dilation[axis] || first >= input[axis]) return false;
  }
  return true;
}

function checkImages(
  kernel: string,
  name: string,
  images: Numbers,
  batch: number,
  sides: Sides,
  channels: number,
): void {
  const length = batch * sides[0] * sides[1] * channels;
  if (length > mostElements) {
    throw new ShapeError(
      `${kernel}: ${name}: expected at most ${mostElements} values, found ${length}; use smaller batches`,
    );
  }
  checkLength(kernel, name, images, length);
}
