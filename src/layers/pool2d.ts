import * as v from "valibot";
import type { Window2d } from "../kernels/imageKernels.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import {
  describeWindow,
  type Padding,
  padding,
  type Size,
  shortSize,
  size,
  type WindowSides,
  windowOptions,
  windowOver,
  windowSides,
} from "./window.ts";

export interface Pool2dOptions {
  readonly name?: string;
  /** of the window */
  readonly size: Size;
  /** `size` by default: the windows are side by side */
  readonly stride?: Size;
  /** at most half of the size, or "same" */
  readonly padding?: Padding;
}

/** The common part of the pooling layers: (batch, height, width, channels) → (batch, fewer rows, fewer columns, channels). */
abstract class Pool2d extends Layer {
  readonly window: WindowSides;

  constructor(kind: string, { name = "", size, stride = size, padding = 0 }: Pool2dOptions) {
    super();
    this.name = name;
    this.window = windowSides(kind, { kernel: size, stride, padding });
    const [sides, around] = [this.window.kernel, this.window.padding];
    if (around !== "same" && around.some((side, i) => 2 * side > sides[i])) {
      throw new SettingsError(
        `${kind}: padding: expected at most half of the size ${sides.join("×")}, so that every window holds pixels, found ${around.join("×")}`,
      );
    }
  }

  override options(): Readonly<Record<string, unknown>> {
    return { size: shortSize(this.window.kernel), ...windowOptions(this.window, this.window.kernel) };
  }

  override get prefix(): string {
    return "pool";
  }

  outputShape(shape: Shape): Shape {
    const { batch, output, channels } = this.windows(shape);
    return [batch, ...output, channels];
  }

  /** The geometry of its windows on images of a shape, for the kernels. */
  windows(shape: Shape): Window2d {
    this.expectShape("images", shape, "(batch, height, width, channels)", shape.length === 4);
    return windowOver(this.describe(), shape, this.window);
  }

  override describe(): string {
    return `${this.name || this.kind} (${this.kind} ${describeWindow(this.window, this.window.kernel)})`;
  }
}

/**
 * The largest number of each window and channel; pixels outside of the images do not count. The gradient goes to the pixel that was the
 * largest, the first where several are. Throws SettingsError for wrong options and windows of more than 256 places, ShapeError for other
 * inputs.
 */
export class MaxPool2d extends Pool2d {
  readonly kind = "maxPool2d";
  private places: Uint8Array = new Uint8Array(0);
  private kept?: Shape;

  constructor(options: Pool2dOptions) {
    super("MaxPool2d", options);
    const [height, width] = this.window.kernel;
    if (height * width > 256) {
      throw new SettingsError(`MaxPool2d: size: expected a window of at most 256 pixels, found ${height}×${width}`);
    }
  }

  // y[n, i, j, c] = max over the window's x[n, u, v, c]
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.images.maxPool2d(y.data, this.keep(x.shape, y.size), x.data, this.windows(x.shape));
    return y;
  }

  /** What `backward` needs, for inputs of a shape and this number of outputs: the memory for the place of the largest pixel of each window. */
  keep(shape: Shape, outputs: number): Uint8Array {
    if (this.places.length !== outputs) this.places = this.workspace.kernels.allocateBytes(outputs);
    this.kept = shape;
    return this.places;
  }

  // dx[n, u, v, c] = Σ dy[n, i, j, c] over the windows whose largest pixel is (u, v)
  backward(dy: Tensor): Tensor {
    const shape = this.saved(this.kept);
    this.expectGradient(dy, this.outputShape(shape));
    const dx = this.workspace.tensor(shape, dy.dtype);
    this.workspace.kernels.images.maxPool2dBackward(dx.data, dy.data, this.places, this.windows(shape));
    return dx;
  }
}

export interface AveragePool2dOptions extends Pool2dOptions {
  /** false (the default, as in Keras): divides by the pixels of a window inside of the image; true: by all places (as in PyTorch) */
  readonly countPadding?: boolean;
}

/**
 * The mean of each window and channel; zeros around the images do not count unless `countPadding` says so. Throws SettingsError for wrong options,
 * ShapeError for other inputs.
 */
export class AveragePool2d extends Pool2d {
  readonly kind = "averagePool2d";
  readonly countPadding: boolean;
  private kept?: Shape;

  constructor(options: AveragePool2dOptions) {
    super("AveragePool2d", options);
    this.countPadding = options.countPadding ?? false;
  }

  override options() {
    return { ...super.options(), ...(this.countPadding && { countPadding: true }) };
  }

  // y[n, i, j, c] = 1/k Σ over the window's x[n, u, v, c], k pixels of the image
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.images.averagePool2d(y.data, x.data, this.windows(x.shape), this.countPadding);
    this.kept = x.shape;
    return y;
  }

  // dx[n, u, v, c] = Σ dy[n, i, j, c]/k over the windows that hold (u, v)
  backward(dy: Tensor): Tensor {
    const shape = this.saved(this.kept);
    this.expectGradient(dy, this.outputShape(shape));
    const dx = this.workspace.tensor(shape, dy.dtype);
    this.workspace.kernels.images.averagePool2dBackward(dx.data, dy.data, this.windows(shape), this.countPadding);
    return dx;
  }
}

const pool = { size, stride: v.optional(size), padding: v.optional(padding) };

export const maxPool2d = layerKind({
  schema: v.strictObject(pool),
  create: (options, { name }) => new MaxPool2d({ ...options, name }),
});

export const averagePool2d = layerKind({
  schema: v.strictObject({ ...pool, countPadding: v.optional(v.boolean()) }),
  create: (options, { name }) => new AveragePool2d({ ...options, name }),
});
