import * as v from "valibot";
import type { Convolution2d } from "../kernels/imageKernels.ts";
import type { RandomState } from "../random/randomState.ts";
import { count, notNegative } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import { type DType, type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import { checkCounts } from "./checkCounts.ts";
import {
  chosenInitializer,
  type InitializerName,
  initializerNames,
  initializerOptions,
  initializers,
} from "./initializers.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { checkParameters } from "./parameterMemory.ts";
import {
  describeWindow,
  padding,
  shortSize,
  size,
  type WindowOptions,
  type WindowSides,
  windowOptions,
  windowOver,
  windowSides,
} from "./window.ts";

export interface Conv2dOptions extends WindowOptions {
  /** "conv1": its parameters are then conv1_w and conv1_b */
  readonly name?: string;
  /** outputs of a group depend only on the channels of the same group; as many groups as channels: a depthwise convolution */
  readonly groups?: number;
  /** false if a normalization follows, which would remove it */
  readonly bias?: boolean;
  /** draws the weights; without it they start as zeros, for weights that are loaded or assigned */
  readonly random?: RandomState | undefined;
  /** he by default; scaled if `initScale` is given */
  readonly initializer?: InitializerName | undefined;
  readonly initScale?: number | undefined;
  /** w and b are not trained: they are saved as buffers, without gradients, and no optimizer and no regularizer changes them */
  readonly frozen?: boolean | undefined;
  /** frozen: `whitenFirstLayer` sets w before the training, from patches of the training images; an even number of outputs, twice the size of a patch at most */
  readonly whitened?: boolean | undefined;
  readonly dtype?: DType;
}

/**
 * A convolution: each output pixel is a linear function of the window of the input around it, the same one everywhere,
 *     y[n, i, j, o] = b[o] + Σ_{p, q, c} x[n, i·stride + p·dilation − padding, j·stride + q·dilation − padding, c]·w[p, q, c, o],
 * x (batch, height, width, channels), zero outside of the images, w (kernel height, kernel width, channels / groups, outputs),
 * y (batch, ⌊(height + 2·padding − (kernel − 1)·dilation − 1)/stride⌋ + 1, …, outputs). Weights start as √(2/n)·N(0, 1) with the
 * n = kernel height·kernel width·channels/groups inputs of an output, unless another initializer is named. LeCun et al. 1998.
 * Throws SettingsError for wrong options, ShapeError for other inputs and for windows larger than the images.
 */
export class Conv2d extends Layer {
  readonly kind = "conv2d";
  readonly channels: number;
  readonly outputs: number;
  readonly window: WindowSides;
  readonly groups: number;
  readonly initializer: InitializerName;
  readonly initScale: number | undefined;
  readonly w: Parameter;
  readonly b: Parameter | undefined;
  readonly frozen: boolean;
  readonly whitened: boolean;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Parameter[];
  private x?: Tensor;

  constructor(channels: number, outputs: number, options: Conv2dOptions) {
    super();
    const {
      name = "",
      groups = 1,
      bias = true,
      whitened = false,
      frozen = whitened,
      random,
      initScale,
      dtype = "float32",
    } = options ?? {};
    const what = `Conv2d ${channels}→${outputs}`;
    checkCounts(what, { channels, outputs, groups });
    if (channels % groups !== 0 || outputs % groups !== 0) {
      throw new SettingsError(
        `${what}: groups: expected a number that divides ${channels} channels and ${outputs} outputs, found ${groups}`,
      );
    }
    this.window = windowSides(what, options);
    const shape: Shape = [...this.window.kernel, channels / groups, outputs];
    const patch = sizeOf(shape) / outputs;
    if (whitened && (outputs % 2 > 0 || outputs > 2 * patch || groups > 1 || !frozen)) {
      throw new SettingsError(
        `${what}: whitened: expected an even number of at most ${2 * patch} outputs, one group and frozen weights, found ${outputs} outputs, ${groups} groups${frozen ? "" : ", frozen: false"}`,
      );
    }
    checkParameters(what, sizeOf(shape) + outputs, dtype);
    this.name = name;
    this.channels = channels;
    this.outputs = outputs;
    this.groups = groups;
    this.initializer = chosenInitializer(what, options ?? {});
    this.initScale = initScale;
    this.w = zeroParameter("w", shape, dtype);
    this.b = bias ? zeroParameter("b", [outputs], dtype) : undefined;
    this.frozen = frozen;
    this.whitened = whitened;
    const all = this.b ? [this.w, this.b] : [this.w];
    [this.parameters, this.buffers] = frozen ? [[], all] : [all, []];
    const of = { inputs: this.seen, outputs, initScale, kernel: this.window.kernel, groups };
    if (random) initializers[this.initializer](this.w.value.data, { ...of, random });
  }

  /** the number of inputs of an output */
  private get seen(): number {
    return sizeOf(this.w.value.shape) / this.outputs;
  }

  override options() {
    const { outputs, window, groups, b, frozen, whitened } = this;
    return {
      outputs,
      kernel: shortSize(window.kernel),
      ...windowOptions(window),
      ...(groups !== 1 && { groups }),
      ...(!b && { bias: false }),
      ...initializerOptions(this),
      ...(whitened ? { whitened } : frozen && { frozen }),
    };
  }

  override get prefix(): string {
    return "conv";
  }

  override multiplyAdds(inputShape: Shape): number {
    return sizeOf(this.outputShape([1, ...inputShape])) * this.seen;
  }

  outputShape(shape: Shape): Shape {
    const { batch, output } = this.windows(shape);
    return [batch, ...output, this.outputs];
  }

  /** The geometry of its windows on images of a shape, for the kernels. */
  windows(shape: Shape): Convolution2d {
    const { channels, outputs, groups } = this;
    const wanted = `(batch, height, width, ${channels})`;
    this.expectShape("images", shape, wanted, shape.length === 4 && shape[3] === channels);
    return { ...windowOver(this.describe(), shape, this.window), outputs, groups };
  }

  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.images.conv2d(y.data, x.data, this.w.value.data, this.b?.value.data, this.windows(x.shape));
    this.keep(x);
    return y;
  }

  /** What `backward` needs, if its output was computed together with the activation after it. */
  keep(x: Tensor): void {
    this.x = x;
  }

  // dw[p, q, c, o] = Σ_{n, i, j} x[n, i·s + p·d − pad, j·s + q·d − pad, c]·dy[n, i, j, o]   db = Σ_{n, i, j} dy
  override backwardParameters(dy: Tensor): void {
    if (this.frozen) return;
    const x = this.saved(this.x);
    this.expectGradient(dy, this.outputShape(x.shape));
    const { kernels } = this.workspace;
    kernels.images.conv2dWeights(this.w.gradient.data, dy.data, x.data, this.windows(x.shape));
    if (this.b) kernels.sumRows(this.b.gradient.data, dy.data, dy.size / this.outputs, this.outputs);
  }

  // dx[n, u, v, c] = Σ dy[n, i, j, o]·w[p, q, c, o] over all windows (i, j) that hold the pixel (u, v) at their place (p, q)
  backward(dy: Tensor): Tensor {
    this.backwardParameters(dy);
    const { shape } = this.saved(this.x);
    const dx = this.workspace.tensor(shape, dy.dtype);
    this.workspace.kernels.images.conv2dInput(dx.data, dy.data, this.w.value.data, this.windows(shape));
    return dx;
  }

  override describe(): string {
    const groups = this.groups === 1 ? "" : `, ${this.groups} groups`;
    return `${this.name || "conv2d"} (conv2d ${this.channels}→${this.outputs}, ${describeWindow(this.window)}${groups})`;
  }
}

export const conv2d = layerKind({
  schema: v.strictObject({
    outputs: count,
    kernel: size,
    stride: v.optional(size),
    padding: v.optional(padding),
    dilation: v.optional(size),
    groups: v.optional(count),
    bias: v.optional(v.boolean()),
    initializer: v.optional(v.picklist(initializerNames)),
    initScale: v.optional(notNegative),
    frozen: v.optional(v.boolean()),
    whitened: v.optional(v.boolean()),
  }),
  create(options, { name, inputShape, random, dtype, claim }) {
    const channels = inputShape[inputShape.length - 1];
    const { outputs, kernel, groups = 1, bias = true } = options;
    const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    claim(Math.ceil((height * width * channels * outputs) / groups) + (bias ? outputs : 0));
    return new Conv2d(channels, outputs, { ...options, name, random, dtype });
  },
});
