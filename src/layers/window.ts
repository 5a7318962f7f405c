import * as v from "valibot";
import type { Sides, Window2d } from "../kernels/imageKernels.ts";
import { count, index } from "../schema.ts";
import { SettingsError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/tensor.ts";

/** One number for both sides, or height and width. */
export type Size = number | Sides;

/**
 * Zeros around the images: a number of them on each side, or "same": as many as make the output ⌈input / stride⌉, the odd one below and
 * to the right (as in Keras).
 */
export type Padding = "same" | Size;

export interface WindowOptions {
  readonly kernel: Size;
  readonly stride?: Size;
  readonly padding?: Padding;
  readonly dilation?: Size;
}

export const size = v.union([count, v.tuple([count, count])]);
export const padding = v.union([v.picklist(["same"]), index, v.tuple([index, index])]);

export const sidesOf = (value: Size): Sides => (typeof value === "number" ? [value, value] : value);

/** A pair in its short form: one number if both sides are equal. */
export const shortSize = ([height, width]: Sides): Size => (height === width ? height : [height, width]);

/** Checked options, as pairs. */
export interface WindowSides {
  readonly kernel: Sides;
  readonly stride: Sides;
  readonly dilation: Sides;
  readonly padding: "same" | Sides;
}

/** Throws SettingsError that names the option, `what` in front. */
export function windowSides(
  what: string,
  { kernel, stride = 1, padding = 0, dilation = 1 }: WindowOptions,
): WindowSides {
  const sides = (option: string, value: Size, least: number): Sides => {
    const pair = sidesOf(value);
    if (!Array.isArray(pair) || pair.length !== 2 || pair.some((side) => !Number.isInteger(side) || side < least)) {
      throw new SettingsError(
        `${what}: ${option}: expected a whole number of at least ${least}, or two of them (height, width), found ${JSON.stringify(value)}`,
      );
    }
    return pair;
  };
  return {
    kernel: sides("kernel", kernel, 1),
    stride: sides("stride", stride, 1),
    dilation: sides("dilation", dilation, 1),
    padding: padding === "same" ? padding : sides("padding", padding, 0),
  };
}

/** Those that differ from the defaults, as plain data. */
export function windowOptions(
  { stride, dilation, padding }: WindowSides,
  defaultStride: Sides = [1, 1],
): { readonly stride?: Size; readonly padding?: Padding; readonly dilation?: Size } {
  const differs = (sides: Sides, other: Sides) => sides[0] !== other[0] || sides[1] !== other[1];
  const padded = padding === "same" || differs(padding, [0, 0]);
  return {
    ...(differs(stride, defaultStride) && { stride: shortSize(stride) }),
    ...(padded && { padding: padding === "same" ? padding : shortSize(padding) }),
    ...(differs(dilation, [1, 1]) && { dilation: shortSize(dilation) }),
  };
}

/** The geometry of a window on images of a shape (batch, height, width, channels). Throws ShapeError if it is larger than they are. */
export function windowOver(layer: string, shape: Shape, { kernel, stride, dilation, padding }: WindowSides): Window2d {
  const [batch, height, width, channels] = shape;
  const axis = (i: 0 | 1, length: number): readonly [output: number, before: number] => {
    const reach = (kernel[i] - 1) * dilation[i] + 1;
    if (padding === "same") {
      const output = Math.ceil(length / stride[i]);
      return [output, Math.floor(Math.max(0, (output - 1) * stride[i] + reach - length) / 2)];
    }
    const padded = length + 2 * padding[i];
    if (reach > padded) {
      throw new ShapeError(
        `${layer}: expected images of at least ${reach} pixels in ${i === 0 ? "height" : "width"}, padding counted, found ${padded} in ${formatShape(shape)}; use a smaller kernel, padding: "same", or fewer layers that make images smaller`,
      );
    }
    return [Math.floor((padded - reach) / stride[i]) + 1, padding[i]];
  };
  const [[outputHeight, top], [outputWidth, left]] = [axis(0, height), axis(1, width)];
  const output: Sides = [outputHeight, outputWidth];
  return { batch, input: [height, width], output, channels, kernel, stride, dilation, padding: [top, left] };
}

/** "3×3, stride 2, padding same" */
export function describeWindow(
  { kernel, stride, dilation, padding }: WindowSides,
  defaultStride: Sides = [1, 1],
): string {
  const {
    stride: moved,
    padding: around,
    dilation: apart,
  } = windowOptions({ kernel, stride, dilation, padding }, defaultStride);
  const text = (value: Padding) => (Array.isArray(value) ? value.join("×") : String(value));
  const parts = [
    kernel.join("×"),
    moved && `stride ${text(moved)}`,
    around && `padding ${text(around)}`,
    apart && `dilation ${text(apart)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** The number of zeros that the windows need below and to the right of the images. */
export function paddingAfter({ input, output, kernel, stride, dilation, padding }: Window2d): Sides {
  const after = (axis: 0 | 1): number => {
    const reach = (output[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
    return Math.max(0, reach - input[axis] - padding[axis]);
  };
  return [after(0), after(1)];
}
