import type { Numbers } from "../tensor/tensor.ts";
import type { ActivationName } from "./activations.ts";

/** Height, then width. */
export type Sides = readonly [height: number, width: number];

/**
 * How a window moves over images x (batch, height, width, channels). The window of output (i, j) contains the pixels (i·stride −
 * padding + p·dilation, j·stride − padding + q·dilation) for p, q < kernel. Pixels outside of the image are 0.
 */
export interface Window2d {
  readonly batch: number;
  /** of x */
  readonly input: Sides;
  /** of y */
  readonly output: Sides;
  /** of x */
  readonly channels: number;
  readonly kernel: Sides;
  readonly stride: Sides;
  readonly dilation: Sides;
  /** the padding above and to the left; the padding below and to the right follows from `output` */
  readonly padding: Sides;
}

/** Where the pixels of each image of a batch (batch, height, width, channels) come from. */
export interface PixelMoves {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** (batch, height): the row of the image, or −1 for zeros */
  readonly lines: Int32Array;
  /** (batch, width) */
  readonly columns: Int32Array;
  readonly paste?: {
    readonly partners: Int32Array;
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
}

/** y has `outputs` channels. The channels of each group use only the channels of the same group of x. */
export interface Convolution2d extends Window2d {
  readonly outputs: number;
  readonly groups: number;
}

/**
 * Convolution and pooling of images x (batch, height, width, channels), y (batch, height, width, outputs), weights w (kernel height,
 * kernel width, channels / groups, outputs). `scalarImages` is the plain implementation.
 */
export interface ImageKernels {
  /** y[n, i, j, o] = b[o] + Σ_{p, q, c} x[n, i·s + p·d − pad, j·s + q·d − pad, c]·w[p, q, c, o], without b if it is undefined */
  conv2d(y: Numbers, x: Numbers, w: Numbers, b: Numbers | undefined, of: Convolution2d): void;
  /**
   * `conv2d`, and `activate` of its results in place, with the same bits in fewer passes over memory: y = f(b + …). Kernels without a
   * faster version leave it out.
   */
  conv2dActivate?(
    activation: ActivationName,
    y: Numbers,
    x: Numbers,
    w: Numbers,
    b: Numbers | undefined,
    of: Convolution2d,
    parameter: number,
  ): void;
  /** dx[pixel, c] = Σ dy[n, i, j, o]·w[p, q, c, o] over the (i, j, p, q, o) whose window has that pixel at (p, q) */
  conv2dInput(dx: Numbers, dy: Numbers, w: Numbers, of: Convolution2d): void;
  /** dw[p, q, c, o] = Σ_{n, i, j} x[n, i·s + p·d − pad, j·s + q·d − pad, c]·dy[n, i, j, o] */
  conv2dWeights(dw: Numbers, dy: Numbers, x: Numbers, of: Convolution2d): void;

  /**
   * y = the largest pixel of each window and channel, without pixels outside of the image; places = p·kernel width + q of the
   * first largest pixel (NaN is treated as largest). A window has at most 256 places and must contain a pixel of the image.
   */
  maxPool2d(y: Numbers, places: Uint8Array, x: Numbers, of: Window2d): void;
  /** dx = for each pixel, the sum of dy over the windows that chose it; places outside of their window choose none */
  maxPool2dBackward(dx: Numbers, dy: Numbers, places: Uint8Array, of: Window2d): void;
  /**
   * y = the sum of each window and channel, divided by the pixels of a window, or, unless `countPadding`, by those inside of the
   * image (every window must then contain one).
   */
  averagePool2d(y: Numbers, x: Numbers, of: Window2d, countPadding: boolean): void;
  /** dx = for each pixel, the sum of dy, divided in the same way, over the windows that contain it */
  averagePool2dBackward(dx: Numbers, dy: Numbers, of: Window2d, countPadding: boolean): void;

  /**
   * out[n, i, j] = x[n, lines[n, i], columns[n, j]], or 0 if one of the two is −1: shifts and flips. With `paste`, rows
   * [top, bottom) and columns [left, right) of each image are those of the moved image partners[n].
   */
  movePixels(out: Numbers, x: Numbers, of: PixelMoves): void;
}
