import * as v from "valibot";
import { positive } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * y = factor·x with a fixed factor, for any shape. As the last layer, with a factor below 1, it makes logits small at the start and slows the layer
 * before it. Throws SettingsError for a factor that is not above 0.
 */
export class Scale extends Layer {
  readonly kind = "scale";
  readonly factor: number;
  private shape?: Shape;

  constructor({ factor }: { readonly factor: number }) {
    super();
    if (!(factor > 0 && factor < Infinity))
      throw new SettingsError(`Scale: factor: expected a number above 0, found ${factor}`);
    this.factor = factor;
  }

  override options() {
    return { factor: this.factor };
  }

  outputShape(shape: Shape): Shape {
    return shape;
  }

  // y = factor·x
  forward(x: Tensor): Tensor {
    this.shape = x.shape;
    return this.scaled(x);
  }

  // dx = factor·dy
  backward(dy: Tensor): Tensor {
    this.expectGradient(dy, this.saved(this.shape));
    return this.scaled(dy);
  }

  private scaled(x: Tensor): Tensor {
    const y = this.workspace.tensor(x.shape, x.dtype);
    y.data.set(x.data);
    this.workspace.kernels.updates.scale(y.data, this.factor);
    return y;
  }
}

export const scale = layerKind({
  schema: v.strictObject({ factor: positive }),
  create: (options) => new Scale(options),
});
