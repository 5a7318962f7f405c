import { checkPool } from "../../kernels/checkImages.ts";
import type { ImageKernels, Window2d } from "../../kernels/imageKernels.ts";
import { scalarImages } from "../../kernels/scalarImages.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import type { NativeEngine, Window } from "./nativeAddon.ts";

/** native/pooling.h behind the checks of the contract. It holds on to the kernels it belongs to, whose threads do the work. */
export class NativeImages implements ImageKernels {
  private readonly kernels: NativeEngine;
  readonly conv2d = scalarImages.conv2d;
  readonly conv2dInput = scalarImages.conv2dInput;
  readonly conv2dWeights = scalarImages.conv2dWeights;

  constructor(kernels: NativeEngine) {
    this.kernels = kernels;
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
}

function windowNumbers({ batch, input, output, channels, kernel, stride, dilation, padding }: Window2d): Window {
  return [batch, ...input, ...output, channels, ...kernel, ...stride, ...dilation, ...padding];
}
