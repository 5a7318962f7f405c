import * as v from "valibot";
import type { Window2d } from "../kernels/imageKernels.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** The mean of each channel over a whole image: an average pool with a single window. */
abstract class GlobalAveragePool extends Layer {
  private inputShape?: Shape;

  /** Inputs as (batch, height, width, channels). Throws ShapeError for other inputs. */
  protected abstract imageShape(shape: Shape): Shape;

  outputShape(shape: Shape): Shape {
    const [batch, , , channels] = this.imageShape(shape);
    return [batch, channels];
  }

  private window(shape: Shape): Window2d {
    const [batch, height, width, channels] = this.imageShape(shape);
    const whole = [height, width] as const;
    const [one, none] = [
      [1, 1],
      [0, 0],
    ] as const;
    return { batch, input: whole, output: one, channels, kernel: whole, stride: one, dilation: one, padding: none };
  }

  // y[n, c] = 1/(h·w) Σ_{u, v} x[n, u, v, c]
  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.images.averagePool2d(y.data, x.data, this.window(x.shape), true);
    this.inputShape = x.shape;
    return y;
  }

  // dx[n, u, v, c] = dy[n, c]/(h·w)
  backward(dy: Tensor): Tensor {
    const shape = this.saved(this.inputShape);
    this.expectGradient(dy, this.outputShape(shape));
    const dx = this.workspace.tensor(shape, dy.dtype);
    this.workspace.kernels.images.averagePool2dBackward(dx.data, dy.data, this.window(shape), true);
    return dx;
  }
}

/** The mean of each channel over all pixels: (batch, height, width, channels) → (batch, channels). Lin et al. 2013, arXiv:1312.4400. */
export class GlobalAveragePool2d extends GlobalAveragePool {
  readonly kind = "globalAveragePool2d";

  override get prefix(): string {
    return "pool";
  }

  protected imageShape(shape: Shape): Shape {
    this.expectShape("images", shape, "(batch, height, width, channels)", shape.length === 4);
    return shape;
  }
}

/** The mean over the tokens, (batch, tokens, features) → (batch, features). Throws ShapeError for other inputs. */
export class GlobalAveragePool1d extends GlobalAveragePool {
  readonly kind = "globalAveragePool1d";

  protected imageShape(shape: Shape): Shape {
    this.expectShape("input", shape, "(batch, tokens, features)", shape.length === 3);
    const [batch, tokens, features] = shape;
    return [batch, tokens, 1, features];
  }
}

export const globalAveragePool2d = layerKind({
  schema: v.strictObject({}),
  create: (_, { name }) => Object.assign(new GlobalAveragePool2d(), { name }),
});

export const globalAveragePool1d = layerKind({
  schema: v.strictObject({}),
  create: () => new GlobalAveragePool1d(),
});
