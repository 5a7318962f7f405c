import { SettingsError } from "../tensor/errors.ts";
import type { LayerDescription } from "./registry.ts";

export interface ConvolutionOptions {
  /** (height, width, channels) */
  readonly image: readonly [height: number, width: number, channels: number];
  /** the channels of each block; every block halves the sides of the images */
  readonly widths: readonly number[];
  /** convolutions in a block: 2, or 3, the last two of which with their input added */
  readonly depth?: 2 | 3;
  readonly classes: number;
}

/**
 * A convolutional network as plain data, after airbench94 and, with a depth of 3, airbench96 (Jordan 2024, arXiv:2404.00498): whitened patches of 2×2
 * pixels with both signs; blocks of 3×3 convolutions that start as the identity, each with a batch normalization and GELU, the first of a block with the
 * largest of 2×2 pixels; the largest number of each channel over the remaining pixels; and a linear layer whose outputs are divided by 9.
 * Throws SettingsError for images that become too small.
 */
export function convolutionLayers({ image, widths, depth = 2, classes }: ConvolutionOptions): LayerDescription[] {
  const [height, breadth, channels] = image;
  const sides = [height, breadth].map((side) => widths.reduce((left) => Math.floor(left / 2), side - 1)) as [
    number,
    number,
  ];
  if (widths.length === 0 || Math.min(...sides) < 1 || sides[0] * sides[1] > 256) {
    throw new SettingsError(
      `convolutionLayers: widths: expected a number of blocks that make images of ${height}×${breadth} pixels at most 16×16, and leave at least one, found ${widths.length}, which leave ${sides.join("×")}`,
    );
  }
  const block = (outputs: number): LayerDescription[] => [
    convolution(outputs),
    { kind: "maxPool2d", size: 2 },
    normalization,
    gelu,
    ...(depth === 2
      ? [convolution(outputs), normalization]
      : [residual(convolution(outputs), normalization, gelu, convolution(outputs), normalization)]),
    gelu,
  ];
  const last = widths[widths.length - 1];
  return [
    { kind: "conv2d", outputs: 8 * channels, kernel: 2, bias: false, whitened: true },
    gelu,
    ...widths.flatMap(block),
    { kind: "maxPool2d", size: sides },
    { kind: "flatten" },
    // as PyTorch draws them
    { kind: "linear", outputs: classes, initScale: Number(Math.sqrt(1 / (3 * last)).toPrecision(3)) },
    { kind: "scale", factor: 1 / 9 },
  ];
}

const gelu = { kind: "gelu" } as const;
/** fast running statistics: trainings are short */
const normalization = { kind: "batchNorm", momentum: 0.4 } as const;
const convolution = (outputs: number) =>
  ({ kind: "conv2d", outputs, kernel: 3, padding: "same", bias: false, initializer: "identity" }) as const;
const residual = (...layers: readonly LayerDescription[]) => ({ kind: "residual", layers }) as const;
