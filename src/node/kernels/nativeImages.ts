import { checkConvolution, checkPool } from "../../kernels/checkImages.ts";
import type { Convolution2d, ImageKernels, PixelMoves, Window2d } from "../../kernels/imageKernels.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { checkMoves } from "../../kernels/movePixels.ts";
import { isPointwise, pointwiseConvolutions } from "../../kernels/pointwise.ts";
import { type DType, dtypeOf, type Numbers } from "../../tensor/tensor.ts";
import { type Geometry, hasAllActivations, type NativeEngine, type Window } from "./nativeAddon.ts";

/** The columns of packed weights take a multiple of at most this number of bytes. */
const panelBytes = 128;
/** The number of values in Winograd's method for the 9 weights of a window. */
const winogradPoints = 36;
/** The least number of pixels in a chunk of the weight gradient, and the largest number of elements in the sums of all chunks. */
const chunkPixels = 1024;
const mostChunks = 32;
const chunkElements = 2 ** 22;

/**
 * Calls native/convolution*.h and native/pooling.h after the checks of the contract. It keeps a reference to its kernels, whose
 * threads do the work.
 */
export class NativeImages implements ImageKernels {
  private readonly kernels: NativeEngine & Kernels;
  private readonly pointwise: ReturnType<typeof pointwiseConvolutions>;
  private readonly workspaces = new Map<DType, Numbers>();
  readonly conv2dActivate?: NonNullable<ImageKernels["conv2dActivate"]>;

  /** Without a native version of an activation, none is computed together with a convolution. */
  constructor(kernels: NativeImages["kernels"]) {
    this.kernels = kernels;
    this.pointwise = pointwiseConvolutions(kernels);
    const { conv2dActivate: call } = kernels.addon;
    if (!call || !hasAllActivations(kernels)) return;
    this.conv2dActivate = (name, y, x, w, b, of, parameter) => {
      checkConvolution("conv2dActivate", x, y, w, b, of);
      if (isPointwise(of)) {
        this.pointwise.conv2d(y, x, w, b, of);
        kernels.activate(name, y, undefined, y, parameter);
        return;
      }
      const activation = kernels.activations.get(name) as number;
      const panels = this.panels(w, of.outputs, of);
      call(kernels.engine, y, x, w, b, panels, ...geometry(of), activation, parameter);
    };
  }

  conv2d(y: Numbers, x: Numbers, w: Numbers, b: Numbers | undefined, of: Convolution2d): void {
    checkConvolution("conv2d", x, y, w, b, of);
    if (isPointwise(of)) {
      this.pointwise.conv2d(y, x, w, b, of);
      return;
    }
    const { addon, engine } = this.kernels;
    addon.conv2d(engine, y, x, w, b, this.panels(w, of.outputs, of), ...geometry(of));
  }

  conv2dInput(dx: Numbers, dy: Numbers, w: Numbers, of: Convolution2d): void {
    checkConvolution("conv2dInput", dx, dy, w, undefined, of);
    if (isPointwise(of)) {
      this.pointwise.conv2dInput(dx, dy, w, of);
      return;
    }
    const { addon, engine } = this.kernels;
    addon.conv2dInput(engine, dx, dy, w, undefined, this.panels(w, of.channels, of), ...geometry(of));
  }

  conv2dWeights(dw: Numbers, dy: Numbers, x: Numbers, of: Convolution2d): void {
    checkConvolution("conv2dWeights", x, dy, dw, undefined, of);
    const { addon, engine, precision } = this.kernels;
    const chunks = chunksOf(of, dw.length);
    let window = of;
    if (isPointwise(of)) {
      // With chunks, each thread reads only its own pixels; with a product, each thread would read all of x. Lines need float32
      // and whole vectors of outputs
      if (chunks === 1 || dtypeOf(dw) !== "float32" || precision !== "float32" || of.outputs % 8 > 0) {
        this.pointwise.conv2dWeights(dw, dy, x, of);
        return;
      }
      window = oneLine(of);
    }
    const workspace = this.workspace(dtypeOf(dw), (chunks - 1) * dw.length);
    addon.conv2dWeights(engine, dw, dy, x, workspace, ...geometry(window), chunks);
  }

  maxPool2d(y: Numbers, places: Uint8Array, x: Numbers, of: Window2d): void {
    checkPool("maxPool2d", x, y, of, { places });
    const { addon, engine } = this.kernels;
    addon.maxPool2d(engine, y, places, x, ...windowNumbers(of));
  }

  maxPool2dBackward(dx: Numbers, dy: Numbers, places: Uint8Array, of: Window2d): void {
    checkPool("maxPool2dBackward", dx, dy, of, { places });
    const { addon, engine } = this.kernels;
    addon.maxPool2dBackward(engine, dx, dy, places, ...windowNumbers(of));
  }

  averagePool2d(y: Numbers, x: Numbers, of: Window2d, countPadding: boolean): void {
    checkPool("averagePool2d", x, y, of, { touching: !countPadding });
    const { addon, engine } = this.kernels;
    addon.averagePool2d(engine, y, x, ...windowNumbers(of), countPadding ? 1 : 0);
  }

  averagePool2dBackward(dx: Numbers, dy: Numbers, of: Window2d, countPadding: boolean): void {
    checkPool("averagePool2dBackward", dx, dy, of, { touching: !countPadding });
    const { addon, engine } = this.kernels;
    addon.averagePool2dBackward(engine, dx, dy, ...windowNumbers(of), countPadding ? 1 : 0);
  }

  movePixels(out: Numbers, x: Numbers, of: PixelMoves): void {
    checkMoves(out, x, of);
    const { batch, height, width, channels, lines, columns, paste } = of;
    const { top, bottom, left, right } = paste ?? { top: 0, bottom: 0, left: 0, right: 0 };
    const sizes = [batch, height, width, channels, top, bottom, left, right] as const;
    const { addon, engine } = this.kernels;
    addon.movePixels(engine, out, x, lines, columns, paste?.partners, ...sizes);
  }

  /** The memory for the packed weights; the number of columns is `channels` divided by the groups. */
  private panels(w: Numbers, channels: number, { groups, kernel }: Convolution2d): Numbers {
    const columns = channels / groups;
    const wide = panelBytes / w.BYTES_PER_ELEMENT;
    const packed = (w.length / columns) * Math.ceil(columns / wide) * wide;
    const places = kernel[0] * kernel[1];
    return this.workspace(dtypeOf(w), places === 9 ? (packed / places) * winogradPoints : packed);
  }

  private workspace(dtype: DType, length: number): Numbers {
    const present = this.workspaces.get(dtype);
    if (present && present.length >= length) return present;
    const workspace = this.kernels.allocate(dtype, Math.max(1, length));
    this.workspaces.set(dtype, workspace);
    return workspace;
  }
}

/** The number of pixels of all images, for 1×1 windows. */
function oneLine(of: Convolution2d): Convolution2d {
  const line = [1, of.batch * of.input[0] * of.input[1]] as const;
  return { ...of, batch: 1, input: line, output: line };
}

/** The weight gradient is small and its sums are long, so the pixels are divided. The division depends only on the shapes. */
function chunksOf({ batch, output }: Convolution2d, weights: number): number {
  const pixels = batch * output[0] * output[1];
  return Math.max(1, Math.min(mostChunks, Math.floor(pixels / chunkPixels), Math.floor(chunkElements / weights)));
}

function geometry(of: Convolution2d): Geometry {
  return [...windowNumbers(of), of.outputs, of.groups];
}

function windowNumbers({ batch, input, output, channels, kernel, stride, dilation, padding }: Window2d): Window {
  return [batch, ...input, ...output, channels, ...kernel, ...stride, ...dilation, ...padding];
}
